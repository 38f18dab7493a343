//! `schema/cel`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/cel",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an object breaks a rule of its definition",
    why: "the API server refuses the object",
    fix: "do what the rule asks for",
    example: example!("schema/cel"),
};
