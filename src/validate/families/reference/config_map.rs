//! `ref/configmap`, `ref/configmap-key`

use super::sources;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "ref/configmap",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods ask for a ConfigMap that is not there",
    why: "the pods stay in CreateContainerConfigError or ContainerCreating until somebody makes it",
    fix: "add the ConfigMap, correct the name, or set `optional: true` if the pods start without it",
    example: example!("ref/configmap"),
};

static KEY_RULE: Rule = Rule {
    id: "ref/configmap-key",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "pods ask for a key that their ConfigMap does not have",
    why: "the pods do not start, or a file that a program reads is an empty folder",
    fix: "add the key to the ConfigMap, or correct it",
    example: example!("ref/configmap-key"),
};

/// Every namespace has these: the first by Kubernetes itself, the others by what runs in the cluster.
const BUILT_IN: [&str; 3] = ["kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"];

pub(super) static CHECK: Check = Check { rules: &[&RULE, &KEY_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    sources::check("ConfigMap", (&RULE, &KEY_RULE), &BUILT_IN, tree, findings);
}
