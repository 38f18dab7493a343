//! `sec/image-tag`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};

static RULE: Rule = Rule {
    id: "sec/image-tag",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an image has no version",
    why: "two nodes run different programs under one name, and nobody can go back to what ran yesterday",
    fix: "name a version, or pin a digest",
    example: example!("sec/image-tag"),
};

/// Tags that are given to one image after the other.
const MOVING: [&str; 8] = ["main", "master", "edge", "nightly", "dev", "develop", "stable", "canary"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let Some(image) = container.get("image") else { continue };
        let Some(text) = image.text().filter(|text| !text.is_empty() && !text.contains('@')) else {
            continue;
        };
        let message = match tag(text) {
            None => format!("the image `{text}` has no tag, which means `latest`"),
            Some("latest") => format!("the image `{text}` is whatever is the latest today"),
            Some(tag) if MOVING.contains(&tag) => {
                format!("the image `{text}` is whatever was built of `{tag}` last")
            }
            Some(_) => continue,
        };
        let finding = Finding::new(&RULE, image.origin(), message).object(object.id);
        findings.add(finding.path(format!("{path}.image")));
    }
}

/// What stands behind the colon of the last part; a colon before it is that of a port.
fn tag(image: &str) -> Option<&str> {
    image.rsplit('/').next()?.split_once(':').map(|(_, tag)| tag)
}
