//! What an expression says of a value.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use super::{Each, Expression, Literal, Operator};
use crate::schema::api::shape::{Flags, Shape};
use crate::schema::api::table::NodeId;
use crate::schema::api::walk::{Walk, parts};
use crate::yaml::{Node, Scalar, resolve};

/// More steps than this are not taken for one rule.
const MAX_STEPS: u32 = 100_000;

/// A value of an expression.
#[derive(Clone, Debug)]
pub(super) enum Value<'v> {
    /// A value of the object, with its schema.
    Node(&'v Node<'v>, Option<NodeId>),
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(Cow<'v, str>),
    List(Vec<Self>),
}

/// The expression has no value, or none that is known here.
#[derive(Debug)]
pub(super) struct Unknown;

type Result<'v> = std::result::Result<Value<'v>, Unknown>;

/// What names mean while an expression is worked out.
pub(super) struct Evaluation<'v> {
    walk: &'v Walk<'v>,
    names: Vec<(&'v str, Value<'v>)>,
    steps: Cell<u32>,
}

impl<'v> Evaluation<'v> {
    pub(super) fn new(walk: &'v Walk<'_>, value: Value<'v>) -> Self {
        Self { walk, names: vec![("self", value)], steps: Cell::new(0) }
    }

    /// The value of an expression.
    pub(super) fn run(&mut self, expression: &'v Expression) -> Result<'v> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return Err(Unknown);
        }
        match expression {
            Expression::Literal(literal) => Ok(constant(literal)),
            Expression::Name(name) => self.named(name),
            Expression::Select(target, field) => {
                let target = self.run(target)?;
                self.field(&target, field)?.ok_or(Unknown)
            }
            Expression::Has(target, field) => {
                let target = self.run(target)?;
                Ok(Value::Bool(self.field(&target, field)?.is_some()))
            }
            Expression::Index(target, index) => self.index(target, index),
            Expression::List(members) => members
                .iter()
                .map(|member| self.run(member))
                .collect::<std::result::Result<_, _>>()
                .map(Value::List),
            Expression::Not(inner) => Ok(Value::Bool(!self.truth(inner)?)),
            Expression::Negative(inner) => match self.plain(inner)? {
                Value::Integer(value) => value.checked_neg().map(Value::Integer).ok_or(Unknown),
                Value::Float(value) => Ok(Value::Float(-value)),
                _ => Err(Unknown),
            },
            Expression::Binary(operator, one, other) => self.binary(*operator, one, other),
            Expression::Choice(condition, one, other) => {
                let chosen = if self.truth(condition)? { one } else { other };
                self.run(chosen)
            }
            Expression::Call(name, arguments) => self.call(name, arguments),
            Expression::Each(each, target, name, body) => self.each(*each, target, name, body),
        }
    }

    fn named(&self, name: &str) -> Result<'v> {
        let found = self.names.iter().rev().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).ok_or(Unknown)
    }

    fn truth(&mut self, expression: &'v Expression) -> std::result::Result<bool, Unknown> {
        match self.plain(expression)? {
            Value::Bool(value) => Ok(value),
            _ => Err(Unknown),
        }
    }

    /// The value of an expression; of a scalar of the object, what it means.
    fn plain(&mut self, expression: &'v Expression) -> Result<'v> {
        let value = self.run(expression)?;
        Ok(self.meaning(value))
    }

    fn meaning(&self, value: Value<'v>) -> Value<'v> {
        let Value::Node(node, _) = value else { return value };
        let (Some(scalar), Some(text)) = (node.scalar(self.walk.typing), node.text()) else { return value };
        match scalar {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Integer(value) => Value::Integer(value),
            Scalar::Float(value) => Value::Float(value),
            Scalar::String | Scalar::Timestamp(_) => Value::Text(Cow::Borrowed(text)),
        }
    }

    /// A field of a value, or what the API server fills in.
    fn field(&self, target: &Value<'v>, name: &str) -> std::result::Result<Option<Value<'v>>, Unknown> {
        let Value::Node(node, schema) = target else { return Err(Unknown) };
        let mapping = node.as_mapping().ok_or(Unknown)?;
        let table = self.walk.table;
        let shape = schema.map(|schema| Shape::read(table, schema));
        let schema = shape.and_then(|shape| shape.properties.get(table, name).or(shape.values));
        if let Some(value) = mapping.get(name).filter(|value| !value.is_null()) {
            return Ok(Some(Value::Node(value, schema)));
        }
        let Some(shape) = schema.map(|schema| Shape::read(table, schema)) else { return Ok(None) };
        if shape.flags.has(Flags::OPAQUE_DEFAULT) {
            return Err(Unknown);
        }
        let default = shape.limits().and_then(|limits| limits.default).map(|id| table.text(id));
        Ok(default.map(|text| match resolve(text, self.walk.typing) {
            _ if shape.kind == crate::schema::api::shape::Kind::String => Value::Text(Cow::Borrowed(text)),
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Integer(value) => Value::Integer(value),
            Scalar::Float(value) => Value::Float(value),
            _ => Value::Text(Cow::Borrowed(text)),
        }))
    }

    fn index(&mut self, target: &'v Expression, index: &'v Expression) -> Result<'v> {
        let (target, index) = (self.run(target)?, self.plain(index)?);
        match index {
            Value::Text(name) => self.field(&target, &name)?.ok_or(Unknown),
            Value::Integer(number) => {
                let number = usize::try_from(number).map_err(|_| Unknown)?;
                self.members(&target)?.into_iter().nth(number).ok_or(Unknown)
            }
            _ => Err(Unknown),
        }
    }

    fn members(&self, value: &Value<'v>) -> std::result::Result<Vec<Value<'v>>, Unknown> {
        match value {
            Value::List(members) => Ok(members.clone()),
            Value::Node(node, schema) => {
                if let Some(mapping) = node.as_mapping() {
                    return Ok(mapping
                        .iter()
                        .map(|entry| Value::Text(Cow::Borrowed(parts(entry).0)))
                        .collect());
                }
                let items = node.as_sequence().ok_or(Unknown)?;
                let schema = schema.and_then(|schema| Shape::read(self.walk.table, schema).items);
                Ok(items.iter().map(|item| Value::Node(item, schema)).collect())
            }
            _ => Err(Unknown),
        }
    }

    fn binary(&mut self, operator: Operator, one: &'v Expression, other: &'v Expression) -> Result<'v> {
        if matches!(operator, Operator::And | Operator::Or) {
            return self.connect(operator == Operator::Or, one, other);
        }
        let (one, other) = (self.plain(one)?, self.plain(other)?);
        let truth = match operator {
            Operator::In => self.contains(&one, &other)?,
            Operator::Equal => equal(&one, &other).ok_or(Unknown)?,
            Operator::NotEqual => !equal(&one, &other).ok_or(Unknown)?,
            Operator::Plus | Operator::Minus => return sum(operator, one, other),
            _ => {
                let order = compare(&one, &other).ok_or(Unknown)?;
                match operator {
                    Operator::Less => order == Ordering::Less,
                    Operator::LessOrEqual => order != Ordering::Greater,
                    Operator::Greater => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                }
            }
        };
        Ok(Value::Bool(truth))
    }

    /// `&&` and `||`: one side may be without value if the other decides.
    fn connect(&mut self, decides: bool, one: &'v Expression, other: &'v Expression) -> Result<'v> {
        let one = self.truth(one);
        if matches!(one, Ok(value) if value == decides) {
            return Ok(Value::Bool(decides));
        }
        let other = self.truth(other)?;
        if other == decides { Ok(Value::Bool(decides)) } else { one.map(Value::Bool) }
    }

    fn contains(&self, one: &Value<'v>, list: &Value<'v>) -> std::result::Result<bool, Unknown> {
        let members = self.members(list)?;
        self.steps.set(self.steps.get().saturating_add(u32::try_from(members.len()).unwrap_or(u32::MAX)));
        Ok(members.into_iter().any(|member| equal(one, &self.meaning(member)) == Some(true)))
    }

    fn call(&mut self, name: &str, arguments: &'v [Expression]) -> Result<'v> {
        let values: Vec<Value<'v>> =
            arguments.iter().map(|argument| self.plain(argument)).collect::<std::result::Result<_, _>>()?;
        match (name, values.as_slice()) {
            ("size", [value]) => size(value),
            ("startsWith", [Value::Text(text), Value::Text(part)]) => {
                Ok(Value::Bool(text.starts_with(&**part)))
            }
            ("endsWith", [Value::Text(text), Value::Text(part)]) => Ok(Value::Bool(text.ends_with(&**part))),
            ("contains", [Value::Text(text), Value::Text(part)]) => Ok(Value::Bool(text.contains(&**part))),
            ("matches", [Value::Text(text), Value::Text(pattern)]) => {
                self.walk.compiled.matches(pattern, text).map(Value::Bool).ok_or(Unknown)
            }
            ("int", [Value::Integer(value)]) => Ok(Value::Integer(*value)),
            ("string", [Value::Text(text)]) => Ok(Value::Text(text.clone())),
            _ => Err(Unknown),
        }
    }

    fn each(
        &mut self,
        each: Each,
        target: &'v Expression,
        name: &'v str,
        body: &'v Expression,
    ) -> Result<'v> {
        let target = self.run(target)?;
        let mut kept = Vec::new();
        let mut holding = 0;
        let members = self.members(&target)?;
        let count = members.len();
        for member in members {
            self.names.push((name, member.clone()));
            let result = self.plain(body);
            self.names.pop();
            match (each, result?) {
                (Each::Map, value) => kept.push(value),
                (_, Value::Bool(true)) => {
                    holding += 1;
                    kept.push(member);
                }
                (_, Value::Bool(false)) => {}
                _ => return Err(Unknown),
            }
        }
        Ok(match each {
            Each::All => Value::Bool(holding == count),
            Each::Exists => Value::Bool(holding > 0),
            Each::ExistsOne => Value::Bool(holding == 1),
            Each::Filter | Each::Map => Value::List(kept),
        })
    }
}

fn size<'v>(value: &Value<'v>) -> Result<'v> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::List(members) => members.len(),
        Value::Node(node, _) => match (node.as_mapping(), node.as_sequence()) {
            (Some(mapping), _) => mapping.len(),
            (_, Some(items)) => items.len(),
            _ => return Err(Unknown),
        },
        _ => return Err(Unknown),
    };
    i128::try_from(size).map(Value::Integer).map_err(|_| Unknown)
}

fn constant(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Integer(value) => Value::Integer((*value).into()),
        Literal::Float(value) => Value::Float(*value),
        Literal::Text(text) => Value::Text(Cow::Borrowed(text)),
    }
}

/// Whether two plain values are equal; nothing is known of lists and objects.
fn equal(one: &Value<'_>, other: &Value<'_>) -> Option<bool> {
    match (one, other) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Bool(one), Value::Bool(other)) => Some(one == other),
        (Value::Node(..) | Value::List(_), _) | (_, Value::Node(..) | Value::List(_)) => None,
        _ => Some(compare(one, other) == Some(Ordering::Equal)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "only beside a number that has a fraction")]
fn compare(one: &Value<'_>, other: &Value<'_>) -> Option<Ordering> {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Integer(one), Value::Float(other)) => (*one as f64).partial_cmp(other),
        (Value::Float(one), Value::Integer(other)) => one.partial_cmp(&(*other as f64)),
        (Value::Float(one), Value::Float(other)) => one.partial_cmp(other),
        _ => None,
    }
}

fn sum<'v>(operator: Operator, one: Value<'v>, other: Value<'v>) -> Result<'v> {
    match (operator, one, other) {
        (Operator::Plus, Value::Integer(one), Value::Integer(other)) => one.checked_add(other),
        (Operator::Minus, Value::Integer(one), Value::Integer(other)) => one.checked_sub(other),
        (Operator::Plus, Value::Text(one), Value::Text(other)) if one.len() + other.len() < 10_000 => {
            return Ok(Value::Text(Cow::Owned(format!("{one}{other}"))));
        }
        _ => None,
    }
    .map(Value::Integer)
    .ok_or(Unknown)
}
