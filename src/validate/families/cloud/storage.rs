//! `cloud/storage-class`, `cloud/access-mode`: the classes of storage that the clouds bring along.

use super::title;
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Claim, Findings, Tree, claims};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "cloud/storage-class",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "storage is asked for of a class that another cloud has",
    why: "the claim stays Pending, and with it the pods; a StatefulSet cannot change its class later",
    fix: "ask for a class of this cloud, or for one of your own that each cloud's overlay defines",
    example: example!("cloud/storage-class"),
};

static ACCESS_RULE: Rule = Rule {
    id: "cloud/access-mode",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a disk is to be written by many nodes",
    why: "disks are attached to one node: the claim stays Pending, or the second pod does",
    fix: "ask for ReadWriteOnce, or for a class of shared files",
    example: example!("cloud/access-mode"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

pub(super) static ACCESS_CHECK: Check = Check { rules: &[&ACCESS_RULE], run: Run::Tree(check_access) };

/// What a class is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Medium {
    Disk,
    Files,
}

/// The classes that clouds bring along, and those that everybody makes by the same name.
const CLASSES: [(&str, Cloud, Medium); 29] = [
    ("auto-ebs-sc", Cloud::Eks, Medium::Disk),
    ("azureblob-fuse-premium", Cloud::Aks, Medium::Files),
    ("azureblob-nfs-premium", Cloud::Aks, Medium::Files),
    ("azurefile", Cloud::Aks, Medium::Files),
    ("azurefile-csi", Cloud::Aks, Medium::Files),
    ("azurefile-csi-premium", Cloud::Aks, Medium::Files),
    ("azurefile-premium", Cloud::Aks, Medium::Files),
    ("default", Cloud::Aks, Medium::Disk),
    ("dynamic-rwo", Cloud::Gke, Medium::Disk),
    ("ebs-csi-default-sc", Cloud::Eks, Medium::Disk),
    ("ebs-sc", Cloud::Eks, Medium::Disk),
    ("efs-sc", Cloud::Eks, Medium::Files),
    ("enterprise-multishare-rwx", Cloud::Gke, Medium::Files),
    ("enterprise-rwx", Cloud::Gke, Medium::Files),
    ("gp2", Cloud::Eks, Medium::Disk),
    ("gp3", Cloud::Eks, Medium::Disk),
    ("io1", Cloud::Eks, Medium::Disk),
    ("io2", Cloud::Eks, Medium::Disk),
    ("managed", Cloud::Aks, Medium::Disk),
    ("managed-csi", Cloud::Aks, Medium::Disk),
    ("managed-csi-premium", Cloud::Aks, Medium::Disk),
    ("managed-csi-premium-v2", Cloud::Aks, Medium::Disk),
    ("managed-premium", Cloud::Aks, Medium::Disk),
    ("premium-rwo", Cloud::Gke, Medium::Disk),
    ("premium-rwx", Cloud::Gke, Medium::Files),
    ("standard", Cloud::Gke, Medium::Disk),
    ("standard-rwo", Cloud::Gke, Medium::Disk),
    ("standard-rwx", Cloud::Gke, Medium::Files),
    ("zonal-rwx", Cloud::Gke, Medium::Files),
];

/// Provisioners of disks.
const DISKS: [&str; 8] = [
    "disk.csi.azure.com",
    "ebs.csi.aws.com",
    "ebs.csi.eks.amazonaws.com",
    "kubernetes.io/aws-ebs",
    "kubernetes.io/azure-disk",
    "kubernetes.io/gce-pd",
    "pd.csi.storage.gke.io",
    "local.csi.azure.com",
];

/// The clouds that have a class of this name.
pub(in crate::validate::families) fn clouds_of(class: &str) -> Vec<Cloud> {
    CLASSES.iter().filter(|(name, ..)| *name == class).map(|(_, cloud, _)| *cloud).collect()
}

/// A class of this cloud to ask for instead.
fn instead(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aks => "AKS has `managed-csi-premium` for this",
        Cloud::Eks => "on EKS make a StorageClass `gp3` on ebs.csi.aws.com and ask for it",
        Cloud::Gke => "GKE has `premium-rwo` and `standard-rwo` for this",
    }
}

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(cloud) = tree.target.cloud else { return };
    for Claim { object, path, spec } in claims(tree) {
        let Some(node) = spec.get("storageClassName") else { continue };
        let Some(class) = node.text() else { continue };
        let clouds = clouds_of(class);
        let is_own = tree.find(("storage.k8s.io", "StorageClass"), "", class).is_some();
        let Some(other) = clouds.first().filter(|_| !clouds.contains(&cloud) && !is_own) else { continue };
        let message = format!("`{class}` is a class of {}, and this is for {}", title(*other), title(cloud));
        let finding = object.finding(&RULE, format!("{path}.storageClassName"), node, message);
        findings.add(finding.help(instead(cloud)));
    }
}

fn check_access(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for Claim { object, path, spec } in claims(tree) {
        let modes = spec.get("accessModes").and_then(Node::as_sequence).unwrap_or_default();
        let Some((index, mode)) =
            modes.iter().enumerate().find(|(_, mode)| mode.text() == Some("ReadWriteMany"))
        else {
            continue;
        };
        // Raw devices may be shared by those who know what they do.
        let is_raw = spec.get("volumeMode").and_then(Node::text) == Some("Block");
        if is_raw || spec.get("volumeName").is_some() || !is_disk(tree, spec) {
            continue;
        }
        let class = match spec.get("storageClassName").and_then(Node::text) {
            Some(class) => format!("the class `{class}`"),
            None => "the default class".to_owned(),
        };
        let message = format!("{class} is of disks, which one node writes at a time");
        findings.add(object.finding(&ACCESS_RULE, format!("{path}.accessModes[{index}]"), mode, message));
    }
}

/// Whether a claim gets a disk.
fn is_disk(tree: &Tree<'_, '_>, spec: &Node<'_>) -> bool {
    let Some(class) = spec.get("storageClassName").and_then(Node::text) else {
        return tree.target.cloud.is_some();
    };
    if let Some(own) = tree.find(("storage.k8s.io", "StorageClass"), "", class) {
        return own.text(&["provisioner"]).is_some_and(|provisioner| DISKS.contains(&provisioner));
    }
    CLASSES.iter().any(|(name, _, medium)| *name == class && *medium == Medium::Disk)
}
