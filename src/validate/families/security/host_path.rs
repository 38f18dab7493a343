//! `sec/host-path`

use super::exempt::is_node_exporter;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/host-path",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "pods mount a folder of their node that leads to the node itself, or may write to one",
    why: "the socket of the container runtime, the folders of the system and whatever can be written are ways to become root of the node",
    fix: "use a ConfigMap, a claim or an emptyDir; if it must be a path of the host, name the very folder and mount it with `readOnly: true`",
    example: example!("sec/host-path"),
};

/// Whoever can talk to these owns the node.
const SOCKETS: [&str; 6] =
    ["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "podman.sock", "dockershim.sock"];
/// What is in and above these folders makes the node what it is. The root is above all.
const SENSITIVE: [&str; 14] = [
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/run",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    let volumes = workload.spec.get("volumes").and_then(Node::as_sequence).unwrap_or_default();
    for (index, volume) in volumes.iter().enumerate() {
        let Some(host_path) = volume.at(&["hostPath", "path"]) else { continue };
        let name = volume.get("name").and_then(Node::text).unwrap_or_default();
        let writer = writable_mount(&workload, name);
        let Some(message) = danger(host_path, writer.is_some(), is_node_exporter(&workload)) else {
            continue;
        };
        let mut finding = Finding::new(&RULE, host_path.origin(), message).object(object.id);
        if let Some(mount) = writer {
            finding = finding.related(mount.origin(), "it is mounted for writing here");
        }
        findings.add(finding.path(format!("{}.volumes[{index}].hostPath.path", workload.spec_path())));
    }
}

fn danger(host_path: &Node<'_>, is_written: bool, may_look: bool) -> Option<String> {
    let path = host_path.text()?;
    let folder = path.trim_end_matches('/');
    if SOCKETS.iter().any(|socket| folder.ends_with(socket)) {
        return Some(format!("the pods may command the container runtime of their node through `{path}`"));
    }
    if is_written {
        return Some(format!("the pods may write to `{path}` of their node"));
    }
    let is_in =
        |known: &str| folder == known || folder.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'));
    let is_sensitive = folder.is_empty() || SENSITIVE.iter().any(|known| is_in(known));
    (is_sensitive && !may_look).then(|| format!("the pods may read `{path}` of their node"))
}

/// The first mount of a volume that is not only for reading.
fn writable_mount<'a, 's>(workload: &Workload<'a, 's>, volume: &str) -> Option<&'a Node<'s>> {
    let mounts = workload.containers().flat_map(|(_, container)| {
        container.get("volumeMounts").and_then(Node::as_sequence).unwrap_or_default()
    });
    let mut of_volume = mounts.filter(|mount| mount.get("name").and_then(Node::text) == Some(volume));
    of_volume.find(|mount| mount.get("readOnly").and_then(Node::text) != Some("true"))
}
