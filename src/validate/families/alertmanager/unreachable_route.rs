//! `am/unreachable-route`: routes that no alert takes.

use super::matchers::Matcher;
use super::route::{Configuration, Route, configurations, matchers};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "am/unreachable-route",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "no alert ever takes a route",
    why: "a route before it takes all alerts that it is meant for, so its receiver stays silent",
    fix: "put the narrower route first, or set `continue: true` on the wider one",
    example: example!("am/unreachable-route"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree) {
        let routes = configuration.routes();
        for (index, route) in routes.iter().enumerate() {
            let Some(parent) = route.parent else { continue };
            let own = matchers(route.node);
            let origin = route.node.origin();
            if let Some(one) = contradiction(&own) {
                let message = format!("no alert takes `{}`: its matchers contradict each other", route.path);
                findings.add(configuration.finding(&RULE, one.origin, message));
                continue;
            }
            // What the routes above ask for holds here too.
            let mut above = own.clone();
            let mut at = Some(parent);
            while let Some(parent) = at.map(|parent| &routes[parent]) {
                above.extend(matchers(parent.node));
                at = parent.parent;
            }
            if contradiction(&above).is_some() {
                let message =
                    format!("no alert takes `{}`: the routes above ask for something else", route.path);
                findings.add(configuration.finding(&RULE, origin, message));
                continue;
            }
            let before = routes[..index].iter().filter(|before| before.parent == Some(parent));
            if let Some(wider) = before.into_iter().find(|before| takes_all(&configuration, before, &own)) {
                let message = format!("no alert reaches `{}`: `{}` takes them all", route.path, wider.path);
                let finding = configuration.finding(&RULE, origin, message);
                findings.add(finding.related(wider.node.origin(), "the route that takes them"));
            }
        }
    }
}

/// Whether a route takes every alert that fulfils `own`, and keeps it.
fn takes_all(configuration: &Configuration<'_, '_, '_>, wider: &Route<'_, '_>, own: &[Matcher]) -> bool {
    let goes_on = wider.node.get("continue").and_then(Node::text).is_some_and(|text| text != "false");
    let is_timed = ["active_time_intervals", "mute_time_intervals"]
        .into_iter()
        .any(|field| configuration.field(wider.node, field).is_some());
    // A matcher that cannot be read is missing in the list.
    let is_read = configuration
        .field(wider.node, "matchers")
        .is_none_or(|list| list.as_sequence().is_some_and(|list| list.len() <= matchers(wider.node).len()));
    let implied = |wanted: &Matcher| {
        wanted.is_always_true() || own.iter().any(|own| own.label == wanted.label && implies(own, wanted))
    };
    !goes_on && !is_timed && is_read && matchers(wider.node).iter().all(implied)
}

/// Whether whatever fulfils `one` fulfils `other`.
fn implies(one: &Matcher, other: &Matcher) -> bool {
    if one.is_exact() {
        return other.accepts(&one.value);
    }
    one.value == other.value && one.is_regex == other.is_regex && one.is_negative == other.is_negative
}

/// A matcher for one value that another one does not take.
fn contradiction(all: &[Matcher]) -> Option<&Matcher> {
    all.iter()
        .filter(|one| one.is_exact())
        .find(|one| all.iter().any(|other| other.label == one.label && !other.accepts(&one.value)))
}
