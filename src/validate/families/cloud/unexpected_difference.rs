//! `cloud/unexpected-difference`: what the overlay of one cloud says and that of another does not, and nobody expects.
//! It takes all clouds to see it, so it is found where they are rendered.

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};

/// Clouds differ in something that `overlays/expected-differences.yaml` does not list.
pub static UNEXPECTED_DIFFERENCE: Rule = Rule {
    id: "cloud/unexpected-difference",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "clouds differ in something that `overlays/expected-differences.yaml` does not list",
    why: "most likely it was changed for one cloud and forgotten for the others",
    fix: "say the same in the other overlays, or list it with its reason",
    example: example!("cloud/unexpected-difference"),
};

pub(super) static CHECK: Check = Check { rules: &[&UNEXPECTED_DIFFERENCE], run: Run::Gathering };
