//! How often metrics are scraped, as far as the tree says.

use rustc_hash::FxHashMap;

use super::Document;
use crate::validate::promql::duration;
use crate::validate::tree::Tree;
use crate::yaml::Node;

/// The kinds of the Prometheus operator that scrape.
const MONITORS: [(&str, &str); 2] = [("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")];

/// Milliseconds between two scrapes.
#[derive(Debug, Default)]
pub(in crate::validate) struct Intervals {
    jobs: FxHashMap<String, u64>,
    /// The shortest of all, if anything in the tree scrapes.
    shortest: Option<u64>,
}

impl Intervals {
    pub(super) fn of(tree: &Tree<'_, '_>, configurations: &[Document<'_, '_>]) -> Self {
        let mut intervals = Self::default();
        for document in configurations {
            let own = |node: &Node<'_>| node.get("scrape_interval").and_then(Node::text).and_then(duration);
            let global = document.node.get("global").and_then(own).unwrap_or(60_000);
            intervals.add(None, global);
            let jobs = document.node.get("scrape_configs").and_then(Node::as_sequence).unwrap_or_default();
            for job in jobs {
                intervals.add(job.get("job_name").and_then(Node::text), own(job).unwrap_or(global));
            }
        }
        for prometheus in tree.of_kind("monitoring.coreos.com", "Prometheus") {
            let own = prometheus.text(&["spec", "scrapeInterval"]).and_then(duration);
            intervals.add(None, own.unwrap_or(30_000));
        }
        for (kind, list) in MONITORS {
            for monitor in tree.of_kind("monitoring.coreos.com", kind) {
                let endpoints = monitor.items(&["spec", list]).iter();
                let own = endpoints.filter_map(|endpoint| duration(endpoint.get("interval")?.text()?));
                own.for_each(|own| intervals.add(None, own));
            }
        }
        intervals
    }

    fn add(&mut self, job: Option<&str>, interval: u64) {
        self.shortest = Some(self.shortest.map_or(interval, |shortest| shortest.min(interval)));
        if let Some(job) = job {
            let known = self.jobs.entry(job.to_owned()).or_insert(interval);
            *known = interval.min(*known);
        }
    }

    /// How often a job is scraped; of one that is not known, the shortest time of all.
    pub(in crate::validate) fn of_job(&self, job: Option<&str>) -> Option<u64> {
        job.and_then(|job| self.jobs.get(job).copied()).or(self.shortest)
    }
}
