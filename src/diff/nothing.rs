//! Values that say the same as no value.

use super::path::{Path, Step};
use crate::schema::ValueSchema;
use crate::yaml::{Node, Value};

/// Parts of Kubernetes' objects that the API server always writes, empty or not.
const ALWAYS_WRITTEN: [&str; 6] =
    ["metadata", "resources", "securityContext", "status", "strategy", "updateStrategy"];

/// Whether the value of `key` in what stands at `path` says the same as no value. In documents inside texts nothing
/// does: who reads them may see a difference.
pub(super) fn is_nothing(
    node: &Node<'_>,
    key: &str,
    schema: Option<ValueSchema<'_>>,
    path: &Path<'_>,
) -> bool {
    if path.0.contains(&Step::Document) {
        return false;
    }
    match node.value() {
        Value::Scalar(_) => node.is_null(),
        Value::Sequence(items) => items.is_empty() && schema.is_some_and(ValueSchema::may_be_left_out),
        Value::Mapping(fields) => {
            let may = || schema.is_some_and(ValueSchema::may_be_left_out) || ALWAYS_WRITTEN.contains(&key);
            fields.is_empty() && may()
        }
    }
}
