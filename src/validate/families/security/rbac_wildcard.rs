//! `sec/rbac-wildcard`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/rbac-wildcard",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a role allows everything of some kind",
    why: "what is added to the cluster later, with resources that nobody has thought of, is allowed as well",
    fix: "list the verbs and resources that are needed",
    example: example!("sec/rbac-wildcard"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if !is_role(object) {
        return;
    }
    for (index, rule) in rules(object).iter().enumerate() {
        let fields = [("verbs", "do anything with"), ("resources", "reach everything of")];
        for (field, what) in fields {
            let Some(star) = has(rule, field, "*") else { continue };
            let about = if field == "verbs" { "what this rule names" } else { "these groups" };
            let finding = Finding::new(&RULE, star.origin(), format!("`*` lets the role {what} {about}"));
            findings.add(finding.object(object.id).path(format!("rules[{index}].{field}")));
        }
    }
}

/// Whether the object grants something.
pub(super) fn is_role(object: &Object<'_, '_>) -> bool {
    const GROUP: &str = "rbac.authorization.k8s.io";
    object.is(GROUP, "ClusterRole") || object.is(GROUP, "Role")
}

/// What a role grants.
pub(super) fn rules<'a, 's>(object: &Object<'a, 's>) -> &'a [Node<'s>] {
    object.items(&["rules"])
}

/// The item of a list of a rule that is this text.
pub(super) fn has<'a, 's>(rule: &'a Node<'s>, field: &str, text: &str) -> Option<&'a Node<'s>> {
    rule.get(field)?.as_sequence()?.iter().find(|item| item.text() == Some(text))
}
