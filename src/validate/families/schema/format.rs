//! `schema/format`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/format",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a text does not have the form that its field asks for",
    why: "the API server refuses the object",
    fix: "write it in the form that the message names",
    example: example!("schema/format"),
};
