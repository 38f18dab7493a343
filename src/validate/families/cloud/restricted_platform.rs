//! `cloud/restricted-platform`

use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

// Strict: whether nodes are the cloud's own to manage is not known from the manifests.
static RULE: Rule = Rule {
    id: "cloud/restricted-platform",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "pods ask for the node's own, which clusters refuse whose nodes the cloud manages",
    why: "GKE Autopilot, AKS Automatic and EKS Fargate refuse the pods",
    fix: "do without it where the cloud manages the nodes; where you do, ignore this for the object, with a reason",
    example: example!("cloud/restricted-platform"),
};

/// What exporters of the node's own state are called by the label `app.kubernetes.io/name`. They are for nodes that
/// one manages oneself, and whoever renders for others leaves them out.
const NODE_AGENTS: [&str; 1] = ["node-exporter"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// What is refused: path in the object, the value, and what it is.
type Refused<'a, 's> = (String, &'a Node<'s>, String);

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (Some(cloud), Some(workload)) = (tree.target.cloud, Workload::of(*object)) else { return };
    let name = workload.labels().and_then(|labels| labels.get("app.kubernetes.io/name")).and_then(Node::text);
    if name.is_some_and(|name| NODE_AGENTS.contains(&name)) {
        return;
    }
    let platform = match cloud {
        Cloud::Aks => "AKS Automatic",
        Cloud::Gke => "GKE Autopilot",
        Cloud::Eks if is_fargate(&workload) => "EKS Fargate",
        Cloud::Eks => return,
    };
    let mut refused = of_pod(&workload, cloud);
    refused.extend(of_containers(&workload));
    let Some((path, node, what)) = refused.first() else { return };
    let rest = match refused.len() {
        1 => String::new(),
        count => format!(", and {} more of its kind", count - 1),
    };
    findings.add(object.finding(&RULE, path.as_str(), node, format!("{platform} refuses {what}{rest}")));
}

fn is_fargate(workload: &Workload<'_, '_>) -> bool {
    let selected = workload.spec.at(&["nodeSelector", "eks.amazonaws.com/compute-type"]).and_then(Node::text);
    let profile = workload.labels().and_then(|labels| labels.get("eks.amazonaws.com/fargate-profile"));
    selected == Some("fargate") || profile.is_some()
}

fn of_pod<'a, 's>(workload: &Workload<'a, 's>, cloud: Cloud) -> Vec<Refused<'a, 's>> {
    let prefix = workload.spec_path();
    let fields = ["hostPID", "hostIPC", "hostNetwork"].into_iter().filter_map(|field| {
        let node = workload.spec.get(field).filter(|node| node.text() == Some("true"))?;
        Some((format!("{prefix}.{field}"), node, format!("`{field}`")))
    });
    let volumes = workload.items("volumes").filter_map(|(path, volume)| {
        let node = volume.at(&["hostPath", "path"])?;
        let folder = node.text()?;
        // Autopilot lets pods read logs.
        let is_log = folder == "/var/log" || folder.starts_with("/var/log/");
        let is_refused = cloud != Cloud::Gke || !is_log;
        is_refused.then(|| (format!("{path}.hostPath.path"), node, format!("the node's folder `{folder}`")))
    });
    fields.chain(volumes).collect()
}

fn of_containers<'a, 's>(workload: &Workload<'a, 's>) -> Vec<Refused<'a, 's>> {
    let mut found = Vec::new();
    for (path, container) in workload.containers() {
        let privileged = container.at(&["securityContext", "privileged"]);
        if let Some(node) = privileged.filter(|node| node.text() == Some("true")) {
            found.push((
                format!("{path}.securityContext.privileged"),
                node,
                "privileged containers".to_owned(),
            ));
        }
        let ports = container.get("ports").and_then(Node::as_sequence).unwrap_or_default();
        for (index, port) in ports.iter().enumerate() {
            if let Some(node) = port.get("hostPort").filter(|node| node.text() != Some("0")) {
                found.push((format!("{path}.ports[{index}].hostPort"), node, "ports of the node".to_owned()));
            }
        }
    }
    found
}
