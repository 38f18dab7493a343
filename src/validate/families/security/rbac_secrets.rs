//! `sec/rbac-secrets`

use super::rbac_wildcard::{has, is_role, rules};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "sec/rbac-secrets",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a role may read all Secrets",
    why: "the tokens and passwords of everything else in the namespace, or in the cluster, are as safe as this one account",
    fix: "take `secrets` out, or name the few that are needed in `resourceNames`",
    example: example!("sec/rbac-secrets"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if !is_role(object) {
        return;
    }
    for (index, rule) in rules(object).iter().enumerate() {
        let can_read = ["get", "list", "watch", "*"].iter().any(|verb| has(rule, "verbs", verb).is_some());
        let is_limited = rule.get("resourceNames").is_some_and(|names| !names.is_null_or_empty());
        let Some(secrets) = has(rule, "resources", "secrets") else { continue };
        let is_core = ["", "*"].iter().any(|group| has(rule, "apiGroups", group).is_some());
        if can_read && !is_limited && is_core {
            let message = "the role may read every Secret that it can reach";
            let finding = Finding::new(&RULE, secrets.origin(), message).object(object.id);
            findings.add(finding.path(format!("rules[{index}].resources")));
        }
    }
}
