//! Which labels the result of an expression can have.

use std::collections::BTreeSet;

use promql_parser::label::MatchOp;
use promql_parser::parser::{
    AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorMatchCardinality, VectorSelector,
};

use super::inner;

/// The labels that series can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    /// A number: no series at all.
    Scalar,
    /// No others than these.
    Only(BTreeSet<String>),
    /// Any but these.
    AnyBut(BTreeSet<String>),
}

impl Labels {
    /// Whether series can have a label.
    pub(crate) fn may_have(&self, label: &str) -> bool {
        match self {
            Self::Scalar => false,
            Self::Only(labels) => labels.contains(label),
            Self::AnyBut(labels) => !labels.contains(label),
        }
    }

    /// All labels that series can have, where that is known.
    pub(crate) fn known(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Only(labels) => Some(labels),
            _ => None,
        }
    }

    fn only<'l>(&self, labels: impl IntoIterator<Item = &'l String>) -> Self {
        Self::Only(labels.into_iter().filter(|label| self.may_have(label)).cloned().collect())
    }

    pub(crate) fn without<'l>(mut self, labels: impl IntoIterator<Item = &'l String>) -> Self {
        for label in labels {
            match &mut self {
                Self::Scalar => {}
                Self::Only(own) => drop(own.remove(label)),
                Self::AnyBut(others) => drop(others.insert(label.clone())),
            }
        }
        self
    }

    fn with<'l>(mut self, labels: impl IntoIterator<Item = &'l String>) -> Self {
        for label in labels {
            match &mut self {
                Self::Scalar => {}
                Self::Only(own) => drop(own.insert(label.clone())),
                Self::AnyBut(others) => drop(others.remove(label)),
            }
        }
        self
    }

    /// The labels of series of either kind.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(one), Self::Only(other)) => Self::Only(one.union(&other).cloned().collect()),
            (Self::AnyBut(one), Self::AnyBut(other)) => {
                Self::AnyBut(one.intersection(&other).cloned().collect())
            }
            (Self::AnyBut(any), Self::Only(own)) | (Self::Only(own), Self::AnyBut(any)) => {
                Self::AnyBut(any.difference(&own).cloned().collect())
            }
            (Self::Scalar, other) | (other, Self::Scalar) => other,
        }
    }

    /// The labels that both have.
    fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(own), other) => other.only(&own),
            (any, Self::Only(own)) => any.only(own),
            (any, Self::AnyBut(but)) => any.without(but),
            (any, Self::Scalar) => any,
        }
    }
}

/// The labels of the result of an expression.
pub(crate) fn labels_of(expr: &Expr) -> Labels {
    match expr {
        Expr::Paren(paren) => labels_of(&paren.expr),
        Expr::Unary(unary) => labels_of(&unary.expr),
        Expr::Subquery(subquery) => labels_of(&subquery.expr),
        Expr::VectorSelector(selector) => of_selector(selector),
        Expr::MatrixSelector(selector) => of_selector(&selector.vs),
        Expr::Aggregate(aggregate) => of_aggregate(aggregate),
        Expr::Call(call) => of_call(call),
        Expr::Binary(binary) => of_binary(binary),
        _ => Labels::Scalar,
    }
}

/// A label that must be empty is not there.
fn of_selector(selector: &VectorSelector) -> Labels {
    let empty = |matcher: &&promql_parser::label::Matcher| {
        matches!(matcher.op, MatchOp::Equal) && matcher.value.is_empty()
    };
    let labels = selector.matchers.matchers.iter().filter(empty).map(|matcher| matcher.name.clone());
    Labels::AnyBut(labels.collect())
}

fn of_aggregate(aggregate: &AggregateExpr) -> Labels {
    let labels = labels_of(&aggregate.expr);
    let name = aggregate.op.to_string();
    if matches!(name.as_str(), "topk" | "bottomk" | "limitk" | "limit_ratio") {
        return labels;
    }
    let grouped = match &aggregate.modifier {
        None => Labels::Only(BTreeSet::new()),
        Some(LabelModifier::Include(wanted)) => labels.only(&wanted.labels),
        Some(LabelModifier::Exclude(unwanted)) => labels.without(&unwanted.labels),
    };
    match aggregate.param.as_deref() {
        Some(Expr::StringLiteral(label)) if name == "count_values" => grouped.with([&label.val]),
        _ => grouped,
    }
}

fn of_call(call: &Call) -> Labels {
    let arguments = &call.args.args;
    let first = || arguments.first().map_or(Labels::Only(BTreeSet::new()), |first| labels_of(first));
    let text = |index: usize| match arguments.get(index).map(|argument| &**argument) {
        Some(Expr::StringLiteral(text)) => Some(&text.val),
        _ => None,
    };
    match call.func.name {
        "scalar" | "time" | "pi" => Labels::Scalar,
        "vector" => Labels::Only(BTreeSet::new()),
        "absent" | "absent_over_time" => of_absent(arguments.first().map(|argument| inner(argument))),
        "label_replace" | "label_join" => first().with(text(1)),
        "histogram_quantile" | "histogram_fraction" => {
            arguments.last().map_or(Labels::Scalar, |last| labels_of(last)).without([&"le".to_owned()])
        }
        "quantile_over_time" => arguments.last().map_or(Labels::Scalar, |last| labels_of(last)),
        _ => first(),
    }
}

/// What is absent has the labels that were asked for by name.
fn of_absent(expr: Option<&Expr>) -> Labels {
    let matchers = match expr {
        Some(Expr::VectorSelector(selector)) => &selector.matchers.matchers,
        Some(Expr::MatrixSelector(selector)) => &selector.vs.matchers.matchers,
        _ => return Labels::Only(BTreeSet::new()),
    };
    let named = matchers.iter().filter(|matcher| matches!(matcher.op, MatchOp::Equal));
    Labels::Only(named.map(|matcher| matcher.name.clone()).collect())
}

fn of_binary(binary: &BinaryExpr) -> Labels {
    let (left, right) = (labels_of(&binary.lhs), labels_of(&binary.rhs));
    match (&left, &right) {
        (Labels::Scalar, _) => return right,
        (_, Labels::Scalar) => return left,
        _ => {}
    }
    match binary.op.to_string().as_str() {
        "and" | "unless" => return left,
        "or" => return left.or(right),
        _ => {}
    }
    let Some(modifier) = &binary.modifier else { return left.and(&right) };
    match (&modifier.card, &modifier.matching) {
        (VectorMatchCardinality::ManyToOne(extra), _) => left.with(&extra.labels),
        (VectorMatchCardinality::OneToMany(extra), _) => right.with(&extra.labels),
        (_, Some(LabelModifier::Include(on))) => left.only(&on.labels),
        (_, Some(LabelModifier::Exclude(ignored))) => left.without(&ignored.labels),
        (_, None) => left.and(&right),
    }
}
