//! `am/undefined-receiver`, `am/duplicate-receiver`, `am/unused-receiver`, `am/root-receiver` and
//! `am/undefined-time-interval`: what routes name, and what there is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::route::{Configuration, configurations};
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::{Node, Origin};

const WHY: &str = "Alertmanager refuses the configuration: it does not start, or keeps the old one and says so only in its log";

static UNDEFINED: Rule = Rule {
    id: "am/undefined-receiver",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a route sends alerts to a receiver that there is not",
    why: WHY,
    fix: "add the receiver, or correct the name",
    example: example!("am/undefined-receiver"),
};

static DUPLICATE: Rule = Rule {
    id: "am/duplicate-receiver",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "two receivers have one name",
    why: WHY,
    fix: "give each receiver a name of its own",
    example: example!("am/duplicate-receiver"),
};

static UNUSED: Rule = Rule {
    id: "am/unused-receiver",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "no route leads to a receiver",
    why: "nobody is told through it, and whoever reads the configuration believes the contrary",
    fix: "add a route to it, or remove it",
    example: example!("am/unused-receiver"),
};

static ROOT: Rule = Rule {
    id: "am/root-receiver",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "the route at the top is not one that takes every alert",
    why: WHY,
    fix: "give the top route a receiver, and no matchers and time intervals",
    example: example!("am/root-receiver"),
};

static INTERVAL: Rule = Rule {
    id: "am/undefined-time-interval",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a route names a time interval that there is not",
    why: WHY,
    fix: "add it to time_intervals, or correct the name",
    example: example!("am/undefined-time-interval"),
};

pub(super) static CHECK: Check =
    Check { rules: &[&UNDEFINED, &DUPLICATE, &UNUSED, &ROOT, &INTERVAL], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree) {
        let names = names(&configuration, &["receivers"]);
        let used = used(&configuration);
        for (name, origins) in &names {
            for again in origins.iter().skip(1) {
                let message = format!("two receivers are called `{name}`");
                let finding = configuration.finding(&DUPLICATE, *again, message);
                findings.add(finding.related(origins[0], "the first one"));
            }
            if !used.contains(name) && !configuration.list("receivers").is_empty() {
                let message = format!("no route leads to the receiver `{name}`");
                findings.add(configuration.finding(&UNUSED, origins[0], message));
            }
        }
        if !configuration.is_resource {
            undefined(&configuration, &names, findings);
            root(&configuration, findings);
        }
        time_intervals(&configuration, findings);
    }
}

/// The names in lists at the top, in order, each with its places.
fn names<'s>(configuration: &Configuration<'_, '_, 's>, lists: &[&str]) -> Vec<(&'s str, Vec<Origin>)> {
    let mut found: Vec<(&str, Vec<Origin>)> = Vec::new();
    let mut index: FxHashMap<&str, usize> = FxHashMap::default();
    let items = lists.iter().flat_map(|list| configuration.list(list));
    for name in items.filter_map(|item| item.get("name")) {
        let Some(text) = name.text() else { continue };
        let at = *index.entry(text).or_insert_with(|| {
            found.push((text, Vec::new()));
            found.len() - 1
        });
        found[at].1.push(name.origin());
    }
    found
}

fn used<'s>(configuration: &Configuration<'_, '_, 's>) -> FxHashSet<&'s str> {
    let routes = configuration.routes();
    routes.iter().filter_map(|route| route.node.get("receiver").and_then(Node::text)).collect()
}

fn undefined(
    configuration: &Configuration<'_, '_, '_>,
    names: &[(&str, Vec<Origin>)],
    findings: &mut Findings<'_>,
) {
    let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    for route in configuration.routes() {
        let Some(receiver) = route.node.get("receiver").filter(|receiver| !receiver.is_null()) else {
            continue;
        };
        let name = receiver.text().unwrap_or_default();
        if known.contains(&name) || name.is_empty() {
            continue;
        }
        let message = format!("`{}` sends alerts to the receiver `{name}`, which there is not", route.path);
        findings.add(proposing(configuration.finding(&UNDEFINED, receiver.origin(), message), name, &known));
    }
}

/// The top route takes every alert.
fn root(configuration: &Configuration<'_, '_, '_>, findings: &mut Findings<'_>) {
    let Some(root) = configuration.node().get("route").filter(|route| !route.is_null()) else {
        let origin = configuration.node().origin();
        findings.add(configuration.finding(&ROOT, origin, "there is no route"));
        return;
    };
    let origin = |key: &str| root.as_mapping().and_then(|root| root.entry(key)).map(|entry| entry.key.origin);
    let receiver = root.get("receiver").filter(|receiver| !receiver.is_null());
    if receiver.and_then(Node::text).is_none_or(str::is_empty) {
        let origin = configuration.node().as_mapping().and_then(|top| top.entry("route"));
        let origin = origin.map_or(root.origin(), |entry| entry.key.origin);
        findings.add(configuration.finding(&ROOT, origin, "the route at the top has no receiver"));
    }
    for key in ["match", "match_re", "matchers", "mute_time_intervals", "active_time_intervals"] {
        let is_empty = root.get(key).is_none_or(Node::is_null_or_empty);
        if let Some(origin) = origin(key).filter(|_| !is_empty) {
            let message = format!("the route at the top has `{key}`, and it must take every alert");
            findings.add(configuration.finding(&ROOT, origin, message));
        }
    }
}

fn time_intervals(configuration: &Configuration<'_, '_, '_>, findings: &mut Findings<'_>) {
    let lists = ["time_intervals", "mute_time_intervals", "timeIntervals", "muteTimeIntervals"];
    let names = names(configuration, &lists);
    let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    for route in configuration.routes() {
        for field in ["mute_time_intervals", "active_time_intervals"] {
            let list = configuration.field(route.node, field).and_then(Node::as_sequence).unwrap_or_default();
            for name in list {
                let text = name.text().unwrap_or_default();
                if !known.contains(&text) {
                    let message =
                        format!("`{}` names the time interval `{text}`, which there is not", route.path);
                    let finding = configuration.finding(&INTERVAL, name.origin(), message);
                    findings.add(proposing(finding, text, &known));
                }
            }
        }
    }
}

fn proposing(finding: Finding, name: &str, known: &[&str]) -> Finding {
    match closest(name, known) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None if known.is_empty() => finding,
        None => finding.help(format!("there are `{}`", known.join("`, `"))),
    }
}
