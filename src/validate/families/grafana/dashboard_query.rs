//! `graf/dashboard-query`

use super::variables::meanings;
use crate::diagnostic::Severity;
use crate::validate::embedded::Dashboard;
use crate::validate::promql::{Parsed, QueryError};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::{Node, ParseOptions, parse_one};

static RULE: Rule = Rule {
    id: "graf/dashboard-query",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a panel of a dashboard asks something that is no PromQL",
    why: "the panel shows an error in place of a graph",
    fix: "correct the query; Grafana's Explore shows what it gives",
    example: example!("graf/dashboard-query"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for dashboard in &tree.documents().dashboards {
        // What is no JSON is told of elsewhere.
        if serde_json::from_str::<serde::de::IgnoredAny>(dashboard.text).is_err() {
            continue;
        }
        let Ok(source) = tree.sources.add_embedded(dashboard.origin, dashboard.text.to_owned()) else {
            continue;
        };
        let Ok(document) = parse_one(source, tree.sources, &ParseOptions::default()) else { continue };
        let Some(node) = document.node else { continue };
        let top = node.get("dashboard").unwrap_or(&node);
        panels(tree, dashboard, top, "", findings);
    }
}

/// The panels of a dashboard, or of a row of it.
fn panels(
    tree: &Tree<'_, '_>,
    dashboard: &Dashboard<'_, '_>,
    node: &Node<'_>,
    prefix: &str,
    findings: &mut Findings<'_>,
) {
    for list in ["panels", "rows"] {
        for (index, panel) in
            node.get(list).and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
        {
            let path = format!("{prefix}{list}[{index}]");
            for (index, target) in
                panel.get("targets").and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
            {
                let is_asked = [panel, target].into_iter().all(|node| is_prometheus(node.get("datasource")));
                if let Some(query) = target.get("expr").filter(|_| is_asked) {
                    let title = panel.get("title").and_then(Node::text).unwrap_or_default();
                    let path = format!("{}: {path}.targets[{index}].expr", dashboard.path);
                    check_query(tree, dashboard, (query, title, path), findings);
                }
            }
            panels(tree, dashboard, panel, &format!("{path}."), findings);
        }
    }
}

/// Whether a data source can be Prometheus: what is not said, or said by a variable, can.
fn is_prometheus(datasource: Option<&Node<'_>>) -> bool {
    let kind = datasource.and_then(|datasource| datasource.get("type")).and_then(Node::text);
    kind.is_none_or(|kind| kind == "prometheus" || kind == "datasource" || kind.contains('$'))
}

fn check_query(
    tree: &Tree<'_, '_>,
    dashboard: &Dashboard<'_, '_>,
    (query, title, path): (&Node<'_>, &str, String),
    findings: &mut Findings<'_>,
) {
    let Some(text) = query.text().filter(|text| !text.trim().is_empty()) else { return };
    let Some(error) = wrong(text) else { return };
    let source = tree.sources.add_expression(query.origin(), text.to_owned());
    let origin = source.map_or(query.origin(), |source| source.origin(error.offset));
    let finding = Finding::new(&RULE, origin, format!("panel `{title}`: {}", error.message));
    let mut finding = finding.object(dashboard.object.id).path(path);
    finding.help = error.help;
    findings.add(finding);
}

/// What is wrong with a query, whatever its variables stand for.
fn wrong(query: &str) -> Option<QueryError> {
    let mut first = None;
    for text in meanings(query) {
        match Parsed::of(&text) {
            Parsed::Error(error) => first = first.or(Some(error)),
            _ => return None,
        }
    }
    first
}
