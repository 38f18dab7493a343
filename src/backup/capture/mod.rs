//! Reading what a running stack holds into a repository.

mod blocks;
mod mode;
mod remote;
mod snapshot;
mod stopped;

use super::manifest::{BlockEntry, Capture, LeftOut, Manifest, OutOfOrder, Replica, SCHEMA, Source};
use super::node::Node;
use super::prometheus::{Facts, Retention, facts};
use super::repository::{LeaseKind, Repository, SnapshotName};
use super::{BackupError, Failure, alertmanager, grafana, notifications};
pub use mode::{Choice, Mode};

/// What is to be captured, and how.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one for each server that there may be")]
pub struct Options<'o> {
    /// What the cluster is called.
    pub cluster: &'o str,
    /// What the replica is called.
    pub replica: &'o str,
    /// How.
    pub choice: Choice,
    /// Whether there is a Prometheus to ask.
    pub has_prometheus: bool,
    /// Whether there is an Alertmanager to ask.
    pub has_alertmanager: bool,
    /// Whether there is a Grafana to ask.
    pub has_grafana: bool,
    /// The data folder of an Alertmanager.
    pub alertmanager_data: Option<&'o dyn Node>,
    /// Whether a damaged block is left out and named; otherwise it ends the run.
    pub skip_corrupt: bool,
    /// The program and its version.
    pub tool: &'o str,
    /// What others are told who wait for the repository.
    pub holder: &'o str,
}

/// What is going on, for somebody who watches.
pub trait Progress {
    /// So many bytes will be read.
    fn begin(&self, bytes: u64);
    /// So many more were.
    fn advance(&self, bytes: u64);
}

/// What would be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How, and why.
    pub mode: Mode,
    /// What the server says of itself, if there is one.
    pub facts: Option<Facts>,
}

/// What a capture did.
#[derive(Clone, Debug)]
pub struct Captured {
    /// What the snapshot is called.
    pub name: SnapshotName,
    /// What it holds.
    pub manifest: Manifest,
}

/// What [`run`] would do; nothing is changed anywhere.
pub fn plan(node: &dyn Node, options: &Options<'_>) -> Result<Plan, BackupError> {
    let facts = if options.has_prometheus { Some(facts(node)?) } else { None };
    let mode = mode::choose(node, options.choice, facts.as_ref())?;
    Ok(Plan { mode, facts })
}

/// Captures a node. What was stored is a snapshot only when everything was.
pub fn run(
    node: &dyn Node,
    repository: &Repository,
    options: &Options<'_>,
    progress: &dyn Progress,
) -> Result<Captured, BackupError> {
    let Plan { mode, facts } = plan(node, options)?;
    let lease = repository.lease(LeaseKind::Shared, options.holder)?;
    let clock_offset = facts.as_ref().map_or(0, |facts| facts.now - repository.now().as_millisecond());
    let run = blocks::Run { node, repository, lease: &lease, skip_corrupt: options.skip_corrupt, progress };
    let mut left_out = Vec::new();
    let replica = match &facts {
        Some(facts) if mode.capture != Capture::StoppedFolder => {
            running(&run, mode.capture, facts, &mut left_out)?
        }
        _ => stopped::capture(&run, &mut left_out)?,
    };
    let replica = Replica { name: options.replica.to_owned(), ..replica };
    let alertmanager =
        if options.has_alertmanager { Some(alertmanager::capture(node, repository)?) } else { None };
    let alertmanager_files = match options.alertmanager_data {
        Some(folder) => notifications::capture(folder, repository, options.has_alertmanager, &mut left_out)?,
        None => Vec::new(),
    };
    let grafana = if options.has_grafana { Some(grafana::capture(node, repository)?) } else { None };
    left_out.sort();
    let manifest = Manifest {
        schema: SCHEMA.to_owned(),
        created: repository.now(),
        cluster: options.cluster.to_owned(),
        tool: options.tool.to_owned(),
        source: source(node, facts, clock_offset),
        replicas: vec![replica],
        alertmanager,
        alertmanager_files,
        grafana,
        left_out,
        merkle_root: String::new(),
    }
    .sealed();
    lease.renew()?;
    let name = repository.commit(&manifest)?;
    Ok(Captured { name, manifest })
}

/// The replica of a server that runs.
fn running(
    run: &blocks::Run<'_>,
    capture: Capture,
    facts: &Facts,
    left_out: &mut Vec<LeftOut>,
) -> Result<Replica, BackupError> {
    let (cut, mut blocks) = if capture == Capture::RemoteRead {
        (facts.now, remote::everything(run, facts, left_out)?)
    } else {
        snapshot::capture(run, left_out)?
    };
    if capture == Capture::SnapshotWithTopUp {
        blocks.extend(remote::late(run, facts, left_out)?);
        blocks.sort_by_key(|block| (block.min_time, block.ulid));
    }
    let out_of_order = match capture {
        _ if facts.out_of_order_window == 0 => OutOfOrder::None,
        Capture::Snapshot => OutOfOrder::Missing,
        _ => OutOfOrder::Captured,
    };
    if out_of_order == OutOfOrder::Missing {
        left_out.push(LeftOut {
            what: "samples that came late".to_owned(),
            reason: "a snapshot of the server leaves out those that are not yet in its blocks".to_owned(),
        });
    }
    Ok(Replica { name: String::new(), capture, cut, out_of_order, blocks, head: Vec::new() })
}

fn source(node: &dyn Node, facts: Option<Facts>, clock_offset: i64) -> Source {
    let node = node.describe();
    let Some(facts) = facts else { return Source { node, ..Source::default() } };
    let Retention { time, size } = facts.retention;
    Source {
        node,
        prometheus: Some(facts.version),
        retention_time: time,
        retention_size: size,
        out_of_order_window: facts.out_of_order_window,
        external_labels: facts.external_labels,
        clock_offset,
    }
}
