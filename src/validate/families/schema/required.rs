//! `schema/required`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/required",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a required field is missing",
    why: "the API server refuses the object",
    fix: "add the field",
    example: example!("schema/required"),
};
