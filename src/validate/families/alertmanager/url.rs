//! `am/url`: where receivers send to.

use super::route::{Configuration, configurations};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::{Node, Origin};

static RULE: Rule = Rule {
    id: "am/url",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a receiver sends to something that is no URL",
    why: "Alertmanager refuses the configuration: it does not start, or keeps the old one and says so only in its log",
    fix: "write a URL with http:// or https:// and a host",
    example: example!("am/url"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

/// Fields that hold URLs that something is sent to.
const FIELDS: [&str; 12] = [
    "url",
    "api_url",
    "apiURL",
    "apiUrl",
    "webhook_url",
    "slack_api_url",
    "opsgenie_api_url",
    "pagerduty_url",
    "victorops_api_url",
    "wechat_api_url",
    "telegram_api_url",
    "webex_api_url",
];

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree) {
        for receiver in configuration.list("receivers") {
            let name = receiver.get("name").and_then(Node::text).unwrap_or_default();
            for channels in receiver.as_mapping().into_iter().flatten() {
                let channel = channels.key.text;
                for item in channels.value.as_sequence().unwrap_or_default() {
                    check_fields(
                        &configuration,
                        item,
                        &format!("`{channel}` of receiver `{name}`"),
                        findings,
                    );
                }
            }
        }
        if let Some(global) = configuration.node().get("global") {
            check_fields(&configuration, global, "`global`", findings);
        }
    }
}

fn check_fields(
    configuration: &Configuration<'_, '_, '_>,
    node: &Node<'_>,
    what: &str,
    findings: &mut Findings<'_>,
) {
    for entry in node.as_mapping().into_iter().flatten().filter(|entry| FIELDS.contains(&entry.key.text)) {
        // A reference to a Secret, or a template.
        let Some(url) = entry.value.text().filter(|url| !url.contains("{{") && !url.contains('$')) else {
            continue;
        };
        if let Some(reason) = wrong(url) {
            // A URL often holds a password.
            let shown = if configuration.is_secret() { String::new() } else { format!(" `{url}`") };
            let message = format!("{what}: `{}`{shown} is no URL: {reason}", entry.key.text);
            let origin: Origin = entry.value.origin();
            findings.add(configuration.finding(&RULE, origin, message));
        }
    }
}

/// Why a text is no URL that something can be sent to.
fn wrong(url: &str) -> Option<&'static str> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Some("it has no http:// or https:// in front");
    };
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return Some("it must begin with http:// or https://");
    }
    let Some(rest) = rest.strip_prefix("//") else { return Some("`//` is missing behind the scheme") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Some("it has no host");
    }
    port.is_some_and(|port| port.parse::<u16>().is_err()).then_some("its port is no number up to 65535")
}
