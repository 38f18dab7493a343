//! `prom/counter`: a counter only grows, so its value means nothing and only its rate does.

use promql_parser::parser::Expr;

use crate::diagnostic::Severity;
use crate::validate::promql::{Metric, inner, metric, walk};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/counter",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a counter is compared as it is, or a gauge is taken for a counter",
    why: "a counter grows until its process restarts: such an alert fires for ever once it has fired, and a rate of a gauge takes every fall for a restart",
    fix: "compare `increase(...[5m])` or `rate(...[5m])` of a counter; use `delta`, `deriv` or `avg_over_time` on a gauge",
    example: example!("prom/counter"),
};

const OF_COUNTERS: [&str; 3] = ["rate", "irate", "increase"];
const OF_GAUGES: [&str; 4] = ["delta", "idelta", "deriv", "predict_linear"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for rule in &tree.documents().rules {
        let Some(query) = rule.parsed.query() else { continue };
        walk(&query.expr, &mut |expr| {
            let found = if rule.is_alert { compared(expr) } else { None }.or_else(|| rated(expr));
            if let Some((name, why)) = found {
                let message = format!("{}: `{name}` is a {why}", rule.title());
                findings.add(rule.finding(&RULE, rule.at(query.offset_of(expr)), message));
            }
        });
    }
}

/// A counter that is compared with a number. Whether there was any at all may be asked.
fn compared(expr: &Expr) -> Option<(&str, &'static str)> {
    let Expr::Binary(binary) = expr else { return None };
    let (left, right) = (inner(&binary.lhs), inner(&binary.rhs));
    let (value, Expr::NumberLiteral(number)) =
        (if matches!(left, Expr::NumberLiteral(_)) { (right, left) } else { (left, right) })
    else {
        return None;
    };
    let name = summed(value)?;
    let is_counter = match metric(name) {
        Some(known) => known == Metric::Counter,
        None => name.ends_with("_total"),
    };
    let is_asked = binary.op.is_comparison_operator() && number.val != 0.0;
    (is_counter && is_asked).then_some((name, "counter, and is compared without a rate"))
}

/// The metric of a selector, or of its sum.
fn summed(expr: &Expr) -> Option<&str> {
    match inner(expr) {
        Expr::VectorSelector(selector) => selector.name.as_deref(),
        Expr::Aggregate(aggregate)
            if matches!(aggregate.op.to_string().as_str(), "sum" | "max" | "min" | "avg") =>
        {
            summed(&aggregate.expr)
        }
        _ => None,
    }
}

/// A gauge whose rate is taken, or a counter that is taken for a gauge.
fn rated(expr: &Expr) -> Option<(&str, &'static str)> {
    let Expr::Call(call) = expr else { return None };
    let Expr::MatrixSelector(selector) = &**call.args.args.first()? else { return None };
    let name = selector.vs.name.as_deref()?;
    let is_counter = metric(name).map_or(name.ends_with("_total"), |known| known == Metric::Counter);
    if OF_GAUGES.contains(&call.func.name) && is_counter {
        return Some((name, "counter, and is taken for a gauge: each restart is a fall"));
    }
    let is_wrong = OF_COUNTERS.contains(&call.func.name) && metric(name) == Some(Metric::Gauge);
    (is_wrong && !name.ends_with("_total")).then_some((name, "gauge, and its rate is taken"))
}
