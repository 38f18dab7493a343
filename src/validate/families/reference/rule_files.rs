//! `ref/rule-files`

use super::mounted_files::{Files, matches_pattern};
use crate::diagnostic::Severity;
use crate::validate::embedded::Document;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "ref/rule-files",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "Prometheus looks for rules where no file is",
    why: "a pattern that matches nothing is no error for Prometheus: it runs without any rule, and no alert ever fires",
    fix: "name the folder that the rules are mounted in, and the ending that their keys have",
    example: example!("ref/rule-files"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for document in tree.documents().prometheus.iter().filter(|document| !document.path.is_empty()) {
        let patterns = document.node.get("rule_files").and_then(Node::as_sequence).unwrap_or_default();
        if patterns.is_empty() {
            continue;
        }
        let namespace = document.object.id.effective_namespace();
        let pods = tree.workloads().iter().filter(|workload| workload.namespace() == namespace);
        let files: Vec<Files> = pods.flat_map(|workload| containers(tree, workload, document)).collect();
        for pattern in patterns {
            let Some(text) = pattern.text().filter(|text| !text.contains('$')) else { continue };
            for files in &files {
                let path = files.absolute(text);
                if files.may_hold_more(&path) || files.paths.iter().any(|file| matches_pattern(&path, file)) {
                    continue;
                }
                let message = format!("no file in container `{}` is called `{path}`", files.container);
                let finding = document.finding(&RULE, pattern.origin(), message);
                findings.add(match files.beside(&path) {
                    Some(file) => finding.help(format!("there is `{file}`")),
                    None => finding,
                });
                break;
            }
        }
    }
}

/// The files of the containers that see a configuration.
fn containers(tree: &Tree<'_, '_>, workload: &Workload<'_, '_>, document: &Document<'_, '_>) -> Vec<Files> {
    let key = document.path.split_once('.').map_or("", |(_, key)| key);
    let all = workload.containers().map(|(_, container)| Files::of(tree, workload, container));
    all.filter_map(|files| files.with_configuration(document.object.kind(), document.object.id.name, key))
        .collect()
}
