//! `prom/impossible`: expressions that never give anything.

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{BinaryExpr, Expr, VectorSelector};

use crate::diagnostic::Severity;
use crate::validate::promql::{inner, walk};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/impossible",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "an expression can never give a result",
    why: "the alert never fires, and the recording rule records nothing, without any error",
    fix: "correct the condition; for what is not there, use `absent(...)`",
    example: example!("prom/impossible"),
};

/// Functions that count, or that take each fall for a restart.
const NEVER_NEGATIVE: [&str; 6] = ["rate", "irate", "increase", "changes", "resets", "count_over_time"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for rule in &tree.documents().rules {
        let Some(query) = rule.parsed.query() else { continue };
        for (selector, offset) in query.selectors() {
            if let Some(why) = contradiction(selector) {
                findings.add(rule.finding(&RULE, rule.at(offset), format!("{}: {why}", rule.title())));
            }
        }
        walk(&query.expr, &mut |expr| {
            let Expr::Binary(binary) = expr else { return };
            if let Some(why) = never(binary) {
                let message = format!("{}: {why}", rule.title());
                findings.add(rule.finding(&RULE, rule.at(query.offset_of(expr)), message));
            }
        });
    }
}

/// Two matchers on one label that nothing satisfies.
fn contradiction(selector: &VectorSelector) -> Option<String> {
    let matchers = &selector.matchers.matchers;
    let fixed = |matcher: &&Matcher| matches!(matcher.op, MatchOp::Equal);
    matchers.iter().filter(fixed).find_map(|one| {
        let other = matchers.iter().find(|other| other.name == one.name && !other.is_match(&one.value))?;
        let (op, value) = (&other.op, &other.value);
        Some(format!("`{0}=\"{1}\"` and `{0}{op}\"{value}\"` contradict each other", one.name, one.value))
    })
}

/// Why a comparison is never true, or a conjunction of comparisons is not.
fn never(binary: &BinaryExpr) -> Option<String> {
    let op = binary.op.to_string();
    if op == "and" {
        return disjoint(binary);
    }
    let Expr::NumberLiteral(number) = inner(&binary.rhs) else { return None };
    let is_filter = binary.op.is_comparison_operator()
        && binary.modifier.as_ref().is_none_or(|modifier| !modifier.return_bool);
    let (low, high, what) = values(inner(&binary.lhs))?;
    let can_be = match op.as_str() {
        "==" => low <= number.val && number.val <= high,
        "!=" => low < high || low < number.val || low > number.val,
        "<" => low < number.val,
        "<=" => low <= number.val,
        ">" => high > number.val,
        ">=" => high >= number.val,
        _ => true,
    };
    (is_filter && !can_be).then(|| format!("{what}, so `{op} {}` is never true", number.val))
}

/// The smallest and the largest value that an expression can have, and why.
fn values(expr: &Expr) -> Option<(f64, f64, String)> {
    match expr {
        Expr::VectorSelector(selector) if selector.name.as_deref() == Some("up") => {
            Some((0.0, 1.0, "`up` is 0 or 1".to_owned()))
        }
        Expr::Call(call) if call.func.name.starts_with("absent") => {
            Some((1.0, 1.0, format!("`{}` gives 1 or nothing", call.func.name)))
        }
        Expr::Call(call) if NEVER_NEGATIVE.contains(&call.func.name) => {
            Some((0.0, f64::INFINITY, format!("`{}` is never below 0", call.func.name)))
        }
        Expr::Aggregate(aggregate) if aggregate.op.to_string() == "count" => {
            Some((1.0, f64::INFINITY, "`count` of nothing is nothing".to_owned()))
        }
        Expr::Aggregate(aggregate) if aggregate.op.to_string() == "group" => {
            Some((1.0, 1.0, "`group` gives 1 or nothing".to_owned()))
        }
        Expr::Binary(binary) => compared(binary).map(|(low, high)| {
            let (op, to) = (&binary.op, inner(&binary.rhs));
            (low, high, format!("all that passes `{op} {to}` is compared again"))
        }),
        _ => None,
    }
}

/// The values that a comparison with a number lets pass.
fn compared(binary: &BinaryExpr) -> Option<(f64, f64)> {
    let Expr::NumberLiteral(number) = inner(&binary.rhs) else { return None };
    if binary.modifier.as_ref().is_some_and(|modifier| modifier.return_bool) {
        return None;
    }
    match binary.op.to_string().as_str() {
        "==" => Some((number.val, number.val)),
        "<" | "<=" => Some((f64::NEG_INFINITY, number.val)),
        ">" | ">=" => Some((number.val, f64::INFINITY)),
        _ => None,
    }
}

/// `x > 5 and x < 3`
fn disjoint(binary: &BinaryExpr) -> Option<String> {
    let (Expr::Binary(one), Expr::Binary(other)) = (inner(&binary.lhs), inner(&binary.rhs)) else {
        return None;
    };
    let ((low, high), (other_low, other_high)) = (compared(one)?, compared(other)?);
    let is_same = inner(&one.lhs).to_string() == inner(&other.lhs).to_string();
    (is_same && (high < other_low || other_high < low)).then(|| {
        let both = [one, other].map(|side| format!("`{} {}`", side.op, inner(&side.rhs)));
        format!("nothing is {} and {} at once", both[0], both[1])
    })
}
