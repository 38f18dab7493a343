//! `api/deprecated`

use super::{Asked, asked};
use crate::diagnostic::Severity;
use crate::schema::Lookup;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "api/deprecated",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an API is deprecated",
    why: "a later release serves it no longer, and the upgrade to it breaks the sync",
    fix: "move the object to the version that the message names",
    example: example!("api/deprecated"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(Asked { api_version, version, kind, releases }) = asked(object, tree) else { return };
    let served = releases.into_iter().filter_map(|release| match tree.schemas.find(version, kind, release) {
        Lookup::Found(found)
            if found.is_deprecated || found.deprecated.is_some_and(|since| since <= release) =>
        {
            Some(found)
        }
        _ => None,
    });
    let Some(found) = served.last() else { return };
    let message = match (found.deprecated, found.removed) {
        (Some(since), Some(removed)) => {
            format!("`{version}` {kind} is deprecated since Kubernetes {since} and to go in {removed}")
        }
        (Some(since), None) => format!("`{version}` {kind} is deprecated since Kubernetes {since}"),
        (None, _) => format!("`{version}` {kind} is deprecated by its definition"),
    };
    let finding = Finding::new(&RULE, api_version.origin(), message).object(object.id).path("apiVersion");
    findings.add(match found.replacement {
        Some(name) => finding.help(format!("use `{name}` instead")),
        None => finding,
    });
}
