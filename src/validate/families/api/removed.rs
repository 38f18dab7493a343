//! `api/removed`

use super::{Asked, asked, joined};
use crate::diagnostic::Severity;
use crate::schema::{Lookup, Minor};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "api/removed",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an API is no longer served",
    why: "the API server refuses the object, and a sync that holds it fails",
    fix: "move the object to the version that the message names",
    example: example!("api/removed"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(Asked { api_version, version, kind, releases }) = asked(object, tree) else { return };
    let mut gone: Vec<Minor> = Vec::new();
    let mut last = None;
    for release in releases {
        if let Lookup::Removed { minor, replacement } = tree.schemas.find(version, kind, release) {
            gone.push(release);
            last = Some((minor, replacement));
        }
    }
    let Some((minor, replacement)) = last else { return };
    let message = match minor {
        Some(minor) => {
            format!("`{version}` {kind} is gone since Kubernetes {minor}: it is not in {}", joined(&gone))
        }
        None => format!("`{version}` {kind} is served no longer by the current release of its controller"),
    };
    let help = match replacement.as_deref().map(|name| name.split_once(' ').unwrap_or((name, kind))) {
        Some((version, other)) if other == kind => {
            format!("write `apiVersion: {version}`, and fit the fields to it")
        }
        Some((version, other)) => format!("use {other} of `{version}` instead"),
        None => "nothing takes its place: remove the object".to_owned(),
    };
    let finding = Finding::new(&RULE, api_version.origin(), message).object(object.id);
    findings.add(finding.path("apiVersion").help(help));
}
