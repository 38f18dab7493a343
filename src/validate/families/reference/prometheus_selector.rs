//! `ref/prometheus-selector`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Selector, Tree, is_same};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "ref/prometheus-selector",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "no Prometheus of the tree takes up a monitor, a probe or rules",
    why: "the operator leaves it out without a word: nothing is scraped, and no alert of it fires",
    fix: "give it the labels that the Prometheus selects, or let the Prometheus select it and its namespace",
    example: example!("ref/prometheus-selector"),
};

const GROUP: &str = "monitoring.coreos.com";

/// What is taken up, by which fields, and by which kinds.
struct Taken {
    kind: &'static str,
    selector: &'static str,
    namespaces: &'static str,
    by: [&'static str; 2],
}

const SCRAPES: [&str; 2] = ["Prometheus", "PrometheusAgent"];

const TAKEN: [Taken; 5] = [
    Taken {
        kind: "PodMonitor",
        selector: "podMonitorSelector",
        namespaces: "podMonitorNamespaceSelector",
        by: SCRAPES,
    },
    Taken { kind: "Probe", selector: "probeSelector", namespaces: "probeNamespaceSelector", by: SCRAPES },
    Taken {
        kind: "PrometheusRule",
        selector: "ruleSelector",
        namespaces: "ruleNamespaceSelector",
        by: ["Prometheus", "ThanosRuler"],
    },
    Taken {
        kind: "ScrapeConfig",
        selector: "scrapeConfigSelector",
        namespaces: "scrapeConfigNamespaceSelector",
        by: SCRAPES,
    },
    Taken {
        kind: "ServiceMonitor",
        selector: "serviceMonitorSelector",
        namespaces: "serviceMonitorNamespaceSelector",
        by: SCRAPES,
    },
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for taken in &TAKEN {
        let by: Vec<_> = taken.by.iter().flat_map(|kind| tree.of_kind(GROUP, kind)).collect();
        // Another Prometheus may be where the tree has none, and one without any selector reads a file of its owner's.
        if by.is_empty() || by.iter().any(|server| is_unmanaged(server)) {
            continue;
        }
        for object in tree.of_kind(GROUP, taken.kind) {
            let reasons: Vec<_> =
                by.iter().map_while(|server| refusal(taken, server, object, tree)).collect();
            if let (Some((why, _)), true) = (reasons.first(), reasons.len() == by.len()) {
                let message = match by.len() {
                    1 => format!("{} does not take it up: {why}", by[0].describe()),
                    count => format!("none of {count} takes it up: of {} {why}", by[0].describe()),
                };
                let mut finding = object.finding_at_name(&RULE, message).path("metadata.labels");
                for (server, (_, place)) in by.iter().zip(&reasons) {
                    let place = place.or(server.name_origin());
                    finding = finding.related(place, format!("{} is here", server.describe()));
                }
                findings.add(finding);
            }
        }
    }
}

/// Whether it says nothing of what it scrapes: then the operator makes no configuration for it.
fn is_unmanaged(server: &Object<'_, '_>) -> bool {
    let scrapes = TAKEN.iter().filter(|taken| taken.by == SCRAPES);
    server.kind() != "ThanosRuler"
        && scrapes.into_iter().all(|taken| selector(server, taken.selector).is_none())
}

fn selector<'a, 's>(server: &Object<'a, 's>, field: &str) -> Option<&'a Node<'s>> {
    server.at(&["spec", field])
}

/// Why a server does not take up an object, and the selector that says so.
fn refusal(
    taken: &Taken,
    server: &Object<'_, '_>,
    object: &Object<'_, '_>,
    tree: &Tree<'_, '_>,
) -> Option<(String, Origin)> {
    let Some(node) = selector(server, taken.selector) else {
        // Without a selector nothing is selected; an empty one selects all.
        return Some((format!("it has no `{}`", taken.selector), Origin::NONE));
    };
    let wanted = Selector::of(node);
    if !wanted.matches(object.mapping(&["metadata", "labels"])) {
        let why = format!("`{}` asks for the labels `{}`", taken.selector, wanted.describe());
        return Some((why, node.origin()));
    }
    match selector(server, taken.namespaces) {
        None if !is_same(server.id.namespace, object.id.namespace) => {
            let why = format!("it looks into its own namespace `{}`", server.id.namespace);
            Some((format!("without `{}` {why}", taken.namespaces), Origin::NONE))
        }
        Some(node) if !may_be_meant(&Selector::of(node), object.id.namespace, tree) => {
            let asked = Selector::of(node).describe();
            let why = format!("`{}` asks for a namespace with the labels `{asked}`", taken.namespaces);
            Some((why, node.origin()))
        }
        _ => None,
    }
}

/// Whether a selector of namespaces means one. Which labels it has is known if it is in the tree.
fn may_be_meant(selector: &Selector<'_, '_>, namespace: &str, tree: &Tree<'_, '_>) -> bool {
    let is_known = tree.find(("", "Namespace"), "", namespace).is_some();
    namespace.is_empty() || !is_known || tree.namespaces(selector).contains(&namespace)
}
