//! The annotation `stackgen.dev/ignore: rule=reason; rule=reason` on an object.

use super::{Scope, Suppression};
use crate::validate::object::Object;

const ANNOTATION: &str = "stackgen.dev/ignore";

/// What an object says about itself.
pub(in crate::validate) fn of_object(object: &Object<'_, '_>) -> Vec<Suppression> {
    let Some(value) = object.at(&["metadata", "annotations", ANNOTATION]) else { return Vec::new() };
    let text = value.text().unwrap_or_default();
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    let suppression = |part: &str| {
        let (rule, reason) = part.split_once('=').unwrap_or((part, ""));
        Suppression {
            rules: vec![(rule.trim().to_owned(), value.origin())],
            reason: reason.trim().to_owned(),
            origin: value.origin(),
            scope: Scope::Object(object.id.to_string()),
            is_used: false,
        }
    };
    parts.map(suppression).collect()
}
