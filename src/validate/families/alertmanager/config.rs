//! `am/config`: what Alertmanager refuses in its configuration.

use super::receiver_settings;
use crate::diagnostic::Severity;
use crate::validate::embedded::{Document, DocumentRole};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::structure::ALERTMANAGER;
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "am/config",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "Alertmanager refuses its configuration",
    why: "it does not start; one that runs keeps the old configuration, and says so only in its log",
    fix: "correct it; `amtool check-config` says whether it is right",
    example: example!("am/config"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    for document in &documents.alertmanager {
        configuration(document, findings);
    }
    for unreadable in &documents.unreadable {
        if unreadable.role == DocumentRole::Alertmanager {
            findings.extend_from(unreadable.findings(&RULE, "the configuration"));
        }
    }
}

fn configuration(document: &Document<'_, '_>, findings: &mut Findings<'_>) {
    for violation in ALERTMANAGER.violations(&document.node, document.is_secret()) {
        let finding = document.finding(&RULE, violation.origin, violation.message);
        findings.add(match violation.help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
    for (origin, message) in receiver_settings::missing(&document.node) {
        findings.add(document.finding(&RULE, origin, message));
    }
}
