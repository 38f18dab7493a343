//! JSON patches (RFC 6902), as kustomize applies them: the object becomes JSON, the operations change it in
//! order, and it becomes YAML again.
//!
//! Follows `evanphx/json-patch` version 4: `replace` sets a key that is missing, indices may count from the end,
//! the first part of a path does not count even without a slash before it, null and missing are one.

mod container;
mod error;
mod operation;
mod pointer;

use crate::diagnostic::Diagnostics;
use crate::kustomize::patch::json::node_from_json;
use crate::kustomize::patch::metadata;
use crate::resource::Resource;
use crate::yaml::{
    Node, Origin, ParseOptions, Source, Sources, Style, Typing, ValueMut, parse_one, through_json,
};
use error::{emit_error, not_operations, syntax_error};
use operation::Operation;

/// The operations of a JSON patch.
#[derive(Clone, Debug, Default)]
pub struct Operations<'s> {
    operations: Vec<Operation<'s>>,
}

/// Reads a JSON patch. Text that begins with `[` must be JSON, any other text is YAML of the older kind: `yes` is
/// a boolean there.
pub fn operations<'s>(source: Source<'s>, sources: &'s Sources) -> Result<Operations<'s>, Diagnostics> {
    let document =
        if source.text.starts_with('[') { from_json(source, sources) } else { from_yaml(source, sources) }?;
    let Some(document) = document else { return Ok(Operations::default()) };
    let origin = document.origin();
    let Some(items) = document.into_sequence() else { return Err(not_operations(origin).into()) };
    let operations = items.into_vec().into_iter().map(Operation::new).collect::<Result<_, _>>()?;
    Ok(Operations { operations })
}

/// Whether a text that is no patch at all was perhaps meant as a JSON patch, for the choice of the message.
pub fn looks_like_operations(text: &str) -> bool {
    let first = text.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with(['[', '-']) && !line.starts_with("---"))
}

fn from_json<'s>(source: Source<'s>, sources: &'s Sources) -> Result<Option<Node<'s>>, Diagnostics> {
    let json: serde_json::Value =
        serde_json::from_str(source.text).map_err(|error| syntax_error(source, &error))?;
    // JSON is almost always YAML too, and then every value has a place of its own.
    let document =
        parse_one(source, sources, &ParseOptions::SETTINGS).ok().and_then(|document| document.node);
    let mut document = document.unwrap_or_else(|| node_from_json(&json, source.origin(0), sources));
    through_json(&mut document, Typing::Core, sources).map_err(emit_error)?;
    Ok(Some(document))
}

fn from_yaml<'s>(source: Source<'s>, sources: &'s Sources) -> Result<Option<Node<'s>>, Diagnostics> {
    if source.text.is_empty() {
        return Err(not_operations(source.origin(0)).into());
    }
    let document = parse_one(source, sources, &ParseOptions::SETTINGS).map_err(error::parse_errors)?;
    let Some(mut node) = document.node.filter(|node| !node.is_null()) else { return Ok(None) };
    through_json(&mut node, Typing::Legacy, sources).map_err(emit_error)?;
    Ok(Some(node))
}

impl<'s> Operations<'s> {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Where the first operation is.
    pub fn origin(&self) -> Origin {
        self.operations.first().map_or(Origin::NONE, |operation| operation.origin)
    }

    /// Applies the operations to an object. Its annotations become strings, and there are always annotations to
    /// add to if the build remembers something of the object, because kustomize keeps that there.
    pub fn apply(&self, resource: &mut Resource<'s>, sources: &'s Sources) -> Result<(), Diagnostics> {
        let id = resource.current_id();
        let about = |mut errors: Diagnostics| {
            for error in &mut errors.0 {
                error.object.get_or_insert_with(|| id.to_string());
            }
            errors
        };
        through_json(&mut resource.node, Typing::Core, sources).map_err(|error| about(emit_error(error)))?;
        if resource.has_bookkeeping() {
            metadata::ensure_annotations(&mut resource.node);
        }
        self.apply_to(&mut resource.node, sources).map_err(about)?;
        take_block_style(&mut resource.node);
        metadata::settle_annotations(&mut resource.node);
        resource.marks = None;
        Ok(())
    }

    /// Applies the operations to a value that came out of [`through_json`].
    fn apply_to(&self, document: &mut Node<'s>, sources: &'s Sources) -> Result<(), Diagnostics> {
        for operation in &self.operations {
            operation.apply(document, sources)?;
        }
        if document.as_mapping().is_none() {
            return Err(error::not_an_object(document, self.origin()).into());
        }
        Ok(())
    }
}

/// What the operations left is written and read once more: collections are blocks, unless nothing is in them.
fn take_block_style(node: &mut Node<'_>) {
    let style = if node.is_null_or_empty() { Style::Flow } else { Style::Plain };
    match node.value_mut() {
        ValueMut::Scalar(_) => return,
        ValueMut::Sequence(items) => items.iter_mut().for_each(take_block_style),
        ValueMut::Mapping(fields) => {
            fields.iter_mut().for_each(|entry| take_block_style(&mut entry.value));
        }
    }
    node.set_style(style);
}

#[cfg(test)]
mod tests;
