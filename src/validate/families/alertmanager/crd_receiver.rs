//! `am/crd-receiver`: receivers that an `AlertmanagerConfig` names.

use super::route::configurations;
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "am/crd-receiver",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a route of an AlertmanagerConfig names a receiver that it does not have",
    why: "the operator leaves the whole AlertmanagerConfig out, and says so only in its log",
    fix: "add the receiver to the same AlertmanagerConfig, or correct the name",
    example: example!("am/crd-receiver"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree).iter().filter(|configuration| configuration.is_resource) {
        let receivers = configuration.list("receivers").iter();
        let known: Vec<&str> = receivers.filter_map(|receiver| receiver.get("name")?.text()).collect();
        for route in configuration.routes() {
            let Some(receiver) = route.node.get("receiver") else { continue };
            let name = receiver.text().unwrap_or_default();
            if known.contains(&name) || name.is_empty() && route.parent.is_some() {
                continue;
            }
            let message = format!(
                "`{}` names the receiver `{name}`, which this AlertmanagerConfig does not have",
                route.path
            );
            let finding = configuration
                .finding(&RULE, receiver.origin(), message)
                .path(format!("spec.{}.receiver", route.path));
            findings.add(match closest(name, &known) {
                Some(like) => finding.help(format!("did you mean `{like}`?")),
                None if known.is_empty() => finding,
                None => finding.help(format!("there are `{}`", known.join("`, `"))),
            });
        }
    }
}
