//! `ref/service-account`

use super::named::Named;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "ref/service-account",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods run as a ServiceAccount that is not there",
    why: "no pod is made: the API server refuses each one",
    fix: "add the ServiceAccount to the namespace of the pods, or correct the name",
    example: example!("ref/service-account"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        // The old name of the field counts only if the new one is not there.
        let fields = ["serviceAccountName", "serviceAccount"];
        let Some((field, name)) = fields.iter().find_map(|field| Some((field, workload.spec.get(field)?)))
        else {
            continue;
        };
        let named = Named {
            object: &workload.object,
            kind: ("", "ServiceAccount"),
            namespace: workload.namespace(),
            path: format!("{}.{field}", workload.spec_path()),
            name,
        };
        if named.text() != "default" && !named.is_there(tree) {
            findings.add(named.missing(&RULE, tree));
        }
    }
}
