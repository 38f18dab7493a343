//! The metrics of the exporters that a monitoring stack for Kubernetes ships: names and types (`metrics.txt`: type,
//! prefix, the rest of each name). Names with another prefix are somebody's own, and nothing is said of them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::diagnostic::closest;

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It is a family of counters.
    Family,
}

struct Catalogue {
    metrics: FxHashMap<String, Metric>,
    /// All names of a prefix, in order.
    names: FxHashMap<&'static str, Vec<String>>,
}

/// What a metric was called once, and what it is called now.
const RENAMED: [(&str, &str); 21] = [
    ("apiserver_request_count", "apiserver_request_total"),
    ("apiserver_request_latencies_bucket", "apiserver_request_duration_seconds_bucket"),
    ("container_cpu_cfs_throttled_periods", "container_cpu_cfs_throttled_periods_total"),
    (
        "kube_deployment_spec_strategy_rollingupdate_max_surge_absolute",
        "kube_deployment_spec_strategy_rollingupdate_max_surge",
    ),
    ("kube_hpa_spec_max_replicas", "kube_horizontalpodautoscaler_spec_max_replicas"),
    ("kube_hpa_spec_min_replicas", "kube_horizontalpodautoscaler_spec_min_replicas"),
    ("kube_hpa_status_condition", "kube_horizontalpodautoscaler_status_condition"),
    ("kube_hpa_status_current_replicas", "kube_horizontalpodautoscaler_status_current_replicas"),
    ("kube_hpa_status_desired_replicas", "kube_horizontalpodautoscaler_status_desired_replicas"),
    ("kube_node_status_allocatable_cpu_cores", "kube_node_status_allocatable{resource=\"cpu\"}"),
    ("kube_node_status_allocatable_memory_bytes", "kube_node_status_allocatable{resource=\"memory\"}"),
    ("kube_node_status_capacity_cpu_cores", "kube_node_status_capacity{resource=\"cpu\"}"),
    ("kube_node_status_capacity_memory_bytes", "kube_node_status_capacity{resource=\"memory\"}"),
    ("kube_pod_container_resource_limits_cpu_cores", "kube_pod_container_resource_limits{resource=\"cpu\"}"),
    (
        "kube_pod_container_resource_limits_memory_bytes",
        "kube_pod_container_resource_limits{resource=\"memory\"}",
    ),
    (
        "kube_pod_container_resource_requests_cpu_cores",
        "kube_pod_container_resource_requests{resource=\"cpu\"}",
    ),
    (
        "kube_pod_container_resource_requests_memory_bytes",
        "kube_pod_container_resource_requests{resource=\"memory\"}",
    ),
    ("kubelet_running_container_count", "kubelet_running_containers"),
    ("kubelet_running_pod_count", "kubelet_running_pods"),
    ("node_cpu", "node_cpu_seconds_total"),
    ("node_memory_MemAvailable", "node_memory_MemAvailable_bytes"),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue { metrics: FxHashMap::default(), names: FxHashMap::default() };
    for line in include_str!("metrics.txt").lines() {
        let mut words = line.split(' ');
        let (Some(kind), Some(prefix)) = (words.next(), words.next()) else { continue };
        for word in words {
            let name = format!("{prefix}{word}");
            let suffixes: &[&str] = match kind {
                "histogram" => &["_bucket", "_count", "_sum"],
                "summary" => &["", "_count", "_sum"],
                _ => &[""],
            };
            let metric = match kind {
                "counter" => Metric::Counter,
                "gauge" => Metric::Gauge,
                _ => Metric::Family,
            };
            for suffix in suffixes {
                let name = format!("{name}{suffix}");
                catalogue.names.entry(prefix).or_default().push(name.clone());
                catalogue.metrics.insert(name, metric);
            }
            if kind == "histogram" {
                catalogue.metrics.insert(name, metric);
            }
        }
    }
    catalogue
});

/// What is known of a metric.
pub(crate) fn metric(name: &str) -> Option<Metric> {
    CATALOGUE.metrics.get(name).copied()
}

/// What a metric of an older version of its exporter is called now.
pub(crate) fn renamed(name: &str) -> Option<&'static str> {
    if metric(name).is_some() {
        return None;
    }
    RENAMED.iter().find(|(old, _)| *old == name).map(|(_, new)| *new)
}

/// The metric that is probably meant by a name which nothing exports. No list is ever complete, so that a name with a
/// known prefix is only called wrong where it is a letter or two away from a known one.
pub(crate) fn misspelt(name: &str) -> Option<&'static str> {
    if metric(name).is_some() {
        return None;
    }
    let prefix = name.find('_').map(|end| &name[..=end])?;
    let names = CATALOGUE.names.get(prefix)?;
    let near: Vec<&str> =
        names.iter().map(String::as_str).filter(|known| is_near(name.as_bytes(), known.as_bytes())).collect();
    closest(name, &near)
}

/// Whether at most two letters were lost, added, changed or swapped.
fn is_near(one: &[u8], other: &[u8]) -> bool {
    let start = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    // What is left begins and ends with a difference. A digit is a version or a percentage, not a slip.
    let is_slip = !one.iter().chain(other).any(u8::is_ascii_digit);
    is_slip && one.len().max(other.len()) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_unknown_names_are_left_alone() {
        assert_eq!(misspelt("node_cpu_second_total"), Some("node_cpu_seconds_total"));
        assert_eq!(misspelt("kube_pod_status_phas"), Some("kube_pod_status_phase"));
        assert_eq!(misspelt("container_cpu_usage_secnods_total"), Some("container_cpu_usage_seconds_total"));
        for name in ["node_cpu_seconds_total", "node_textfile_of_ours", "my_cpu_second_total", "node", "up"] {
            assert_eq!(misspelt(name), None, "{name}");
        }
        assert_eq!(
            renamed("kube_hpa_spec_max_replicas"),
            Some("kube_horizontalpodautoscaler_spec_max_replicas")
        );
    }

    #[test]
    fn types_are_known() {
        assert_eq!(metric("node_memory_MemAvailable_bytes"), Some(Metric::Gauge));
        assert_eq!(metric("container_cpu_usage_seconds_total"), Some(Metric::Counter));
        assert_eq!(metric("kubelet_pleg_relist_duration_seconds_bucket"), Some(Metric::Family));
    }
}
