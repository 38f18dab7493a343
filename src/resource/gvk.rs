//! Group, version and kind: what type an object is of.

use std::fmt;

/// The type of a Kubernetes object. An empty group is the core group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Gvk<'s> {
    /// `apps` of `apps/v1`; empty for the core group.
    pub group: &'s str,
    /// `v1` of `apps/v1`
    pub version: &'s str,
    /// `Deployment`
    pub kind: &'s str,
}

impl<'s> Gvk<'s> {
    /// Reads an object's `apiVersion` and `kind`.
    pub fn parse(api_version: &'s str, kind: &'s str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group, version, kind }
    }

    /// Group and version as an object writes them.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether `selector`, whose empty fields match anything, matches this type.
    pub fn is_selected_by(&self, selector: &Gvk<'_>) -> bool {
        let matches = |wanted: &str, actual: &str| wanted.is_empty() || wanted == actual;
        matches(selector.group, self.group)
            && matches(selector.version, self.version)
            && matches(selector.kind, self.kind)
    }
}

impl fmt::Display for Gvk<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.group, self.version) {
            ("", "") => formatter.write_str(self.kind),
            ("", version) => write!(formatter, "{version} {}", self.kind),
            (group, version) => write!(formatter, "{group}/{version} {}", self.kind),
        }
    }
}
