//! `schema/pattern`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/pattern",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a text does not match the pattern of its field",
    why: "the API server refuses the object",
    fix: "write it so that it matches",
    example: example!("schema/pattern"),
};
