//! `am/crd-settings`: what the Prometheus operator demands of an `AlertmanagerConfig` beyond its schema.

use super::receiver_settings;
use super::route::{Configuration, configurations};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "am/crd-settings",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "the operator refuses the settings of an AlertmanagerConfig",
    why: "it leaves the whole AlertmanagerConfig out, and says so only in its log: nobody is told of anything in it",
    fix: "correct the setting that is named",
    example: example!("am/crd-settings"),
};

/// Fields that `VictorOps` gets from Alertmanager itself.
const RESERVED: [&str; 7] = [
    "entity_display_name",
    "entity_id",
    "entity_state",
    "message_type",
    "monitoring_tool",
    "routing_key",
    "state_message",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree).iter().filter(|configuration| configuration.is_resource) {
        let mut wrong = receiver_settings::missing_in_resource(configuration.node());
        for receiver in configuration.list("receivers") {
            items(receiver, "emailConfigs").for_each(|email| self::email(email, &mut wrong));
            items(receiver, "pushoverConfigs").for_each(|pushover| self::pushover(pushover, &mut wrong));
            items(receiver, "victoropsConfigs").for_each(|settings| victorops(settings, &mut wrong));
        }
        grouping(configuration, &mut wrong);
        for (origin, message) in wrong {
            findings.add(configuration.finding(&RULE, origin, message));
        }
    }
}

fn items<'n, 's>(node: &'n Node<'s>, list: &str) -> impl Iterator<Item = &'n Node<'s>> {
    node.get(list).and_then(Node::as_sequence).unwrap_or_default().iter()
}

fn email(settings: &Node<'_>, wrong: &mut Vec<(Origin, String)>) {
    let host = settings.get("smarthost").and_then(|host| Some((host.origin(), host.text()?)));
    if let Some((origin, host)) = host.filter(|(_, host)| !host.is_empty() && !host.contains(':')) {
        wrong.push((origin, format!("`smarthost: {host}` has no port: `{host}:587` was expected")));
    }
    let mut names: Vec<String> = Vec::new();
    for name in items(settings, "headers").filter_map(|header| header.get("key")) {
        let text = name.text().unwrap_or_default().to_lowercase();
        if names.contains(&text) {
            wrong.push((name.origin(), format!("the header `{text}` is there twice, whatever its letters")));
        }
        names.push(text);
    }
}

fn pushover(settings: &Node<'_>, wrong: &mut Vec<(Origin, String)>) {
    let is_on = |field: &str| settings.get(field).and_then(Node::text) == Some("true");
    if is_on("html") && is_on("monospace") {
        let origin = settings.get("monospace").map_or(Origin::NONE, Node::origin);
        wrong.push((origin, "`html` and `monospace` exclude each other".to_owned()));
    }
}

fn victorops(settings: &Node<'_>, wrong: &mut Vec<(Origin, String)>) {
    for name in items(settings, "customFields").filter_map(|field| field.get("key")) {
        if let Some(text) = name.text().filter(|text| RESERVED.contains(text)) {
            wrong.push((name.origin(), format!("`{text}` is a field that Alertmanager fills in itself")));
        }
    }
}

/// By which labels alerts are grouped: each once, or by all.
fn grouping(configuration: &Configuration<'_, '_, '_>, wrong: &mut Vec<(Origin, String)>) {
    for route in configuration.routes() {
        let labels: Vec<&Node<'_>> = items(route.node, "groupBy").collect();
        for (index, label) in labels.iter().enumerate() {
            let text = label.text().unwrap_or_default();
            if labels[..index].iter().any(|before| before.text() == label.text()) {
                wrong.push((label.origin(), format!("`{}` groups by `{text}` twice", route.path)));
            } else if text == "..." && labels.len() > 1 {
                let message = format!("`{}` groups by `...`, which is all labels, and by others", route.path);
                wrong.push((label.origin(), message));
            }
        }
    }
}
