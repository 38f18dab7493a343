//! Holds whole objects against their schema.

use super::lookup::{Found, Schemas};
use super::violation::Violation;
use super::walk::{Frame, Walk};
use crate::yaml::{Node, Typing};

impl Schemas {
    /// What of an object its schema does not allow, in the order of the text. `typing` says how plain scalars are
    /// read: [`Typing::Legacy`] for files that kubectl or an engine reads, [`Typing::Core`] for what kustomize made.
    pub fn validate(&self, object: &Node<'_>, found: &Found<'_>, typing: Typing) -> Vec<Violation> {
        let mut walk = Walk {
            table: found.table,
            compiled: &self.compiled,
            typing,
            is_secret: object.get("kind").and_then(Node::text) == Some("Secret"),
            is_custom: found.is_custom,
            metadata: found.metadata,
            is_strict: true,
            violations: Vec::new(),
        };
        walk.value(object, &Frame::root(found.root));
        walk.violations
    }
}
