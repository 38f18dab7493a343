//! `ref/secret`, `ref/secret-key`, `ref/image-pull-secret`

use super::named::Named;
use super::sources;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

// Strict: many keep their Secrets out of the repository, and make them by hand.
static RULE: Rule = Rule {
    id: "ref/secret",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "something asks for a Secret that nothing in the tree makes",
    why: "pods stay in CreateContainerConfigError or ContainerCreating until somebody makes it",
    fix: "add the Secret or what makes it (SealedSecret, ExternalSecret, Certificate), or set `optional: true`",
    example: example!("ref/secret"),
};

static KEY_RULE: Rule = Rule {
    id: "ref/secret-key",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "something asks for a key that the Secret does not have",
    why: "the pods do not start, or a file that a program reads is an empty folder",
    fix: "add the key to the Secret, or correct it",
    example: example!("ref/secret-key"),
};

static PULL_RULE: Rule = Rule {
    id: "ref/image-pull-secret",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "images are pulled with a Secret that nothing in the tree makes",
    why: "pulls go on without credentials: a private image ends in ImagePullBackOff",
    fix: "add the Secret of type kubernetes.io/dockerconfigjson or what makes it, or take the name out",
    example: example!("ref/image-pull-secret"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE, &KEY_RULE], run: Run::Tree(check) };

pub(super) static PULL_CHECK: Check = Check { rules: &[&PULL_RULE], run: Run::Tree(check_pulls) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    sources::check("Secret", (&RULE, &KEY_RULE), &[], tree, findings);
}

fn check_pulls(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let pods = tree.workloads().iter().flat_map(|workload| {
        workload.items("imagePullSecrets").map(|(path, item)| (workload.object, path, item))
    });
    let accounts = tree.of_kind("", "ServiceAccount").flat_map(|object| {
        let items = object.items(&["imagePullSecrets"]).iter().enumerate();
        items.map(|(index, item)| (*object, format!("imagePullSecrets[{index}]"), item))
    });
    for (object, path, item) in pods.chain(accounts) {
        let Some(name) = item.get("name").filter(|name| Node::text(name).is_some()) else { continue };
        let namespace = object.id.namespace;
        let named =
            Named { object: &object, kind: ("", "Secret"), namespace, path: format!("{path}.name"), name };
        if !named.is_there(tree) {
            findings.add(named.missing(&PULL_RULE, tree));
        }
    }
}
