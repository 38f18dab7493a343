//! `prom/unknown-metric`: metrics that no exporter has.

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::validate::promql::{misspelt, renamed};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/unknown-metric",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "no exporter of the stack has such a metric",
    why: "a metric that does not exist gives nothing, without any error: the alert never fires, the panel stays empty",
    fix: "correct the name, or take the one that the exporter uses today",
    example: example!("prom/unknown-metric"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    let recorded: FxHashSet<&str> =
        documents.rules.iter().filter(|rule| !rule.is_alert).map(|rule| rule.name.text).collect();
    for rule in &documents.rules {
        let Some(query) = rule.parsed.query() else { continue };
        for (selector, offset) in query.selectors() {
            let Some(name) = selector.name.as_deref().filter(|name| !recorded.contains(name)) else {
                continue;
            };
            let found =
                renamed(name).map(|new| (new, format!("`{name}` is of older exporters: it is `{new}` now")));
            let found = found.or_else(|| {
                misspelt(name).map(|like| (like, format!("no exporter of the stack has a metric `{name}`")))
            });
            if let Some((like, message)) = found {
                let message = format!("{}: {message}", rule.title());
                let finding = rule.finding(&RULE, rule.at(offset), message);
                findings.add(finding.help(format!("did you mean `{like}`?")));
            }
        }
    }
}
