//! `api/deprecated-field`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "api/deprecated-field",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a field is deprecated",
    why: "what it says is ignored today, or will be",
    fix: "use what took its place",
    example: example!("api/deprecated-field"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// Group, kind, path and what took the place of the field; `[]` stands for all items of a list.
const FIELDS: [(&str, &str, &[&str], &str); 14] = [
    ("", "PersistentVolume", &["spec", "awsElasticBlockStore"], "`csi` with the driver `ebs.csi.aws.com`"),
    ("", "PersistentVolume", &["spec", "azureDisk"], "`csi` with the driver `disk.csi.azure.com`"),
    ("", "PersistentVolume", &["spec", "azureFile"], "`csi` with the driver `file.csi.azure.com`"),
    ("", "PersistentVolume", &["spec", "gcePersistentDisk"], "`csi` with the driver `pd.csi.storage.gke.io`"),
    ("", "PersistentVolume", &["spec", "vsphereVolume"], "`csi` with the driver `csi.vsphere.vmware.com`"),
    ("", "Service", &["spec", "externalIPs"], "a Service of type `LoadBalancer`, or a Gateway"),
    (
        "",
        "Service",
        &["spec", "loadBalancerIP"],
        "the annotation by which the cloud's controller takes addresses",
    ),
    ("monitoring.coreos.com", "Alertmanager", &["spec", "baseImage"], "`spec.image`"),
    ("monitoring.coreos.com", "Alertmanager", &["spec", "tag"], "`spec.image`"),
    ("monitoring.coreos.com", "Prometheus", &["spec", "baseImage"], "`spec.image`"),
    ("monitoring.coreos.com", "Prometheus", &["spec", "tag"], "`spec.image`"),
    (
        "monitoring.coreos.com",
        "PodMonitor",
        &["spec", "podMetricsEndpoints", "[]", "targetPort"],
        "`port` or `portNumber`",
    ),
    (
        "monitoring.coreos.com",
        "ServiceMonitor",
        &["spec", "endpoints", "[]", "bearerTokenFile"],
        "`authorization`",
    ),
    (
        "monitoring.coreos.com",
        "ServiceMonitor",
        &["spec", "endpoints", "[]", "bearerTokenSecret"],
        "`authorization`",
    ),
];

/// The same of the spec of pods.
const POD_FIELDS: [(&[&str], &str); 6] = [
    (&["serviceAccount"], "`serviceAccountName`"),
    (&["volumes", "[]", "awsElasticBlockStore"], "a claim of a class of `ebs.csi.aws.com`"),
    (&["volumes", "[]", "azureDisk"], "a claim of a class of `disk.csi.azure.com`"),
    (&["volumes", "[]", "azureFile"], "a claim of a class of `file.csi.azure.com`"),
    (&["volumes", "[]", "gcePersistentDisk"], "a claim of a class of `pd.csi.storage.gke.io`"),
    (&["volumes", "[]", "vsphereVolume"], "a claim of a class of `csi.vsphere.vmware.com`"),
];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (group, kind, path, instead) in FIELDS {
        if object.is(group, kind) {
            follow(object.node, path, "", &mut |origin, path| {
                findings.add(finding(object, origin, path, instead));
            });
        }
    }
    let Some(workload) = Workload::of(*object) else { return };
    for (path, instead) in POD_FIELDS {
        follow(workload.spec, path, &workload.spec_path(), &mut |origin, path| {
            let both = path.ends_with(".serviceAccount") && workload.spec.get("serviceAccountName").is_some();
            // The API server writes both, and so do those who copied from it.
            if !both {
                findings.add(finding(object, origin, path, instead));
            }
        });
    }
}

fn finding(object: &Object<'_, '_>, origin: Origin, path: String, instead: &str) -> Finding {
    let finding = Finding::new(&RULE, origin, format!("`{path}` is deprecated")).object(object.id);
    finding.path(path).help(format!("use {instead} instead"))
}

/// Calls `report` with the place of the last key of a path, once for each item of the lists on the way.
pub(super) fn follow(node: &Node<'_>, path: &[&str], at: &str, report: &mut impl FnMut(Origin, String)) {
    let Some((first, rest)) = path.split_first() else { return };
    if *first == "[]" {
        for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
            follow(item, rest, &format!("{at}[{index}]"), report);
        }
        return;
    }
    let entry = node.as_mapping().and_then(|mapping| mapping.entry(first));
    let Some(entry) = entry.filter(|entry| !entry.value.is_null()) else { return };
    let at = if at.is_empty() { (*first).to_owned() } else { format!("{at}.{first}") };
    if rest.is_empty() {
        report(entry.key.origin, at);
    } else {
        follow(&entry.value, rest, &at, report);
    }
}
