//! Rules in CEL, by which definitions of custom resources tie fields to each other.
//!
//! A part of the language: what such rules use that look at one object. A rule that uses more says nothing here, and
//! so does one that compares with the object before the change: better no finding than a wrong one.

mod evaluate;
mod parse;

use super::shape::Shape;
use super::table::NONE;
use super::violation::{Violation, ViolationKind};
use super::walk::{Frame, Walk, named};
use crate::yaml::Node;
use evaluate::{Evaluation, Value};

/// An expression, as parsed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Literal(Literal),
    Name(String),
    Select(Box<Self>, String),
    /// `has(target.field)`
    Has(Box<Self>, String),
    Index(Box<Self>, Box<Self>),
    List(Vec<Self>),
    Not(Box<Self>),
    Negative(Box<Self>),
    Binary(Operator, Box<Self>, Box<Self>),
    /// `condition ? one : other`
    Choice(Box<Self>, Box<Self>, Box<Self>),
    /// A function, of a value or alone.
    Call(String, Vec<Self>),
    /// `target.all(name, body)` and the like.
    Each(Each, Box<Self>, String, Box<Self>),
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
}

/// What stands between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Plus,
    Minus,
}

/// What is asked of every member of a list or every key of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Walk<'_> {
    /// Holds a value against the rules of its schema.
    pub(super) fn rules(&mut self, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        let Some(limits) = shape.limits() else { return };
        for (rule, message) in limits.rules.pairs() {
            let text = self.table.text(rule);
            let Some(expression) = self.compiled.rule(text) else { continue };
            let value = Value::Node(node, Some(frame.schema));
            let result = Evaluation::new(self, value).run(expression);
            if matches!(result, Ok(Value::Bool(false))) {
                let message = (message != NONE).then(|| self.table.text(message));
                self.broken(text, message, expression, node, frame);
            }
        }
    }

    fn broken(
        &mut self,
        rule: &str,
        message: Option<&str>,
        expression: &Expression,
        node: &Node<'_>,
        frame: &Frame<'_>,
    ) {
        let violation = self.violation(ViolationKind::Cel, node, frame);
        let place = named(&violation.path);
        let message = match message {
            Some(message) => {
                format!("{place} breaks a rule of its definition: {}", message.trim_end_matches('.'))
            }
            None => format!("{place} breaks the rule `{rule}`"),
        };
        let mut ways = Vec::new();
        repairs(expression, true, &mut ways);
        let help = if ways.is_empty() { None } else { Some(ways.join(", or ")) };
        self.violations.push(Violation { message, help, ..violation });
    }
}

/// What to add or remove so that the expression becomes `wanted`, as far as it asks whether fields are there.
fn repairs(expression: &Expression, wanted: bool, ways: &mut Vec<String>) {
    match expression {
        Expression::Not(inner) => repairs(inner, !wanted, ways),
        Expression::Binary(Operator::Or | Operator::And, one, other) => {
            repairs(one, wanted, ways);
            repairs(other, wanted, ways);
        }
        Expression::Has(target, field) => {
            if let Some(path) = path_of(target, field) {
                let way = if wanted { format!("add `{path}`") } else { format!("remove `{path}`") };
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        _ => {}
    }
}

fn path_of(target: &Expression, field: &str) -> Option<String> {
    match target {
        Expression::Name(name) if name == "self" => Some(field.to_owned()),
        Expression::Select(target, name) => Some(format!("{}.{field}", path_of(target, name)?)),
        _ => None,
    }
}
