//! `suppress/`: what is ignored must be there, be known and have a reason. Found when the findings are gathered.

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};

pub(in crate::validate) static UNUSED: Rule = Rule {
    id: "suppress/unused",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "something is ignored that is not there",
    why: "what was wrong is mended, and the next mistake of the same kind in this place would not be seen",
    fix: "take it out",
    example: example!("suppress/unused"),
};

pub(in crate::validate) static UNKNOWN_RULE: Rule = Rule {
    id: "suppress/unknown-rule",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "a rule is ignored that does not exist",
    why: "it hides nothing",
    fix: "correct the name; `stackgen validate --list-rules` lists all",
    example: example!("suppress/unknown-rule"),
};

pub(in crate::validate) static REASON: Rule = Rule {
    id: "suppress/reason",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "something is ignored and nobody says why",
    why: "whoever reads it next cannot tell a decision from a forgotten shortcut",
    fix: "write the reason behind it",
    example: example!("suppress/reason"),
};

static CHECK: Check = Check { rules: &[&UNUSED, &UNKNOWN_RULE, &REASON], run: Run::Gathering };

pub(super) const CHECKS: &[&Check] = &[&CHECK];
