//! `api/too-new`

use super::{Asked, asked, joined};
use crate::diagnostic::Severity;
use crate::schema::{Lookup, Minor};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "api/too-new",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an API is not served yet",
    why: "the API server of an older release refuses the object, and a sync that holds it fails",
    fix: "use a version that all releases serve, or name the releases that you run with `--kubernetes-version`",
    example: example!("api/too-new"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(Asked { api_version, version, kind, releases }) = asked(object, tree) else { return };
    let mut without: Vec<Minor> = Vec::new();
    let mut first = None;
    for release in releases {
        if let Lookup::NotYetServed { since } = tree.schemas.find(version, kind, release) {
            without.push(release);
            first = Some(since);
        }
    }
    let Some(since) = first else { return };
    let message =
        format!("`{version}` {kind} is served from Kubernetes {since} on: it is not in {}", joined(&without));
    let finding = Finding::new(&RULE, api_version.origin(), message).object(object.id);
    findings.add(finding.path("apiVersion"));
}
