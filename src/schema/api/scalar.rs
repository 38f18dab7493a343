//! Scalars: their type as the API server sees it, values, formats, patterns, bounds.

use super::describe::{alternatives, found, short};
use super::format::Format;
use super::shape::{Kind, Limits, Shape};
use super::violation::{Edit, Violation, ViolationKind};
use super::walk::{Frame, Walk, named};
use crate::schema::quantity::{InvalidQuantity, Quantity};
use crate::schema::suggest::closest;
use crate::yaml::{Node, Scalar, Style, Typing};

impl Walk<'_> {
    /// Holds a scalar against its schema; whether it has the right type.
    pub(super) fn scalar(&mut self, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) -> bool {
        let (Some(scalar), Some(text)) = (node.scalar(self.typing), node.text()) else { return false };
        if !is_of(shape.kind, scalar) {
            self.wrong_type(shape.kind, node, frame);
            return false;
        }
        if !shape.allowed.is_empty() {
            self.allowed(text, node, shape, frame);
        }
        if shape.kind == Kind::Quantity && matches!(scalar, Scalar::String) {
            self.quantity(text, node, frame);
        }
        if let Some(limits) = shape.limits() {
            match scalar {
                Scalar::Integer(value) => self.integer(value, node, &limits, shape, frame),
                Scalar::Float(value) => self.number(value, node, &limits, frame),
                Scalar::String | Scalar::Timestamp(_) => self.text(text, node, &limits, frame),
                Scalar::Null | Scalar::Bool(_) => {}
            }
        }
        true
    }

    fn allowed(&mut self, text: &str, node: &Node<'_>, shape: &Shape<'_>, frame: &Frame<'_>) {
        let values = shape.allowed.iter().map(|id| self.table.text(id));
        // An empty string in a field of Kubernetes' own is the same as no field.
        if values.clone().any(|value| value == text) || text.is_empty() && !self.is_custom {
            return;
        }
        let violation = self.violation(ViolationKind::Enum, node, frame);
        let message = format!(
            "{} must be {}, found {}",
            named(&violation.path),
            alternatives(values.clone()),
            found(node, self.typing, violation.is_secret)
        );
        let help = closest(text, values.clone()).map(|value| format!("did you mean `{value}`?"));
        let mut alike = values.filter(|value| value.eq_ignore_ascii_case(text));
        let edit = alike.next().filter(|_| alike.next().is_none());
        let edit = edit.map(|is| Edit::Rename { was: text.to_owned(), is: is.to_owned() });
        self.violations.push(Violation { message, help, edit, ..violation });
    }

    fn quantity(&mut self, text: &str, node: &Node<'_>, frame: &Frame<'_>) {
        let Err(error) = Quantity::parse(text) else { return };
        let violation = self.violation(ViolationKind::Quantity, node, frame);
        let message =
            format!("{} must be an amount such as `500m` or `2Gi`: {error}", named(&violation.path));
        let help = match error {
            InvalidQuantity::Suffix { suffix, meant: Some(meant) } => {
                Some(format!("did you mean `{}{meant}`?", short(text.strip_suffix(&*suffix).unwrap_or(text))))
            }
            _ => None,
        };
        self.violations.push(Violation { message, help, ..violation });
    }

    fn integer(
        &mut self,
        value: i128,
        node: &Node<'_>,
        limits: &Limits<'_>,
        shape: &Shape<'_>,
        frame: &Frame<'_>,
    ) {
        let range = Format::numbered(limits.format).and_then(Format::range);
        match range {
            Some((least, most)) if !(least..=most).contains(&value) && shape.kind == Kind::Integer => {
                self.not_formatted(limits, node, frame);
            }
            // Exact enough: bounds that anybody writes are far below the 53 bits of a float.
            #[expect(clippy::cast_precision_loss, reason = "bounds are small")]
            _ => self.number(value as f64, node, limits, frame),
        }
    }

    fn number(&mut self, value: f64, node: &Node<'_>, limits: &Limits<'_>, frame: &Frame<'_>) {
        let bound = |id: Option<u16>| id.map(|id| self.table.text(id));
        let (minimum, maximum) = (bound(limits.minimum), bound(limits.maximum));
        let parsed = |text: &str| text.parse::<f64>().ok();
        let flags = Shape::read(self.table, frame.schema).flags;
        let too_small = minimum.and_then(parsed).is_some_and(|least| {
            value < least || flags.has(super::shape::Flags::EXCLUSIVE_MINIMUM) && value <= least
        });
        let too_large = maximum.and_then(parsed).is_some_and(|most| {
            value > most || flags.has(super::shape::Flags::EXCLUSIVE_MAXIMUM) && value >= most
        });
        if !too_small && !too_large {
            return;
        }
        let wanted = match (minimum, maximum) {
            (Some(least), Some(most)) => format!("between {least} and {most}"),
            (Some(least), None) => format!("at least {least}"),
            (_, most) => format!("at most {}", most.unwrap_or_default()),
        };
        let violation = self.violation(ViolationKind::Bounds, node, frame);
        let found = found(node, self.typing, violation.is_secret);
        let message = format!("{} must be {wanted}, found {found}", named(&violation.path));
        self.violations.push(Violation { message, ..violation });
    }

    fn text(&mut self, text: &str, node: &Node<'_>, limits: &Limits<'_>, frame: &Frame<'_>) {
        if Format::numbered(limits.format).is_some_and(|format| !format.fits(text)) {
            self.not_formatted(limits, node, frame);
        }
        if let Some(pattern) = limits.pattern.map(|id| self.table.text(id))
            && !self.compiled.matches(pattern, text).unwrap_or(true)
        {
            self.no_match(pattern, node, frame);
        }
        if limits.least.is_some() || limits.most.is_some() {
            let length = text.chars().count();
            let found = format!("{length} characters");
            if let Some(least) = limits.least.filter(|least| length < *least as usize) {
                let found = if length == 0 { "an empty string" } else { &found };
                self.out_of_range(&format!("at least {least} characters"), found, node, frame);
            } else if let Some(most) = limits.most.filter(|most| length > *most as usize) {
                self.out_of_range(&format!("at most {most} characters"), &found, node, frame);
            }
        }
    }

    fn not_formatted(&mut self, limits: &Limits<'_>, node: &Node<'_>, frame: &Frame<'_>) {
        let Some(format) = Format::numbered(limits.format) else { return };
        let violation = self.violation(ViolationKind::Format, node, frame);
        let found = found(node, self.typing, violation.is_secret);
        let message = format!("{} must be {}, found {found}", named(&violation.path), format.name());
        let help = (format == Format::Byte && self.is_secret)
            .then(|| "put plain text below `stringData` instead, or encode it".to_owned());
        self.violations.push(Violation { message, help, ..violation });
    }

    fn no_match(&mut self, pattern: &str, node: &Node<'_>, frame: &Frame<'_>) {
        let violation = self.violation(ViolationKind::Pattern, node, frame);
        let found = found(node, self.typing, violation.is_secret);
        let message = format!("{} must match `{pattern}`, found {found}", named(&violation.path));
        self.violations.push(Violation { message, ..violation });
    }
}

/// Whether a scalar is of a kind. A number without a fraction is an integer, however it is written, and a date is a
/// string.
fn is_of(kind: Kind, scalar: Scalar) -> bool {
    let is_text = matches!(scalar, Scalar::String | Scalar::Timestamp(_));
    let is_whole = match scalar {
        Scalar::Integer(_) => true,
        Scalar::Float(value) => value.is_finite() && value.fract() == 0.0,
        _ => false,
    };
    match kind {
        Kind::Any | Kind::Recursive => true,
        Kind::Object | Kind::Array => false,
        Kind::String => is_text,
        Kind::Integer => is_whole,
        Kind::Number => matches!(scalar, Scalar::Integer(_) | Scalar::Float(_)),
        Kind::Boolean => matches!(scalar, Scalar::Bool(_)),
        Kind::IntOrString => is_text || is_whole,
        Kind::Quantity => is_text || matches!(scalar, Scalar::Integer(_) | Scalar::Float(_)),
    }
}

/// Quotes that are missing or too many.
pub(super) fn requoted(kind: Kind, node: &Node<'_>, typing: Typing) -> Option<Edit> {
    let (scalar, text) = (node.scalar(typing)?, node.text()?);
    match kind {
        Kind::String if node.style() == Style::Plain && !text.is_empty() && scalar != Scalar::Null => {
            Some(Edit::Quote(text.to_owned()))
        }
        Kind::Integer | Kind::Number | Kind::Boolean
            if scalar == Scalar::String && is_of(kind, crate::yaml::resolve(text, Typing::Core)) =>
        {
            Some(Edit::Unquote(text.to_owned()))
        }
        _ => None,
    }
}

/// How to write what is there so that it has the type that is asked for.
pub(super) fn retyped(kind: Kind, node: &Node<'_>, typing: Typing, is_secret: bool) -> Option<String> {
    if kind == Kind::Array {
        return Some("write it as an item of a list, after `- `".to_owned());
    }
    let scalar = node.scalar(typing)?;
    let text = node.text()?;
    match kind {
        Kind::String if is_secret => Some("write it in quotes".to_owned()),
        Kind::String if !text.is_empty() && scalar != Scalar::Null => {
            Some(format!("write it in quotes: `\"{}\"`", short(text)))
        }
        Kind::Integer | Kind::Number | Kind::Boolean
            if scalar == Scalar::String
                && !is_secret
                && is_of(kind, crate::yaml::resolve(text, Typing::Core)) =>
        {
            Some(format!("write it without quotes: `{}`", short(text)))
        }
        _ => None,
    }
}
