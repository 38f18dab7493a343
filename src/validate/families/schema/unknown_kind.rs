//! `schema/unknown-kind`

use crate::diagnostic::Severity;
use crate::schema::Lookup;
use crate::validate::families::api::releases;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "schema/unknown-kind",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "no release of Kubernetes has such a kind",
    why: "the API server refuses the object, and a sync that holds it fails",
    fix: "correct `apiVersion` or `kind`; name the definitions of custom resources with `--crds`",
    example: example!("schema/unknown-kind"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let (Some(api_version), Some(kind)) = (object.at(&["apiVersion"]), object.at(&["kind"])) else { return };
    let (Some(version), Some(name)) = (api_version.text(), kind.text()) else { return };
    // Which kinds there are changes little: the newest release says it, and others are asked by `api/`.
    let Some(release) = releases(tree).last().copied() else { return };
    let (place, path, message, help) = match tree.schemas.find(version, name, release) {
        Lookup::UnknownKind { meant } => (
            kind,
            "kind",
            format!("`{version}` has no kind `{name}`"),
            meant.map(|meant| format!("did you mean `{meant}`?")),
        ),
        Lookup::UnknownVersion { served } => (
            api_version,
            "apiVersion",
            format!("there is no version `{version}` of {name}"),
            Some(format!("write `apiVersion: {}`", served.last().map_or("", String::as_str)))
                .filter(|_| !served.is_empty()),
        ),
        Lookup::UnknownGroup { meant: Some(meant) } => (
            api_version,
            "apiVersion",
            format!("there is no group of `{version}` that has {name}"),
            Some(format!("did you mean `{meant}`?")),
        ),
        // Custom resources whose definitions are elsewhere.
        Lookup::UnknownGroup { meant: None }
        | Lookup::Found(_)
        | Lookup::Removed { .. }
        | Lookup::NotYetServed { .. } => return,
    };
    let finding = Finding::new(&RULE, place.origin(), message).object(object.id).path(path);
    findings.add(match help {
        Some(help) => finding.help(help),
        None => finding,
    });
}
