//! `cloud/provisioner`, `cloud/provisioner-removed`

use super::{AKS, EKS, GKE, Words, foreign, title};
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "cloud/provisioner",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "storage is made by a driver of another cloud",
    why: "no volume is ever made: claims of the class stay Pending",
    fix: "name the driver of this cloud: disk.csi.azure.com, pd.csi.storage.gke.io or ebs.csi.aws.com",
    example: example!("cloud/provisioner"),
};

static REMOVED_RULE: Rule = Rule {
    id: "cloud/provisioner-removed",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "storage is made by a driver that was a part of Kubernetes and is no more",
    why: "what is left is a translation to the CSI driver, which some clusters do not have; new parameters are refused",
    fix: "name the CSI driver that took its place; a StorageClass cannot change, so give the new one a new name",
    example: example!("cloud/provisioner-removed"),
};

/// Drivers, by the cloud that has them.
const DRIVERS: &Words = &[
    ("blob.csi.azure.com", AKS),
    ("disk.csi.azure.com", AKS),
    ("ebs.csi.aws.com", EKS),
    ("ebs.csi.eks.amazonaws.com", EKS),
    ("efs.csi.aws.com", EKS),
    ("file.csi.azure.com", AKS),
    ("filestore.csi.storage.gke.io", GKE),
    ("fsx.csi.aws.com", EKS),
    ("gcsfuse.csi.storage.gke.io", GKE),
    ("kubernetes.io/aws-ebs", EKS),
    ("kubernetes.io/azure-disk", AKS),
    ("kubernetes.io/azure-file", AKS),
    ("kubernetes.io/gce-pd", GKE),
    ("pd.csi.storage.gke.io", GKE),
    ("s3.csi.aws.com", EKS),
];

/// Drivers that were a part of Kubernetes, with what took their place.
const REMOVED: [(&str, &str); 14] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cephfs", "cephfs.csi.ceph.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/flocker", ""),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/glusterfs", ""),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
    ("kubernetes.io/quobyte", ""),
    ("kubernetes.io/rbd", "rbd.csi.ceph.com"),
    ("kubernetes.io/scaleio", ""),
    ("kubernetes.io/storageos", ""),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
];

/// Where a driver is named: group, kind, field.
const PLACES: [(&str, &str, &[&str]); 4] = [
    ("storage.k8s.io", "StorageClass", &["provisioner"]),
    ("storage.k8s.io", "VolumeAttributesClass", &["driverName"]),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass", &["driver"]),
    ("", "PersistentVolume", &["spec", "csi", "driver"]),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE, &REMOVED_RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some((_, _, path)) = PLACES.iter().find(|(group, kind, _)| object.is(group, kind)) else { return };
    let Some(node) = object.at(path) else { return };
    let Some(driver) = node.text() else { return };
    let field = path.join(".");
    if let Some(cloud) = tree.target.cloud
        && let Some(other) = foreign(DRIVERS, driver, cloud)
    {
        let message = format!("`{driver}` is a driver of {}, and this is for {}", title(other), title(cloud));
        let finding = object.finding(&RULE, field.as_str(), node, message);
        findings.add(finding.help(format!("{} has `{}`", title(cloud), disk_driver(cloud))));
    }
    if let Some((_, successor)) = REMOVED.iter().find(|(removed, _)| *removed == driver) {
        let message = format!("`{driver}` is no part of Kubernetes any more");
        let finding = object.finding(&REMOVED_RULE, field, node, message);
        findings.add(match *successor {
            "" => finding.help("nothing took its place: move the data to another kind of storage"),
            successor => finding.help(format!(
                "name `{successor}`; a StorageClass cannot change, so give the new one a new name"
            )),
        });
    }
}

fn disk_driver(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aks => "disk.csi.azure.com",
        Cloud::Eks => "ebs.csi.aws.com",
        Cloud::Gke => "pd.csi.storage.gke.io",
    }
}
