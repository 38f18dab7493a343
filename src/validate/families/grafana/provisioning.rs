//! `graf/provisioning`: Grafana must read the data sources and the folders of dashboards that it is given.

use crate::diagnostic::Severity;
use crate::validate::embedded::{Document, DocumentRole};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::{Node, Scalar, Typing};

static RULE: Rule = Rule {
    id: "graf/provisioning",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "Grafana refuses what it is provisioned with",
    why: "it does not start",
    fix: "correct the file; only one data source of an organization is the default",
    example: example!("graf/provisioning"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    for document in &documents.datasources {
        defaults(document, findings);
    }
    for unreadable in &documents.unreadable {
        match unreadable.role {
            DocumentRole::Datasources => {
                findings.extend_from(unreadable.findings(&RULE, "the list of data sources"));
            }
            DocumentRole::Providers => {
                findings.extend_from(unreadable.findings(&RULE, "the list of folders with dashboards"));
            }
            _ => {}
        }
    }
}

/// Of the data sources of an organization one is the default.
fn defaults(document: &Document<'_, '_>, findings: &mut Findings<'_>) {
    let mut seen: Vec<(&str, &Node<'_>)> = Vec::new();
    for source in document.node.get("datasources").and_then(Node::as_sequence).unwrap_or_default() {
        let is_default = |node: &&Node<'_>| node.scalar(Typing::Legacy) == Some(Scalar::Bool(true));
        let Some(default) = source.get("isDefault").filter(is_default) else { continue };
        let organization = source.get("orgId").and_then(Node::text).unwrap_or("1");
        match seen.iter().find(|(other, _)| *other == organization) {
            Some((_, first)) => {
                let message = "a second data source is the default of the organization";
                let finding = document.finding(&RULE, default.origin(), message);
                findings.add(finding.related(first.origin(), "the first one"));
            }
            None => seen.push((organization, default)),
        }
    }
}
