//! `prom/config`: what Prometheus refuses in its configuration.

use std::collections::BTreeMap;

use super::config_fields::{self, ALERTING, DURATIONS, GLOBAL, JOB, SIZES, TOP};
use super::relabel;
use crate::diagnostic::{Severity, closest};
use crate::validate::embedded::{Document, DocumentRole};
use crate::validate::promql::duration;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
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
    for unreadable in documents.unreadable.iter().filter(|document| document.role == DocumentRole::Prometheus)
    {
        for error in &unreadable.errors {
            let message = format!("the configuration is no YAML: {}", error.message);
            let finding = Finding::new(&RULE, error.origin, message);
            findings.add(finding.object(unreadable.object.id).path(unreadable.path.as_str()));
        }
    }
}

fn configuration(document: &Document<'_, '_>, wrong: &mut Vec<Finding>) {
    let Some(top) = document.node.as_mapping() else { return };
    known(document, "the configuration", top, TOP, wrong);
    if let Some(global) = top.get("global").and_then(Node::as_mapping) {
        known(document, "global", global, GLOBAL, wrong);
        timeout(document, global, None, wrong);
    }
    if let Some(alerting) = top.get("alerting").and_then(Node::as_mapping) {
        known(document, "alerting", alerting, ALERTING, wrong);
    }
    values(document, &document.node, wrong);
    let mut names = BTreeMap::new();
    let global = top.get("global").and_then(Node::as_mapping);
    for job in top.get("scrape_configs").and_then(Node::as_sequence).unwrap_or_default() {
        let Some(mapping) = job.as_mapping() else { continue };
        known(document, "a scrape job", mapping, JOB, wrong);
        timeout(document, mapping, global, wrong);
        match mapping.get("job_name").filter(|name| name.text().is_some_and(|text| !text.is_empty())) {
            None => wrong.push(document.finding(&RULE, job.origin(), "a scrape job has no `job_name`")),
            Some(name) => {
                let text = name.text().unwrap_or_default();
                if let Some(first) = names.insert(text, name.origin()) {
                    let message = format!("two scrape jobs are called `{text}`");
                    wrong.push(
                        document.finding(&RULE, name.origin(), message).related(first, "the first one"),
                    );
                }
            }
        }
    }
}

/// Keys that there are not.
fn known(
    document: &Document<'_, '_>,
    what: &str,
    mapping: &Mapping<'_>,
    fields: &[&str],
    wrong: &mut Vec<Finding>,
) {
    for entry in mapping {
        let key = entry.key.text;
        let is_discovery = fields == JOB && (key.ends_with("_sd_configs") || key.starts_with("stream_"));
        if fields.contains(&key) || is_discovery {
            continue;
        }
        let finding = document.finding(&RULE, entry.key.origin, format!("{what} has no field `{key}`"));
        wrong.push(match closest(key, fields) {
            Some(like) => finding.help(format!("did you mean `{like}`?")),
            None => finding,
        });
    }
}

/// Durations, sizes and relabelling, wherever they stand.
fn values(document: &Document<'_, '_>, node: &Node<'_>, wrong: &mut Vec<Finding>) {
    for item in node.as_sequence().unwrap_or_default() {
        values(document, item, wrong);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        let (key, value) = (entry.key.text, &entry.value);
        // What stands below is somebody's own words.
        if matches!(key, "external_labels" | "labels" | "params") {
            continue;
        }
        if let Some(text) = value.text().filter(|text| !value.is_null() && !text.contains('$')) {
            let what = if DURATIONS.contains(&key) && duration(text).is_none() {
                Some("duration; write a number and one of ms, s, m, h, d, w, y")
            } else if SIZES.contains(&key) && !config_fields::is_size(text) {
                Some("size; write a number and one of B, KB, MB, GB, KiB, MiB, GiB")
            } else {
                None
            };
            if let Some((what, help)) = what.and_then(|what| what.split_once("; ")) {
                let message = format!("`{key}: {text}` is no {what}");
                wrong.push(document.finding(&RULE, value.origin(), message).help(help));
            }
        }
        if key.ends_with("relabel_configs") {
            let steps = relabel::wrong(value).into_iter();
            wrong.extend(
                steps.map(|(origin, message)| document.finding(&RULE, origin.or(value.origin()), message)),
            );
        }
        values(document, value, wrong);
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
