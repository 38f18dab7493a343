//! The value of a var, as Go reads the field.

use crate::diagnostic::Diagnostic;
use crate::kustomize::kustomization::Var;
use crate::kustomize::path_lookup::{lookup, split_dotted};
use crate::resource::Resource;
use crate::yaml::{Node, Origin, Scalar, Sources, Typing, Value};

/// A var's value with the place that declared it.
#[derive(Clone, Copy, Debug)]
pub(super) struct VarValue<'s> {
    /// What it is.
    pub(super) content: Content<'s>,
    /// The declaration.
    pub(super) origin: Origin,
}

/// What a var's value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'s> {
    /// A string.
    Text(&'s str),
    /// A number or boolean: how it is written alone, and in the middle of a string.
    Typed(&'s str, &'s str),
    /// A list or mapping, which cannot be written into a string.
    Collection,
}

/// Reads the field that `var` names.
pub(super) fn read<'s>(
    var: &Var<'s>,
    resource: &Resource<'s>,
    sources: &'s Sources,
) -> Result<VarValue<'s>, Diagnostic> {
    let field = var.fieldref.field_path;
    let path = if field.is_empty() { "metadata.name" } else { field.value };
    let parts = split_dotted(path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let problem = |why: String| {
        Diagnostic::error(format!("var `{}`: field `{path}` {why}", var.name.value))
            .at(if field.origin.is_some() { field.origin } else { var.origin })
            .object(resource.current_id())
            .related(resource.node.origin(), "the object is here")
    };
    let found = lookup(&resource.node, &parts)
        .map_err(|error| problem(format!("cannot be read: {error}", error = error.message)))?;
    let Some(node) = found else { return Err(problem("is not there".to_owned())) };
    let content =
        content(node, sources).ok_or_else(|| problem("is a number that cannot be read".to_owned()))?;
    Ok(VarValue { content, origin: var.name.origin.or(var.origin) })
}

fn content<'s>(node: &Node<'s>, sources: &'s Sources) -> Option<Content<'s>> {
    let Value::Scalar(text) = node.value() else { return Some(Content::Collection) };
    let typed = |text: String| {
        let text = sources.keep(&text);
        Content::Typed(text, text)
    };
    Some(match node.scalar(Typing::Core)? {
        Scalar::String | Scalar::Null | Scalar::Timestamp(_) => Content::Text(text),
        Scalar::Bool(value) => typed(value.to_string()),
        Scalar::Integer(_) => typed(text.parse::<i64>().ok()?.to_string()),
        Scalar::Float(_) => {
            // Go's parser takes no underscores and spells infinity without the dot.
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
            Content::Typed(sources.keep(&format!("{value}")), sources.keep(&general_format(value)))
        }
    })
}

/// Go's `%v` of a float: shortest digits, with an exponent where it is below -4 or from 21 on.
fn general_format(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..21).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_in_text_are_written_as_go_does() {
        assert_eq!(general_format(1.5), "1.5");
        assert_eq!(general_format(1e21), "1e+21");
        assert_eq!(general_format(1e20), "100000000000000000000");
        assert_eq!(general_format(0.00001), "1e-05");
    }
}
