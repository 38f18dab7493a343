//! `cloud/node-selector`, `cloud/toleration`

use super::{AKS, EKS, GKE, Words, foreign, title};
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "cloud/node-selector",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods or volumes ask for nodes with a label that another cloud sets",
    why: "no node has it: the pods stay Pending",
    fix: "ask by a label that every cloud sets (topology.kubernetes.io/zone, node.kubernetes.io/instance-type), \
          or by this cloud's own in its overlay",
    example: example!("cloud/node-selector"),
};

static TOLERATION_RULE: Rule = Rule {
    id: "cloud/toleration",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "pods tolerate a taint that another cloud sets",
    why: "it tolerates nothing here: the pods do not get onto the nodes that are meant",
    fix: "tolerate this cloud's taint in its overlay",
    example: example!("cloud/toleration"),
};

/// Below it the scheduler is told what would be nice.
const PREFERRED: &str = "preferredDuringScheduling";
/// What labels and taints begin with that some clouds set. Karpenter is on two of them.
const WORDS: &Words = &[
    ("agentpool", AKS),
    ("alpha.eksctl.io/", EKS),
    ("aws-node-termination-handler/", EKS),
    ("cloud.google.com/", GKE),
    ("eks.amazonaws.com/", EKS),
    ("eksctl.io/", EKS),
    ("failure-domain.disk.csi.azure.com/", AKS),
    ("iam.gke.io/", GKE),
    ("k8s.amazonaws.com/", EKS),
    ("karpenter.azure.com/", AKS),
    ("karpenter.k8s.aws/", EKS),
    ("karpenter.sh/", &[Cloud::Eks, Cloud::Aks]),
    ("kubernetes.azure.com/", AKS),
    ("topology.disk.csi.azure.com/", AKS),
    ("topology.ebs.csi.aws.com/", EKS),
    ("topology.gke.io/", GKE),
    ("topology.k8s.aws/", EKS),
    ("vpc.amazonaws.com/", EKS),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE, &TOLERATION_RULE], run: Run::Object(check) };

/// What a node has to have: a label, and one of these values if there are any.
struct Wish<'a, 's> {
    /// Where the expression is.
    path: String,
    key: &'a Node<'s>,
    values: &'a [Node<'s>],
}

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(cloud) = tree.target.cloud else { return };
    let mut wishes = Vec::new();
    let mut selector = None;
    if let Some(workload) = Workload::of(*object) {
        let prefix = workload.spec_path();
        selector = workload
            .spec
            .get("nodeSelector")
            .and_then(Node::as_mapping)
            .map(|labels| (prefix.clone(), labels));
        if let Some(affinity) = workload.spec.at(&["affinity", "nodeAffinity"]) {
            let path = format!("{prefix}.affinity.nodeAffinity");
            expressions(affinity, &path, &mut wishes);
        }
        check_tolerations(&workload, cloud, findings);
    }
    if object.is("karpenter.sh", "NodePool")
        && let Some(requirements) = object.at(&["spec", "template", "spec", "requirements"])
    {
        expressions(requirements, "spec.template.spec.requirements", &mut wishes);
    }
    if object.is("", "PersistentVolume")
        && let Some(affinity) = object.at(&["spec", "nodeAffinity"])
    {
        expressions(affinity, "spec.nodeAffinity", &mut wishes);
    }
    if object.is("storage.k8s.io", "StorageClass")
        && let Some(topologies) = object.at(&["allowedTopologies"])
    {
        expressions(topologies, "allowedTopologies", &mut wishes);
    }
    for wish in wishes {
        let key = wish.key.text().unwrap_or_default();
        if let Some(other) = foreign(WORDS, key, cloud) {
            let message =
                format!("`{key}` is a label of nodes on {}, and this is for {}", title(other), title(cloud));
            findings.add(object.finding(&RULE, format!("{}.key", wish.path), wish.key, message));
        }
        // Of several types that may be had anywhere, one of this cloud is enough; a preference asks for nothing.
        let others: Vec<Option<Cloud>> = wish.values.iter().map(|value| machine(key, value.text())).collect();
        let is_elsewhere = others.iter().all(|other| other.is_some_and(|other| other != cloud));
        if let (Some(Some(other)), true) = (others.first(), is_elsewhere && !wish.path.contains(PREFERRED)) {
            let message =
                format!("this is a type of machines on {}, and this is for {}", title(*other), title(cloud));
            findings.add(object.finding(&RULE, format!("{}.values[0]", wish.path), &wish.values[0], message));
        }
    }
    let Some((prefix, labels)) = selector else { return };
    for label in labels {
        let key = label.key.text;
        if let Some(other) = machine(key, label.value.text()).filter(|other| *other != cloud) {
            let message =
                format!("this is a type of machines on {}, and this is for {}", title(other), title(cloud));
            let path = format!("{prefix}.nodeSelector[{key}]");
            findings.add(object.finding(&RULE, path, &label.value, message));
        }
        if let Some(other) = foreign(WORDS, key, cloud) {
            let message =
                format!("`{key}` is a label of nodes on {}, and this is for {}", title(other), title(cloud));
            let finding =
                object.finding(&RULE, format!("{prefix}.nodeSelector[{key}]"), &label.value, message);
            findings.add(crate::validate::Finding { origin: label.key.origin, ..finding });
        }
    }
}

/// The cloud that calls a type of machines so: `Standard_D4s_v5`, `n2-standard-4`, `m5.large`.
fn machine(key: &str, value: Option<&str>) -> Option<Cloud> {
    let types = ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"];
    let value = value.filter(|_| types.contains(&key))?;
    let is_size = |size: &str| {
        let named = ["nano", "micro", "small", "medium", "large", "metal"];
        named.contains(&size) || size.ends_with("xlarge") || size.starts_with("metal-")
    };
    let google = ["standard", "highmem", "highcpu", "micro", "small", "medium", "megamem", "ultramem"];
    match value.split_once('.') {
        Some((_, size)) if is_size(size) => Some(Cloud::Eks),
        _ if value.starts_with("Standard_") => Some(Cloud::Aks),
        _ if value.split('-').nth(1).is_some_and(|class| google.contains(&class)) => Some(Cloud::Gke),
        _ => None,
    }
}

/// All expressions below a node that a node has to fulfil. One that forbids a label asks for nothing.
fn expressions<'a, 's>(node: &'a Node<'s>, path: &str, found: &mut Vec<Wish<'a, 's>>) {
    if let Some(items) = node.as_sequence() {
        for (index, item) in items.iter().enumerate() {
            expressions(item, &format!("{path}[{index}]"), found);
        }
    }
    let operator = node.get("operator").and_then(Node::text);
    if let Some(key) = node.get("key").filter(|key| key.text().is_some())
        && !matches!(operator, Some("NotIn" | "DoesNotExist"))
    {
        let values = node.get("values").and_then(Node::as_sequence).filter(|_| operator == Some("In"));
        found.push(Wish { path: path.to_owned(), key, values: values.unwrap_or_default() });
    }
    for entry in node.as_mapping().into_iter().flatten() {
        expressions(&entry.value, &format!("{path}.{}", entry.key.text), found);
    }
}

fn check_tolerations(workload: &Workload<'_, '_>, cloud: Cloud, findings: &mut Findings<'_>) {
    for (path, toleration) in workload.items("tolerations") {
        let Some(key) = toleration.get("key") else { continue };
        let Some(text) = key.text() else { continue };
        if let Some(other) = foreign(WORDS, text, cloud) {
            let message =
                format!("`{text}` is a taint of {}, and this is for {}", title(other), title(cloud));
            findings.add(workload.object.finding(&TOLERATION_RULE, format!("{path}.key"), key, message));
        }
    }
}
