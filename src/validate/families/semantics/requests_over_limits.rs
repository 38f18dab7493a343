//! `sem/requests-over-limits`

use super::fields::entries;
use crate::diagnostic::Severity;
use crate::schema::Quantity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/requests-over-limits",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a container asks for more than it may have",
    why: "the API server refuses the pods",
    fix: "raise the limit or lower the request",
    example: example!("sem/requests-over-limits"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let Some(resources) = container.get("resources") else { continue };
        for request in entries(resources, "requests") {
            let name = request.key.text;
            let Some(limit) = resources.at(&["limits", name]) else { continue };
            let amount = |node: &Node<'_>| Quantity::parse(node.text()?).ok();
            if let (Some(asked), Some(most)) = (amount(&request.value), amount(limit))
                && asked > most
            {
                let text = |node: &Node<'_>| node.text().unwrap_or_default().to_owned();
                let (asked, most) = (text(&request.value), text(limit));
                let message = format!("the request for {name}, `{asked}`, is above its limit `{most}`");
                let finding = Finding::new(&RULE, request.value.origin(), message).object(object.id);
                let finding = finding.path(format!("{path}.resources.requests.{name}"));
                findings.add(finding.related(limit.origin(), "the limit is here"));
            }
        }
    }
}
