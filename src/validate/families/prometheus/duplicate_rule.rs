//! `prom/duplicate-rule`: what one file says twice.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::Origin;

static RULE: Rule = Rule {
    id: "prom/duplicate-rule",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a rule file has a rule or a group twice",
    why: "Prometheus refuses a file with two groups of one name; two rules that record the same series overwrite each other, and two equal alerts are sent twice",
    fix: "remove one of them, or give them different labels",
    example: example!("prom/duplicate-rule"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    let mut groups: BTreeMap<(usize, &str), Origin> = BTreeMap::new();
    for group in &documents.groups {
        let Some(name) = group.name else { continue };
        match groups.get(&(group.file, name.text)) {
            Some(first) => {
                let message = format!("group `{}` stands in this file twice", name.text);
                let finding = Finding::new(&RULE, name.origin, message).related(*first, "the first one");
                findings.add(finding.object(group.object.id).path(group.path.as_str()));
            }
            None => drop(groups.insert((group.file, name.text), name.origin)),
        }
    }
    let mut rules = BTreeMap::new();
    for rule in documents.rules.iter().filter(|rule| !rule.name.text.is_empty()) {
        let mut labels: Vec<_> = rule.labels.iter().map(|(key, value)| (key.text, value.text)).collect();
        labels.sort_unstable();
        let key = (rule.file, rule.is_alert, rule.name.text, labels);
        match rules.get(&key).copied() {
            Some(first) => {
                let message = format!("{} stands in this file twice, with the same labels", rule.title());
                findings.add(rule.finding(&RULE, rule.name.origin, message).related(first, "the first one"));
            }
            None => {
                rules.insert(key, rule.name.origin);
            }
        }
    }
}
