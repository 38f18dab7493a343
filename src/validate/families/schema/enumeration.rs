//! `schema/enum`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/enum",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a value is none of those that the field may have",
    why: "the API server refuses the object",
    fix: "write one of the values that the message names",
    example: example!("schema/enum"),
};
