//! Writing a snapshot into the data folder of a stack, so that nothing that is there is lost.
//!
//! Files are staged beside the blocks, where the server does not look, and held against their digests; each block is
//! verified there, and gets its name in one step. A run that dies leaves whole blocks or none; the next one goes on.

mod activate;
mod record;
mod relabel;
mod scratch;
mod stage;
mod take_back;
mod target;

use std::collections::BTreeSet;

use super::capture::Progress;
use super::manifest::{BlockEntry, Manifest, Replica};
use super::node::Node;
pub use super::preflight::Level;
pub use super::preflight::Target;
use super::preflight::{self, Finding};
use super::prometheus::Retention;
use super::repository::{Lease, LeaseKind, Repository, SnapshotName};
use super::{BackupError, Failure};
use crate::tsdb::Ulid;
pub use record::Record;
pub use relabel::{Label, Relabel, Relabelled, relabel};
pub use take_back::{TakeBack, TakenBack};
pub use target::{compare, look};

/// What is to be restored, and how.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// The replica; none if the snapshot has only one.
    pub replica: Option<&'o str>,
    /// Whether there is a Prometheus to ask.
    pub has_prometheus: bool,
    /// How much a server that does not run will keep.
    pub retention: Option<Retention>,
    /// Whether blocks that the server would remove at once are left out.
    pub trim: bool,
    /// Blocks that end before this millisecond are left out.
    pub min_time: Option<i64>,
    /// Whether nobody keeps a journal of it: it ends only when a server that runs has loaded the blocks, and writes down
    /// what it gave.
    pub is_alone: bool,
}

impl Options<'_> {
    /// For those who only want to know what is there.
    pub fn to_look(has_prometheus: bool) -> Self {
        Self { replica: None, has_prometheus, retention: None, trim: false, min_time: None, is_alone: false }
    }
}

/// What becomes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is written.
    Restored,
    /// The target has it, by this name or as part of another block.
    There,
    /// The target would remove it at once, or nobody wants it.
    LeftOut,
}

/// What would be done, and what speaks against it.
#[derive(Clone, Debug)]
pub struct Plan<'m> {
    /// The replica whose blocks they are.
    pub replica: &'m Replica,
    /// The blocks, oldest first, with what becomes of each.
    pub blocks: Vec<(&'m BlockEntry, Fate)>,
    /// Whether the head of a stopped server is restored with them.
    pub with_head: bool,
    /// What is known of the target.
    pub target: Target,
    /// What does not hold; nothing is done if one of them is a refusal.
    pub findings: Vec<Finding>,
    /// What the target calls the silences that it was given before, for whoever takes everything away again.
    pub silences: BTreeSet<String>,
    is_alone: bool,
}

/// What a restore works with.
struct Run<'r> {
    node: &'r dyn Node,
    repository: &'r Repository,
    lease: &'r Lease<'r>,
    progress: &'r dyn Progress,
    /// Where files are until they have their names.
    staging: String,
}

impl<'m> Plan<'m> {
    /// The blocks that are written.
    pub fn chosen(&self) -> impl Iterator<Item = &'m BlockEntry> {
        self.blocks.iter().filter(|(_, fate)| *fate == Fate::Restored).map(|(block, _)| *block)
    }

    /// Whether nothing speaks against it.
    pub fn is_allowed(&self) -> bool {
        self.findings.iter().all(|finding| finding.level < Level::Refused)
    }
}

/// What [`run`] would do; nothing is changed anywhere.
pub fn plan<'m>(
    node: &dyn Node,
    repository: &Repository,
    manifest: &'m Manifest,
    options: &Options<'_>,
) -> Result<Plan<'m>, BackupError> {
    let replica = choose(manifest, options.replica)?;
    let target = look(node, options, repository.now().as_millisecond())?;
    let there = target::contents(node, &target, &replica.blocks)?;
    let mut wanted: Vec<&BlockEntry> = replica
        .blocks
        .iter()
        .filter(|block| !there.contains(&block.ulid))
        .filter(|block| options.min_time.is_none_or(|from| block.max_time > from))
        .collect();
    if options.trim {
        wanted = preflight::kept(&wanted, &target);
    }
    let mut findings = preflight::check(&wanted, &target);
    let with_head = !replica.head.is_empty() && !target.is_running && !target.has_head;
    if !replica.head.is_empty() && !with_head && !target::has_files(node, &replica.head)? {
        findings.push(head_is_left_out());
    }
    let wanted: BTreeSet<Ulid> = wanted.iter().map(|block| block.ulid).collect();
    let fate = |block: &BlockEntry| match () {
        () if there.contains(&block.ulid) => Fate::There,
        () if wanted.contains(&block.ulid) => Fate::Restored,
        () => Fate::LeftOut,
    };
    let blocks = replica.blocks.iter().map(|block| (block, fate(block))).collect();
    let (silences, is_alone) = (BTreeSet::new(), options.is_alone);
    Ok(Plan { replica, blocks, with_head, target, findings, silences, is_alone })
}

/// Does what the plan says, unless something speaks against it.
pub fn run(
    node: &dyn Node,
    repository: &Repository,
    snapshot: (&SnapshotName, &Plan<'_>),
    holder: &str,
    progress: &dyn Progress,
) -> Result<(), BackupError> {
    let (name, plan) = snapshot;
    if let Some(finding) = plan.findings.iter().find(|finding| finding.level == Level::Refused) {
        return Err(BackupError::new(Failure::Forbidden, node.describe(), finding.to_string())
            .hint(finding.hint.clone()));
    }
    let lease = repository.lease(LeaseKind::Shared, holder)?;
    let _alone = node.lock()?;
    if !plan.silences.is_empty() {
        Record { silences: plan.silences.clone(), ..Record::default() }.add(node, name)?;
    }
    let staging = format!("{}/{name}", stage::FOLDER);
    let run = Run { node, repository, lease: &lease, progress, staging };
    let result = stage::stage(&run, plan)
        .and_then(|()| record(node, name, plan))
        .and_then(|()| activate::activate(&run, plan));
    // Whole blocks have their names by now; what is left is of no use to anybody.
    let cleared = node.remove_folder(stage::FOLDER);
    result.and(cleared)
}

/// Writes down what is about to be given.
fn record(node: &dyn Node, name: &SnapshotName, plan: &Plan<'_>) -> Result<(), BackupError> {
    let blocks: BTreeSet<Ulid> = plan.chosen().map(|block| block.ulid).collect();
    if !plan.is_alone || (blocks.is_empty() && !plan.with_head) {
        return Ok(());
    }
    let theirs = plan.target.blocks.iter();
    let theirs: BTreeSet<Ulid> =
        theirs.flat_map(|meta| meta.compaction.sources.iter().chain([&meta.ulid])).copied().collect();
    let sources = plan.chosen().flat_map(|block| &block.sources);
    let kept = sources.filter(|source| theirs.contains(source)).copied().collect();
    Record { blocks, kept, has_head: plan.with_head, ..Record::default() }.add(node, name)
}

fn choose<'m>(manifest: &'m Manifest, name: Option<&str>) -> Result<&'m Replica, BackupError> {
    let names: Vec<&str> = manifest.replicas.iter().map(|replica| replica.name.as_str()).collect();
    let wrong = |message: String| {
        BackupError::new(Failure::Missing, "snapshot", message)
            .hint(format!("name one with --replica: {}", names.join(", ")))
    };
    match (name, manifest.replicas.as_slice()) {
        (None, [replica]) => Ok(replica),
        (None, _) => Err(wrong(format!("has {} replicas", names.len()))),
        (Some(name), replicas) => replicas
            .iter()
            .find(|replica| replica.name == name)
            .ok_or_else(|| wrong(format!("has no replica `{name}`"))),
    }
}

fn head_is_left_out() -> Finding {
    Finding {
        id: "PF12-own-samples",
        level: Level::Warning,
        message:
            "the snapshot has the log of a server that did not run, and this one has its own: the samples of \
                  the last hours are left out"
                .to_owned(),
        hint: "restore into an empty folder to have them".to_owned(),
    }
}
