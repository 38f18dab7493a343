//! `prom/config`: what Prometheus refuses in its configuration.

use std::collections::BTreeMap;

use super::{demands, relabel};
use crate::diagnostic::Severity;
use crate::validate::embedded::{Document, DocumentRole};
use crate::validate::promql::duration;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::structure::PROMETHEUS;
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::{Mapping, Node};

static RULE: Rule = Rule {
    id: "prom/config",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "Prometheus refuses its configuration",
    why: "it does not start; one that runs keeps the old configuration, and says so only in its log",
    fix: "correct it; `promtool check config` says whether it is right",
    example: example!("prom/config"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    for document in &documents.prometheus {
        let mut wrong = Vec::new();
        configuration(document, &mut wrong);
        for finding in wrong {
            findings.add(finding);
        }
    }
    for unreadable in &documents.unreadable {
        if unreadable.role == DocumentRole::Prometheus {
            findings.extend_from(unreadable.findings(&RULE, "the configuration"));
        }
    }
    for step in relabel::steps_of_resources(tree) {
        for (origin, message) in relabel::demands(step.fields) {
            let origin = origin.or(step.object.origin());
            findings
                .add(Finding::new(&RULE, origin, message).object(step.object.id).path(step.path.as_str()));
        }
    }
}

fn configuration(document: &Document<'_, '_>, wrong: &mut Vec<Finding>) {
    let Some(top) = document.node.as_mapping() else { return };
    for violation in PROMETHEUS.violations(&document.node, document.is_secret()) {
        let finding = document.finding(&RULE, violation.origin, violation.message);
        wrong.push(match violation.help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
    relabelling(document, &document.node, wrong);
    let global = top.get("global").and_then(Node::as_mapping);
    if let Some(global) = global {
        timeout(document, global, None, wrong);
    }
    for job in items(top, "scrape_configs") {
        timeout(document, job, global, wrong);
        demands::scrape_job(&mut |origin, message| wrong.push(document.finding(&RULE, origin, message)), job);
    }
    names(document, top, "scrape_configs", "job_name", wrong);
    for list in ["remote_write", "remote_read"] {
        names(document, top, list, "name", wrong);
        for remote in items(top, list) {
            demands::remote(
                &mut |origin, message| wrong.push(document.finding(&RULE, origin, message)),
                remote,
            );
        }
    }
}

fn items<'n, 's>(top: &'n Mapping<'s>, list: &str) -> impl Iterator<Item = &'n Mapping<'s>> {
    let list = top.get(list).and_then(Node::as_sequence).unwrap_or_default();
    list.iter().filter_map(Node::as_mapping)
}

/// Names that there may be only once.
fn names(document: &Document<'_, '_>, top: &Mapping<'_>, list: &str, field: &str, wrong: &mut Vec<Finding>) {
    let mut names = BTreeMap::new();
    for name in items(top, list).filter_map(|item| item.get(field)) {
        let Some(text) = name.text().filter(|text| !text.is_empty() && !name.is_null()) else { continue };
        if let Some(first) = names.insert(text, name.origin()) {
            let message = if list == "scrape_configs" {
                format!("two scrape jobs are called `{text}`")
            } else {
                format!("two items of `{list}` are called `{text}`")
            };
            wrong.push(document.finding(&RULE, name.origin(), message).related(first, "the first one"));
        }
    }
}

/// Relabelling, wherever it stands.
fn relabelling(document: &Document<'_, '_>, node: &Node<'_>, wrong: &mut Vec<Finding>) {
    for item in node.as_sequence().unwrap_or_default() {
        relabelling(document, item, wrong);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let (key, value) = (entry.key.text, &entry.value);
        // What stands below is somebody's own words.
        if matches!(key, "external_labels" | "labels" | "params") {
            continue;
        }
        if key.ends_with("relabel_configs") {
            let steps = relabel::wrong(value).into_iter();
            wrong.extend(
                steps.map(|(origin, message)| document.finding(&RULE, origin.or(value.origin()), message)),
            );
        } else {
            relabelling(document, value, wrong);
        }
    }
}

/// A scrape must end before the next one begins.
fn timeout(
    document: &Document<'_, '_>,
    own: &Mapping<'_>,
    global: Option<&Mapping<'_>>,
    wrong: &mut Vec<Finding>,
) {
    let field = |key: &str| own.get(key).or_else(|| global?.get(key));
    let (Some(limit), interval) = (own.get("scrape_timeout"), field("scrape_interval")) else { return };
    let of = |node: &Node<'_>| node.text().and_then(duration);
    let interval = interval.map_or(Some(60_000), of);
    if let (Some(longest), Some(interval)) = (of(limit), interval)
        && longest > interval
    {
        let message = format!("`scrape_timeout` is longer than the {}s between two scrapes", interval / 1000);
        wrong.push(document.finding(&RULE, limit.origin(), message));
    }
}
