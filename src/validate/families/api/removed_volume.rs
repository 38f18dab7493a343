//! `api/removed-volume`

use super::deprecated_field::follow;
use super::releases;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};

static RULE: Rule = Rule {
    id: "api/removed-volume",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a kind of volume is mounted no longer",
    why: "pods with it stay in ContainerCreating",
    fix: "use a volume of a CSI driver, or what the message names",
    example: example!("api/removed-volume"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// The kind of volume, the release whose kubelet mounts it no longer, and what took its place.
const VOLUMES: [(&str, u8, &str); 9] = [
    ("cephfs", 31, "a claim of a class of `cephfs.csi.ceph.com`"),
    ("cinder", 26, "a claim of a class of `cinder.csi.openstack.org`"),
    ("flocker", 25, "a claim"),
    ("gitRepo", 33, "an `emptyDir` into which an init container clones the repository"),
    ("glusterfs", 26, "a claim"),
    ("quobyte", 25, "a claim of a class of Quobyte's CSI driver"),
    ("rbd", 31, "a claim of a class of `rbd.csi.ceph.com`"),
    ("scaleIO", 22, "a claim"),
    ("storageos", 25, "a claim"),
];

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let newest = releases(tree).into_iter().max();
    let workload = Workload::of(*object);
    for (kind, since, instead) in
        VOLUMES.into_iter().filter(|(_, since, _)| newest.is_some_and(|newest| newest.number() >= *since))
    {
        let mut report = |origin, path: String| {
            let message =
                format!("volumes of kind `{kind}` are mounted no longer since Kubernetes 1.{since}");
            let finding = Finding::new(&RULE, origin, message).object(object.id).path(path);
            findings.add(finding.help(format!("use {instead} instead")));
        };
        if let Some(workload) = &workload {
            follow(workload.spec, &["volumes", "[]", kind], &workload.spec_path(), &mut report);
        } else if object.is("", "PersistentVolume") {
            follow(object.node, &["spec", kind], "", &mut report);
        }
    }
}
