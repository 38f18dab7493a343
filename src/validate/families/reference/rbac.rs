//! `ref/rbac-role`, `ref/rbac-subject`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree};
use crate::yaml::Node;

static ROLE_RULE: Rule = Rule {
    id: "ref/rbac-role",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a binding gives a role that is not there",
    why: "it gives no rights: what it is for gets 403",
    fix: "add the Role or ClusterRole, or correct kind and name; a ClusterRoleBinding can give ClusterRoles alone",
    example: example!("ref/rbac-role"),
};

static SUBJECT_RULE: Rule = Rule {
    id: "ref/rbac-subject",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a binding gives rights to a ServiceAccount that is not there",
    why: "the pods that need the rights get 403",
    fix: "correct name and namespace of the subject",
    example: example!("ref/rbac-subject"),
};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Cluster roles that every cluster has, beside those that begin with `system:`.
const BUILT_IN: [&str; 4] = ["admin", "cluster-admin", "edit", "view"];

pub(super) static CHECK: Check = Check { rules: &[&ROLE_RULE, &SUBJECT_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for binding in tree.of_kind(GROUP, "RoleBinding").chain(tree.of_kind(GROUP, "ClusterRoleBinding")) {
        check_role(binding, tree, findings);
        for (index, subject) in binding.items(&["subjects"]).iter().enumerate() {
            check_subject(binding, index, subject, tree, findings);
        }
    }
}

fn check_role(binding: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (Some(kind), Some(name)) = (binding.text(&["roleRef", "kind"]), binding.at(&["roleRef", "name"]))
    else {
        return;
    };
    if kind == "Role" && binding.kind() == "ClusterRoleBinding" {
        let node = binding.at(&["roleRef", "kind"]).unwrap_or(name);
        let message = "a ClusterRoleBinding cannot give a Role, which is of one namespace";
        findings.add(
            binding
                .finding(&ROLE_RULE, "roleRef.kind", node, message)
                .help("make it a ClusterRole, or this a RoleBinding"),
        );
        return;
    }
    let namespace = if kind == "Role" { binding.id.namespace } else { "" };
    let named =
        Named { object: binding, kind: (GROUP, kind), namespace, path: "roleRef.name".to_owned(), name };
    let text = named.text();
    // In kube-system there are Roles of the cluster's own.
    let is_built_in = text.starts_with("system:")
        || kind == "ClusterRole" && BUILT_IN.contains(&text)
        || kind == "Role" && namespace == "kube-system";
    if !is_built_in && !named.is_there(tree) {
        findings.add(named.missing(&ROLE_RULE, tree));
    }
}

fn check_subject(
    binding: &Object<'_, '_>,
    index: usize,
    subject: &Node<'_>,
    tree: &Tree<'_, '_>,
    findings: &mut Findings<'_>,
) {
    let text = |field| subject.get(field).and_then(Node::text).unwrap_or_default();
    let Some(name) = subject.get("name").filter(|_| text("kind") == "ServiceAccount") else { return };
    let (kind, namespace) = (("", "ServiceAccount"), text("namespace"));
    let path = format!("subjects[{index}].name");
    let named = Named { object: binding, kind, namespace, path, name };
    let is_ours = tree.find_anywhere(kind, named.text()).is_some()
        || tree.of_kind("", "ServiceAccount").any(|account| account.id.namespace == namespace);
    let is_built_in = named.text() == "default" || namespace == "kube-system";
    if is_ours && !is_built_in && !named.is_there(tree) {
        findings.add(named.missing(&SUBJECT_RULE, tree));
    }
}
