//! `ref/probe-port`

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, Workload};
use crate::yaml::Node;

const PORT: Rule = Rule {
    id: "ref/probe-port",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a probe asks at a port that its container does not have",
    why: "the probe fails for ever: the container is restarted again and again, or never gets ready",
    fix: "correct the port, or list it in the container's `ports`",
    example: example!("ref/probe-port"),
};

static NAME_RULE: Rule = PORT;

// A container may listen on a port that it does not list.
static NUMBER_RULE: Rule = Rule { severity: Severity::Warning, profile: Profile::Strict, ..PORT };

/// Where a container says how it is asked.
const PROBES: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

pub(super) static CHECK: Check = Check { rules: &[&NAME_RULE, &NUMBER_RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let ports = container.get("ports").and_then(Node::as_sequence).unwrap_or_default();
        let texts =
            |field: &str| -> Vec<&str> { ports.iter().filter_map(|port| port.get(field)?.text()).collect() };
        let (names, numbers) = (texts("name"), texts("containerPort"));
        for probe in PROBES {
            for how in ["httpGet", "tcpSocket", "grpc"] {
                let Some(port) = container.at(probe).and_then(|probe| probe.at(&[how, "port"])) else {
                    continue;
                };
                let Some(wanted) = port.text() else { continue };
                let is_number = wanted.parse::<u32>().is_ok();
                let other_host = container.at(probe).is_some_and(|probe| probe.at(&[how, "host"]).is_some());
                let known = if is_number { &numbers } else { &names };
                if known.contains(&wanted) || other_host || is_number && numbers.is_empty() {
                    continue;
                }
                let rule = if is_number { &NUMBER_RULE } else { &NAME_RULE };
                let message = format!("the container has no port `{wanted}`");
                let path = format!("{path}.{}.{how}.port", probe.join("."));
                let finding = object.finding(rule, path, port, message);
                let place = container.get("ports").map(Node::origin).unwrap_or_default();
                let finding = finding.related(place, "its ports are here");
                findings.add(match closest(wanted, known) {
                    Some(like) if !is_number => finding.help(format!("did you mean `{like}`?")),
                    _ if known.is_empty() => finding,
                    _ => finding.help(format!("it has {}", known.join(", "))),
                });
            }
        }
    }
}
