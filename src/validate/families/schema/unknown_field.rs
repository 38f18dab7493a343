//! `schema/unknown-field`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/unknown-field",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a field does not exist",
    why: "the API server refuses the object or drops the field, so that what it says never happens",
    fix: "correct the name, or move the field to where it belongs",
    example: example!("schema/unknown-field"),
};
