//! `schema/list-map-key`

use crate::diagnostic::Severity;
use crate::validate::rule::{Profile, Rule, example};

pub(super) static RULE: Rule = Rule {
    id: "schema/list-map-key",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "two items of a list have the same key",
    why: "one of the two is lost with the next server-side apply or merge, and nobody says which",
    fix: "remove one of them, or give it a key of its own",
    example: example!("schema/list-map-key"),
};
