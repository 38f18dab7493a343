//! `ref/pdb-selector`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Selector, Tree};

static RULE: Rule = Rule {
    id: "ref/pdb-selector",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a PodDisruptionBudget selects no pod",
    why: "it protects nothing: a drain may take all replicas at once",
    fix: "give it the labels of the pods' template",
    example: example!("ref/pdb-selector"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for budget in tree.of_kind("policy", "PodDisruptionBudget") {
        let Some(node) = budget.at(&["spec", "selector"]) else { continue };
        let (selector, namespace) = (Selector::of(node), budget.id.namespace);
        if selector.is_empty()
            || tree.may_be_made(namespace, &selector)
            || tree.selected(namespace, selector).next().is_some()
        {
            continue;
        }
        let message = format!("no pod has the labels `{}`", selector.describe());
        let place = tree.culprit(namespace, &selector, node);
        findings.add(budget.finding(&RULE, "spec.selector", place, message));
    }
}
