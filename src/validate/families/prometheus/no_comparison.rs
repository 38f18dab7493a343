//! `prom/no-comparison`: alerts without a condition.

use promql_parser::parser::Expr;
use rustc_hash::FxHashMap;

use crate::diagnostic::Severity;
use crate::validate::promql::{parts, walk};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/no-comparison",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an alert has no condition",
    why: "it fires for every series that there is, whatever its value, from the first scrape on",
    fix: "compare with a limit, as in `... > 0.9`, or ask for what is missing with `absent(...)`",
    example: example!("prom/no-comparison"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    let recorded = documents.rules.iter().filter(|rule| !rule.is_alert);
    let recorded: FxHashMap<&str, bool> = recorded
        .map(|rule| (rule.name.text, rule.parsed.query().is_none_or(|query| has_condition(&query.expr))))
        .collect();
    for rule in documents.rules.iter().filter(|rule| rule.is_alert) {
        let Some(query) = rule.parsed.query() else { continue };
        let mut is_conditional = has_condition(&query.expr);
        walk(&query.expr, &mut |expr| {
            if let Expr::VectorSelector(selector) = expr {
                let name = selector.name.as_deref().unwrap_or_default();
                // `..._info{ready!="True"}` asks for a state by its label.
                is_conditional |= name.ends_with("_info") && !selector.matchers.matchers.is_empty();
                is_conditional |=
                    name.starts_with("ALERTS") || recorded.get(name).copied().unwrap_or_default();
            }
        });
        if !is_conditional {
            let message = format!("{} has no condition: it fires for every series", rule.title());
            findings.add(rule.finding(&RULE, rule.at(0), message));
        }
    }
}

/// Whether an expression gives nothing where all is well. `vector(1)` always gives something, and is meant to.
fn has_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(binary) => {
            let is_bool = binary.modifier.as_ref().is_some_and(|modifier| modifier.return_bool);
            let is_set = matches!(binary.op.to_string().as_str(), "and" | "unless");
            binary.op.is_comparison_operator() && !is_bool
                || is_set
                || has_condition(&binary.lhs)
                || has_condition(&binary.rhs)
        }
        Expr::Call(call) if matches!(call.func.name, "absent" | "absent_over_time" | "vector") => true,
        Expr::NumberLiteral(_) => false,
        _ => parts(expr).into_iter().any(has_condition),
    }
}
