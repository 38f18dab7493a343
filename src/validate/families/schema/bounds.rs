//! `schema/bounds`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/bounds",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a number, a length or a count is out of range",
    why: "the API server refuses the object",
    fix: "stay within the bounds that the message names",
    example: example!("schema/bounds"),
};
