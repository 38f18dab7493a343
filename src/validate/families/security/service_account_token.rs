//! `sec/sa-token`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sec/sa-token",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "pods get a token for the API server and nobody has said that they need one",
    why: "whoever breaks into the pod can talk to the API server in its name",
    fix: "set `automountServiceAccountToken: false`, or `true` if the program does talk to the API server",
    example: example!("sec/sa-token"),
};

const FIELD: &str = "automountServiceAccountToken";

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for workload in tree.workloads() {
        let name = ["serviceAccountName", "serviceAccount"].iter().find_map(|field| workload.spec.get(field));
        let account = name.and_then(Node::text).filter(|name| !name.is_empty()).unwrap_or("default");
        let account = tree.find(("", "ServiceAccount"), workload.namespace(), account);
        let is_said = workload.spec.get(FIELD).is_some()
            || account.is_some_and(|account| account.at(&[FIELD]).is_some());
        if is_said {
            continue;
        }
        let place = name.map_or(workload.object.name_origin(), Node::origin);
        let message = "the pods get a token for the API server by default";
        let mut finding = Finding::new(&RULE, place, message).object(workload.object.id);
        if let Some(account) = account {
            finding = finding.related(account.name_origin(), "the ServiceAccount does not say either");
        }
        findings.add(finding.path(format!("{}.{FIELD}", workload.spec_path())));
    }
}
