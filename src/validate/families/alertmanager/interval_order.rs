//! `am/interval-order`: how long alerts wait, and how often they are repeated.

use super::route::{Route, configurations};
use crate::diagnostic::Severity;
use crate::validate::promql::duration;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "am/interval-order",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "alerts are repeated more often than they are looked at",
    why: "Alertmanager looks at a group every group_interval; a shorter repeat_interval repeats nothing sooner, and one of zero is refused",
    fix: "make repeat_interval a multiple of group_interval",
    example: example!("am/interval-order"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

/// What holds where nothing is said.
const GROUP_INTERVAL: u64 = 5 * 60_000;
const REPEAT_INTERVAL: u64 = 4 * 3_600_000;

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for configuration in configurations(tree) {
        let routes = configuration.routes();
        for route in &routes {
            for name in ["group_wait", "group_interval", "repeat_interval"] {
                let Some(field) = configuration.field(route.node, name) else { continue };
                let text = field.text().unwrap_or_default();
                let wrong = match duration(text) {
                    None => "is no duration",
                    Some(0) if name != "group_wait" => "must not be zero",
                    _ => continue,
                };
                let message = format!("`{name}: {text}` of `{}` {wrong}", route.path);
                let help = "write a number and one of ms, s, m, h, d, w, y: `5m`";
                findings.add(configuration.finding(&RULE, field.origin(), message).help(help));
            }
            let own = |name: &str| configuration.field(route.node, name);
            let (Some(at), group, repeat) = (
                own("repeat_interval").or_else(|| own("group_interval")),
                inherited(&routes, route, |node| configuration.field(node, "group_interval"), GROUP_INTERVAL),
                inherited(
                    &routes,
                    route,
                    |node| configuration.field(node, "repeat_interval"),
                    REPEAT_INTERVAL,
                ),
            ) else {
                continue;
            };
            if repeat > 0 && repeat < group {
                let message = format!(
                    "`{}` repeats alerts every {}, and looks at them every {}",
                    route.path,
                    in_words(repeat),
                    in_words(group)
                );
                findings.add(configuration.finding(&RULE, at.origin(), message));
            }
        }
    }
}

/// The milliseconds of a field, of a route or of the nearest above it.
fn inherited<'n, 's: 'n>(
    routes: &[Route<'n, 's>],
    route: &Route<'n, 's>,
    field: impl Fn(&'n Node<'s>) -> Option<&'n Node<'s>>,
    default: u64,
) -> u64 {
    let mut at = Some(route);
    while let Some(route) = at {
        if let Some(own) = field(route.node).and_then(Node::text).and_then(duration) {
            return own;
        }
        at = route.parent.map(|parent| &routes[parent]);
    }
    default
}

fn in_words(milliseconds: u64) -> String {
    match milliseconds / 1000 {
        seconds if seconds > 0 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
