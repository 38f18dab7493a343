//! `overlays/expected-differences.yaml`: what may differ between the overlays of two clouds, and why.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use super::typed_file::{self, node};
use crate::diagnostic::Diagnostics;
use crate::fs::FileSystem;
use crate::yaml::{Node, Origin, Sources};

/// The file, from the folder of the stack.
const FILE: &str = "overlays/expected-differences.yaml";

/// What may differ between clouds. Anything else is most likely a change that somebody made for one cloud and forgot
/// for the others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedDifferences {
    /// The differences, by their reasons.
    pub differences: Vec<ExpectedDifference>,
}

/// Differences that there are for one reason.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedDifference {
    /// Why the clouds differ in this.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// What differs, as `stackgen diff --ignore` takes it: `StorageClass/*:parameters`, or `ConfigMap/aws-auth` for an
    /// object that not every cloud has.
    #[schemars(length(min = 1))]
    pub paths: Vec<String>,
    /// Where each of the paths stands.
    #[serde(skip)]
    pub origins: Vec<Origin>,
}

impl ExpectedDifferences {
    /// Reads the file below `root`; nothing if it is not there.
    pub fn read(files: &dyn FileSystem, root: &Path, sources: &Sources) -> Result<Option<Self>, Diagnostics> {
        let read = typed_file::read::<Self>(files, &root.join(FILE), sources)?;
        Ok(read.map(|(mut expected, source)| {
            expected.place(&node(source, sources));
            expected
        }))
    }

    /// The JSON Schema of the file.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    fn place(&mut self, file: &Node<'_>) {
        let entries = file.at(&["differences"]).and_then(Node::as_sequence).unwrap_or_default();
        for (difference, entry) in self.differences.iter_mut().zip(entries) {
            let paths = entry.get("paths").and_then(Node::as_sequence).unwrap_or_default();
            difference.origins = paths.iter().map(Node::origin).collect();
        }
    }
}
