//! `schema/type`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/type",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a value is of another type than its field",
    why: "the API server refuses the object, or reads something else than was meant",
    fix: "write the value as the type that the message names; text that looks like a number or a boolean needs quotes",
    example: example!("schema/type"),
};
