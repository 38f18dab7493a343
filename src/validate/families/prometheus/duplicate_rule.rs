//! `prom/duplicate-rule`: what one file says twice.

use std::collections::BTreeMap;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::VectorSelector;

use crate::diagnostic::Severity;
use crate::validate::embedded::PromRule;
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

/// With how many rules of the same name and labels one is compared.
const MOST_COMPARED: usize = 100;

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
    let mut rules: BTreeMap<_, Vec<&PromRule<'_, '_>>> = BTreeMap::new();
    for rule in documents.rules.iter().filter(|rule| !rule.name.text.is_empty()) {
        let mut labels: Vec<_> = rule.labels.iter().map(|(key, value)| (key.text, value.text)).collect();
        labels.sort_unstable();
        let key = (rule.file, rule.is_alert, rule.name.text, labels);
        let earlier = rules.entry(key).or_default();
        if let Some(first) = earlier.iter().take(MOST_COMPARED).find(|first| !are_apart(first, rule)) {
            let message = format!("{} stands in this file twice, with the same labels", rule.title());
            let finding = rule.finding(&RULE, rule.name.origin, message);
            findings.add(finding.related(first.name.origin, "the first one"));
        }
        earlier.push(rule);
    }
}

/// Whether two rules look at series that differ in a label, such as `code=~"2.."` and `code=~"5.."`: then what they give
/// differs too. That regular expressions have no text in common is taken on trust.
fn are_apart(left: &PromRule<'_, '_>, right: &PromRule<'_, '_>) -> bool {
    let (Some(left), Some(right)) = (left.parsed.query(), right.parsed.query()) else { return false };
    let right = right.selectors();
    let differ = |one: &VectorSelector, other: &VectorSelector| {
        let wanted = |matcher: &&Matcher| matches!(matcher.op, MatchOp::Equal | MatchOp::Re(_));
        let of_other = || other.matchers.matchers.iter().filter(wanted);
        one.name == other.name
            && one.matchers.matchers.iter().filter(wanted).any(|matcher| {
                of_other().any(|other| other.name == matcher.name && other.value != matcher.value)
            })
    };
    left.selectors().iter().any(|(one, _)| right.iter().any(|(other, _)| differ(one, other)))
}
