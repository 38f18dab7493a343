//! `sec/cluster-admin`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "sec/cluster-admin",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "somebody is made administrator of everything",
    why: "whoever gets hold of this account owns the cluster, its secrets included",
    fix: "bind a role that holds only what is needed",
    example: example!("sec/cluster-admin"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    if !object.is(GROUP, "ClusterRoleBinding") && !object.is(GROUP, "RoleBinding") {
        return;
    }
    let is_role = object.text(&["roleRef", "kind"]) == Some("ClusterRole");
    if let Some(name) =
        object.at(&["roleRef", "name"]).filter(|name| is_role && name.text() == Some("cluster-admin"))
    {
        let message = "the role `cluster-admin` is given away";
        findings.add(Finding::new(&RULE, name.origin(), message).object(object.id).path("roleRef.name"));
    }
}
