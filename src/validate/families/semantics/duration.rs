//! `sem/duration`

use std::sync::LazyLock;

use regex::Regex;

use super::fields::{has_variable, items};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/duration",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a program is given a time that it cannot read",
    why: "it ends with an error as soon as it is started",
    fix: "Prometheus and Thanos read whole numbers with units from the largest to the smallest, as `30d` or `1h30m`; Alertmanager reads `120h`",
    example: example!("sem/duration"),
};

/// How a program reads times.
#[derive(Clone, Copy)]
enum Syntax {
    /// `model.ParseDuration` of Prometheus: days, weeks and years, no fractions.
    Prometheus,
    /// `time.ParseDuration` of Go: nothing longer than hours.
    Go,
}

/// Programs by the last part of their image, and what begins the names of their arguments that are times.
const PROGRAMS: [(&str, Syntax, &[&str]); 4] = [
    (
        "prometheus",
        Syntax::Prometheus,
        &[
            "storage.tsdb.retention.time",
            "storage.tsdb.min-block-duration",
            "storage.tsdb.max-block-duration",
            "storage.agent.retention.min-time",
            "storage.agent.retention.max-time",
            "storage.remote.flush-deadline",
            "rules.alert.for-outage-tolerance",
            "rules.alert.for-grace-period",
            "rules.alert.resend-delay",
            "query.lookback-delta",
            "query.timeout",
            "web.read-timeout",
            "scrape.timestamp-tolerance",
        ],
    ),
    (
        "thanos",
        Syntax::Prometheus,
        &[
            "retention.resolution-raw",
            "retention.resolution-5m",
            "retention.resolution-1h",
            "delete-delay",
            "consistency-delay",
            "wait-interval",
            "query.timeout",
            "query.lookback-delta",
            "store.response-timeout",
            "tsdb.retention",
            "tsdb.block-duration",
            "block-sync-concurrency-interval",
            "eval-interval",
            "resend-delay",
            "for-outage-tolerance",
            "for-grace-period",
        ],
    ),
    (
        "alertmanager",
        Syntax::Go,
        &[
            "data.retention",
            "data.maintenance-interval",
            "alerts.gc-interval",
            "cluster.peer-timeout",
            "cluster.gossip-interval",
            "cluster.pushpull-interval",
            "cluster.tcp-timeout",
            "cluster.probe-timeout",
            "cluster.probe-interval",
            "cluster.settle-timeout",
            "cluster.reconnect-interval",
            "cluster.reconnect-timeout",
            "web.timeout-duration",
        ],
    ),
    (
        "prometheus-config-reloader",
        Syntax::Go,
        &["reload-timeout", "watch-interval", "delay-interval", "retry-interval"],
    ),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let Some((name, syntax, times)) = program(container) else { continue };
        for field in ["command", "args"] {
            for (index, argument) in items(container, field).iter().enumerate() {
                let text = argument.text().unwrap_or_default();
                let Some((key, value)) = text.trim_start_matches('-').split_once('=') else { continue };
                if times.contains(&key)
                    && !value.contains("$(")
                    && !has_variable(value)
                    && !syntax.reads(value)
                {
                    let message = format!("{name} cannot read `{value}` as a time");
                    let finding = Finding::new(&RULE, argument.origin(), message).object(object.id);
                    findings.add(finding.path(format!("{path}.{field}[{index}]")));
                }
            }
        }
    }
}

fn program(container: &Node<'_>) -> Option<(&'static str, Syntax, &'static [&'static str])> {
    let image = container.get("image").and_then(Node::text)?;
    let name = image.rsplit('/').next()?.split([':', '@']).next()?;
    PROGRAMS.into_iter().find(|(program, ..)| *program == name)
}

impl Syntax {
    fn reads(self, text: &str) -> bool {
        static PROMETHEUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$").ok()
        });
        static GO: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$").ok()
        });
        let regex = match self {
            Self::Prometheus => &PROMETHEUS,
            Self::Go => &GO,
        };
        !text.is_empty() && regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Syntax;

    #[test]
    fn times_as_programs_read_them() {
        for good in ["30d", "1h30m", "1y2w", "0", "500ms"] {
            assert!(Syntax::Prometheus.reads(good), "{good}");
        }
        for bad in ["", "30days", "30 d", "1.5h", "30m1h", "d", "30D"] {
            assert!(!Syntax::Prometheus.reads(bad), "{bad}");
        }
        assert!(Syntax::Go.reads("1.5h") && Syntax::Go.reads("2h45m") && !Syntax::Go.reads("5d"));
    }
}
