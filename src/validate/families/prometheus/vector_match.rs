//! `prom/vector-match`: operators between vectors whose labels never fit.

use std::collections::BTreeSet;

use promql_parser::parser::{BinaryExpr, Expr, LabelModifier, VectorMatchCardinality, VectorMatchFillValues};

use crate::diagnostic::Severity;
use crate::validate::promql::{Labels, labels_of, walk};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Tree};

static RULE: Rule = Rule {
    id: "prom/vector-match",
    severity: Severity::Warning,
    profile: Profile::Default,
    summary: "the two sides of an operator have labels that never fit",
    why: "series are joined by equal labels; where one side lacks one, the result is empty or the evaluation fails, and the rule stays silent",
    fix: "say with `on (...)` or `ignoring (...)` which labels count, and with `group_left` which side has more series",
    example: example!("prom/vector-match"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for rule in &tree.documents().rules {
        let Some(query) = rule.parsed.query() else { continue };
        walk(&query.expr, &mut |expr| {
            let Expr::Binary(binary) = expr else { return };
            if let Some(why) = wrong(binary) {
                let message = format!("{}: {why}", rule.title());
                findings.add(rule.finding(&RULE, rule.at(query.offset_of(&binary.rhs)), message));
            }
        });
    }
}

/// Why the sides do not fit, as far as both are known.
fn wrong(binary: &BinaryExpr) -> Option<String> {
    let op = binary.op.to_string();
    let (left, right) = (labels_of(&binary.lhs), labels_of(&binary.rhs));
    if op == "or" || left == Labels::Scalar || right == Labels::Scalar {
        return None;
    }
    let modifier = binary.modifier.as_ref();
    let is_filled = modifier.is_some_and(|modifier| modifier.fill_values != VectorMatchFillValues::default());
    if is_filled {
        return None;
    }
    let is_grouped = modifier.is_some_and(|modifier| {
        matches!(modifier.card, VectorMatchCardinality::ManyToOne(_) | VectorMatchCardinality::OneToMany(_))
    });
    match modifier.and_then(|modifier| modifier.matching.as_ref()) {
        Some(LabelModifier::Include(on)) => on_labels(&op, &on.labels, [&left, &right], is_grouped),
        Some(LabelModifier::Exclude(ignored)) => {
            let [left, right] = [left, right].map(|side| side.without(&ignored.labels));
            unequal(&op, &left, &right, is_grouped)
        }
        None => unequal(&op, &left, &right, is_grouped),
    }
}

/// `on (...)`: a label that only one side can have, or sides that have more series than can be told apart.
fn on_labels(op: &str, on: &[String], sides: [&Labels; 2], is_grouped: bool) -> Option<String> {
    for (side, other, name) in [(sides[0], sides[1], "left"), (sides[1], sides[0], "right")] {
        let missing = on.iter().find(|label| !side.may_have(label) && other.may_have(label));
        if let Some(label) = missing {
            return Some(format!(
                "`{op} on ({})` asks for `{label}`, which the {name} side does not have",
                on.join(", ")
            ));
        }
    }
    let is_join = !matches!(op, "and" | "unless") && !is_grouped;
    let more = sides
        .into_iter()
        .filter_map(Labels::known)
        .find_map(|labels| labels.iter().find(|label| !on.contains(label)));
    let label = more.filter(|_| is_join)?;
    Some(format!("`{op} on ({})` meets several series that differ in `{label}`", on.join(", ")))
}

/// No `on`: all labels must be equal, so both sides must have the same.
fn unequal(op: &str, left: &Labels, right: &Labels, is_grouped: bool) -> Option<String> {
    let (left, right) = (left.known()?, right.known()?);
    let names = |labels: &BTreeSet<String>| match labels.len() {
        0 => "no labels".to_owned(),
        _ => format!("`{}`", labels.iter().cloned().collect::<Vec<_>>().join("`, `")),
    };
    (left != right && !is_grouped).then(|| {
        format!(
            "`{op}` joins series with {} and series with {}, which are never equal",
            names(left),
            names(right)
        )
    })
}
