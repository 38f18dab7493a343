//! `cloud/identity`

use super::title;
use crate::diagnostic::Severity;
use crate::stack::Cloud;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree, Workload};
use crate::yaml::{Entry, Node};

static RULE: Rule = Rule {
    id: "cloud/identity",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods are given an identity of another cloud, or half of one",
    why: "pods run without the identity: object storage and keys answer 403",
    fix: "give the ServiceAccount the identity of this cloud, in the overlay of the cloud",
    example: example!("cloud/identity"),
};

/// What the annotations and labels begin with.
const WORDS: [(&str, Cloud); 4] = [
    ("azure.workload.identity/", Cloud::Aks),
    ("aadpodidbinding", Cloud::Aks),
    ("eks.amazonaws.com/", Cloud::Eks),
    ("iam.gke.io/", Cloud::Gke),
];

const CLIENT: &str = "azure.workload.identity/client-id";
const USE: &str = "azure.workload.identity/use";

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if let Some(cloud) = tree.target.cloud {
        for account in tree.of_kind("", "ServiceAccount") {
            for list in ["annotations", "labels"] {
                for entry in account.mapping(&["metadata", list]).into_iter().flatten() {
                    let path = format!("metadata.{list}[{}]", entry.key.text);
                    findings.extend_from(
                        foreign(entry, cloud).map(|finding| finding.object(account.id).path(path)),
                    );
                }
            }
        }
        for workload in tree.workloads() {
            for entry in workload.labels().into_iter().flatten() {
                let path = format!("{}.metadata.labels[{}]", workload.path, entry.key.text);
                let finding = foreign(entry, cloud);
                findings.extend_from(finding.map(|finding| finding.object(workload.object.id).path(path)));
            }
        }
    }
    if tree.target.cloud.is_none_or(|cloud| cloud == Cloud::Aks) {
        tree.workloads().iter().for_each(|workload| findings.extend_from(half(workload, tree)));
    }
}

fn foreign(entry: &Entry<'_>, cloud: Cloud) -> Option<Finding> {
    let key = entry.key.text;
    let (_, other) = WORDS.iter().find(|(prefix, other)| key.starts_with(prefix) && *other != cloud)?;
    let message = format!("`{key}` is for {}, and this is for {}", title(*other), title(cloud));
    let help = match cloud {
        Cloud::Aks => {
            "on AKS annotate the ServiceAccount with `azure.workload.identity/client-id`, and label the pods \
             `azure.workload.identity/use: \"true\"`"
        }
        Cloud::Eks => "on EKS make a pod identity association, or annotate with `eks.amazonaws.com/role-arn`",
        Cloud::Gke => "on GKE grant the roles to the ServiceAccount itself, which needs no annotation",
    };
    Some(Finding::new(&RULE, entry.key.origin, message).help(help))
}

/// On AKS the identity is only given to pods that carry a label.
fn half(workload: &Workload<'_, '_>, tree: &Tree<'_, '_>) -> Option<Finding> {
    let name = workload.spec.get("serviceAccountName").and_then(Node::text)?;
    let account = tree.find(("", "ServiceAccount"), workload.namespace(), name)?;
    account.annotation(CLIENT)?;
    let value = workload.labels().and_then(|labels| labels.get(USE)).and_then(Node::text);
    if value == Some("true") {
        return None;
    }
    let message =
        format!("the pods do not get the identity of `{name}`: they lack the label `{USE}: \"true\"`");
    let place = workload.template.at(&["metadata", "labels"]).unwrap_or(workload.template);
    let path = format!("{}.metadata.labels", workload.path);
    let finding = workload.object.finding(&RULE, path, place, message);
    let finding = finding.help(format!("label the pods' template with `{USE}: \"true\"`"));
    Some(finding.related(account.name_origin(), "the ServiceAccount is here"))
}
