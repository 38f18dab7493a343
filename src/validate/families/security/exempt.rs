//! What cannot do its work without the host.

use crate::validate::Workload;
use crate::yaml::Node;

/// Whether this is the node-exporter of the Prometheus project, which reads the host's files, network and processes:
/// that is what it is for. It may look at the host, but never write to it.
pub(super) fn is_node_exporter(workload: &Workload<'_, '_>) -> bool {
    const NAME: &str = "node-exporter";
    let label = workload.labels().and_then(|labels| labels.get("app.kubernetes.io/name"));
    workload.object.is("apps", "DaemonSet") && label.and_then(Node::text) == Some(NAME)
}
