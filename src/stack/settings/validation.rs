//! `validate:` of `stackgen.yaml`: findings that somebody has decided to live with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::yaml::{Node, Origin};

/// What `stackgen validate` is told.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Validation {
    /// Findings that are known and stay.
    pub ignore: Vec<IgnoreFindings>,
}

/// Findings of a rule, all of them or those of some objects.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IgnoreFindings {
    /// The rule, or a family with a slash behind it.
    pub rule: String,
    /// Why they stay.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The kind of the objects; any if it is left out.
    pub kind: Option<String>,
    /// Their namespace; any if it is left out.
    pub namespace: Option<String>,
    /// Their name; any if it is left out.
    pub name: Option<String>,
    /// The file that the findings are in, with `/`, from the folder of `stackgen.yaml`; any if it is left out.
    pub file: Option<String>,
    /// Where the rule is named.
    #[serde(skip)]
    pub origin: Origin,
}

impl Validation {
    /// Notes where in the file each entry stands.
    pub(super) fn place(&mut self, file: &Node<'_>) {
        let entries = file.at(&["validate", "ignore"]).and_then(Node::as_sequence).unwrap_or_default();
        for (ignore, entry) in self.ignore.iter_mut().zip(entries) {
            ignore.origin = entry.get("rule").map_or(Origin::NONE, Node::origin);
        }
    }
}
