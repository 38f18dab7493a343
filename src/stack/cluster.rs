//! From a cluster of `stackgen.yaml` to its objects.

use super::settings::Cluster;
use crate::diagnostic::Diagnostic;
use crate::resource::ResMap;

/// The objects of a cluster.
#[derive(Debug)]
pub struct BuiltCluster<'a, 's> {
    /// Which one.
    pub cluster: &'a Cluster,
    /// What runs there.
    pub resources: ResMap<'s>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}
