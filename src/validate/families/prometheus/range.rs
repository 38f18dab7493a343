//! `prom/range`: windows that hold too few samples.

use promql_parser::label::MatchOp;
use promql_parser::parser::{Expr, VectorSelector};

use crate::diagnostic::Severity;
use crate::validate::promql::walk;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/range",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a window is too short for the interval between scrapes",
    why: "a rate needs two samples; a window that holds one gives nothing, and the rule stays silent",
    fix: "make the window four times the scrape interval, so that a lost scrape does no harm",
    example: example!("prom/range"),
};

/// Functions that need two samples.
const OF_TWO: [&str; 8] =
    ["rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "holt_winters"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let documents = tree.documents();
    for rule in &documents.rules {
        let Some(query) = rule.parsed.query() else { continue };
        walk(&query.expr, &mut |expr| {
            let Expr::Call(call) = expr else { return };
            let Some(Expr::MatrixSelector(matrix)) = call.args.args.first().map(|first| &**first) else {
                return;
            };
            if !OF_TWO.contains(&call.func.name) {
                return;
            }
            let job = job(&matrix.vs);
            let Some(interval) = documents.intervals.of_job(job) else { return };
            let window = matrix.range.as_millis();
            if window >= 2 * u128::from(interval) {
                return;
            }
            let (seconds, window) = (interval / 1000, window / 1000);
            let name = call.func.name;
            let message = format!(
                "{}: `{name}` looks at {window}s, and scrapes are {seconds}s apart: there are not always two samples",
                rule.title()
            );
            let finding = rule.finding(&RULE, rule.at(query.offset_of(expr)), message);
            findings.add(finding.help(format!("look at {}s or more", 4 * seconds)));
        });
    }
}

/// The job that a selector names.
fn job(selector: &VectorSelector) -> Option<&str> {
    let mut matchers = selector.matchers.matchers.iter();
    let job = matchers.find(|matcher| matcher.name == "job" && matches!(matcher.op, MatchOp::Equal))?;
    Some(&job.value)
}
