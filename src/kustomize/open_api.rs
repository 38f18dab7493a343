//! `openapi`: the schema that says which lists merge by which keys.

use super::decode::{Text, TextMap};
use super::loader::Loader;
use super::read::syntax_errors;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::{BUILTIN_VERSION, Schema};
use crate::yaml::{Node, ParseOptions, parse_one};

/// Puts the schema that the field names into `schema`. As upstream, the built-in types stay known if one was looked up
/// before; and they even win if it was asked whether a type is built in that is not (`is_builtin_needed`).
pub(super) fn use_schema<'s>(
    schema: &mut Schema<'s>,
    field: &TextMap<'s>,
    loader: &Loader<'_, 's>,
    is_builtin_needed: bool,
) -> Result<(), Diagnostics> {
    let value_of = |name: &str| field.iter().find(|(key, _)| key.value == name).map(|(_, value)| *value);
    match (value_of("path"), value_of("version")) {
        (Some(path), Some(_)) => Err(Diagnostic::error("`openapi` has both a path and a version")
            .at(path.origin)
            .hint("keep one of them")
            .into()),
        (Some(path), None) => {
            let document = read(loader, path)?;
            let read = if schema.was_asked() {
                schema.add(document)
            } else if is_builtin_needed {
                schema.add_below_builtin(document)
            } else {
                Schema::custom(document).map(|new| *schema = new)
            };
            read.map_err(|error| Diagnostic::error(error.to_string()).at(error.origin).into())
        }
        (None, Some(version)) if !version.is_empty() && version.value != BUILTIN_VERSION => {
            Err(Diagnostic::error(format!("the schema `{}` is not built in", version.value))
                .at(version.origin)
                .hint(format!("the only one is {BUILTIN_VERSION}; name any other by `path`"))
                .into())
        }
        _ => Ok(()),
    }
}

fn read<'s>(loader: &Loader<'_, 's>, path: Text<'s>) -> Result<Node<'s>, Diagnostics> {
    let source = loader.text(path)?;
    let document = parse_one(source, loader.sources(), &ParseOptions::default()).map_err(syntax_errors)?;
    document.node.ok_or_else(|| Diagnostic::error("the schema file is empty").at(source.origin(0)).into())
}
