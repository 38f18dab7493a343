//! `ref/namespace`

use std::collections::BTreeMap;

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

// Strict: many make their namespaces by hand, or with a tree that is not looked at.
static RULE: Rule = Rule {
    id: "ref/namespace",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "objects are in a namespace that nothing makes",
    why: "a sync into a new cluster stops at the first of them",
    fix: "add the Namespace, or let the Application make it with the sync option CreateNamespace=true",
    example: example!("ref/namespace"),
};

/// Namespaces that every cluster has.
const BUILT_IN: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let mut users: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for object in tree.objects().iter().filter(|object| !object.id.is_cluster_scoped()) {
        // Applications and Flux's own objects are where their controllers are, which made the place.
        let is_engine = object.group() == "argoproj.io" && object.kind() != "Rollout"
            || object.group().ends_with(".fluxcd.io");
        if !is_engine && !object.id.namespace.is_empty() {
            users.entry(object.id.namespace).or_default().push(object);
        }
    }
    let known = made(tree);
    for (namespace, objects) in users {
        if BUILT_IN.contains(&namespace) || known.contains(&namespace) || namespace.contains('$') {
            continue;
        }
        let Some(first) = objects.first() else { continue };
        let Some(node) = first.at(&["metadata", "namespace"]) else { continue };
        let message = format!("nothing makes the namespace `{namespace}` of {}", count(objects.len()));
        let finding = first.finding(&RULE, "metadata.namespace", node, message);
        findings.add(match closest(namespace, &tree.names(("", "Namespace"), "")) {
            Some(like) => finding.help(format!("did you mean `{like}`?")),
            None => finding,
        });
    }
}

fn count(objects: usize) -> String {
    if objects == 1 { "1 object".to_owned() } else { format!("{objects} objects") }
}

/// The namespaces that the tree makes, and those that Argo CD and Flux make for it.
fn made<'s>(tree: &Tree<'_, 's>) -> Vec<&'s str> {
    let own = tree.of_kind("", "Namespace").map(|namespace| namespace.id.name);
    let applications = tree.of_kind("argoproj.io", "Application").filter(|application| {
        let options = application.items(&["spec", "syncPolicy", "syncOptions"]);
        options.iter().filter_map(Node::text).any(|option| option == "CreateNamespace=true")
    });
    let destinations =
        applications.filter_map(|application| application.text(&["spec", "destination", "namespace"]));
    let releases = tree
        .of_kind("helm.toolkit.fluxcd.io", "HelmRelease")
        .filter(|release| release.text(&["spec", "install", "createNamespace"]) == Some("true"));
    let targets = releases.filter_map(|release| release.text(&["spec", "targetNamespace"]));
    own.chain(destinations).chain(targets).collect()
}
