//! What is to be done, and what speaks against it, before anything is.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Facts, History};
use crate::backup::manifest::{BlockEntry, FileEntry};
use crate::backup::node::Node;
use crate::backup::preflight::{self, Finding, Level};
use crate::backup::restore::{self, Target};
use crate::backup::{BackupError, Failure, grafana, prometheus};

/// The only version of plans that there is.
pub const SCHEMA: &str = "stackgen.migration/v1";
/// What a server needs to write its snapshot: a segment that it reserves, and some.
const SNAPSHOT_SPACE: u64 = 600 << 20;
/// A target may begin this much before its source: clocks, and the first scrape.
const TOLERANCE: i64 = 2 * 3_600_000;
/// Both sides have series of the same labels.
pub(super) const COLLISION: &str = "PF10-collision";
/// What somebody may decide to live with; everything else would lose samples.
const ACCEPTABLE: [&str; 2] = ["PF10", "PF27"];

/// How data is to move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Whether blocks that the target would remove at once are left out.
    pub trim: bool,
    /// Blocks that end before this millisecond are left out.
    pub min_time: Option<i64>,
    /// The configuration of the source's Prometheus, which is changed so that it takes no more samples; without one it
    /// goes on.
    pub configuration: Option<PathBuf>,
    /// Checks that need not hold, such as `PF10`.
    pub accepted: Vec<String>,
    /// The file with the values of Grafana's secret fields.
    #[serde(default)]
    pub grafana_secrets: Option<PathBuf>,
    /// The folder with `stackgen.yaml`, or without one.
    pub workspace: PathBuf,
    /// The tree that the target's files are rendered into; none if that is somebody else's work.
    pub tree: Option<PathBuf>,
}

/// One of the two stacks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// What the cluster is called.
    pub name: String,
    /// How the command line reaches it: addresses and files, no secret.
    pub place: Value,
    /// What has to be the same when the plan is applied.
    pub facts: Facts,
    /// What it has.
    pub history: History,
}

/// A check that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Such as `PF07-retention`.
    pub id: String,
    /// Whether nothing is done because of it.
    pub is_refused: bool,
    /// What is so, and what was expected.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What is to be done. Two plans of stacks that did not change are the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// Where data comes from.
    pub from: Side,
    /// Where it goes.
    pub to: Side,
    /// How.
    pub options: Options,
    /// What does not hold; nothing is done if one of them is a refusal.
    pub remarks: Vec<Remark>,
}

/// A side that can be asked.
#[derive(Clone, Copy)]
pub struct Reached<'n> {
    /// What the cluster is called.
    pub name: &'n str,
    /// Its servers and its data folder.
    pub node: &'n dyn Node,
    /// Whether there is an Alertmanager to ask.
    pub has_alertmanager: bool,
    /// Whether there is a Grafana to ask.
    pub has_grafana: bool,
    /// How the command line reaches it.
    pub place: &'n Value,
}

/// A side, with what is looked at and not kept.
struct Looked {
    side: Side,
    found: Target,
    free: Option<u64>,
    failures: f64,
}

impl Default for Plan {
    fn default() -> Self {
        let (from, to) = (Side::default(), Side::default());
        Self { schema: SCHEMA.to_owned(), from, to, options: Options::default(), remarks: Vec::new() }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.id, self.message)
    }
}

impl Plan {
    /// Looks at both sides; nothing is changed. `now` is ours, in milliseconds.
    pub fn make(from: Reached<'_>, to: Reached<'_>, options: Options, now: i64) -> Result<Self, BackupError> {
        check_names(from, to)?;
        check_accepted(&options)?;
        let (source, target) = (look(from, now)?, look(to, now)?);
        let mut findings = incoming(from.node, &source, &target, &options)?;
        findings.extend(ladder(&source));
        findings.extend(space(&source));
        findings.extend(health(&source));
        findings.extend(direction(&source, &target));
        findings.extend(collision(from.node, to.node)?);
        findings.extend(quiet(&source, &options));
        if from.has_grafana && to.has_grafana {
            findings.extend(secrets(from.node, &options)?);
        }
        let mut remarks: Vec<Remark> =
            findings.into_iter().map(|finding| remark(finding, &options)).collect();
        remarks.sort_by_key(|remark| !remark.is_refused);
        Ok(Self { from: source.side, to: target.side, options, remarks, ..Self::default() })
    }

    /// Whether nothing speaks against it.
    pub fn is_allowed(&self) -> bool {
        self.remarks.iter().all(|remark| !remark.is_refused)
    }

    /// In what the stacks are not as the plan has them.
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let of = |then: &Side, now: &Side| {
            let differences = then.facts.differences(&now.facts);
            differences.into_iter().map(|text| format!("{}: {text}", then.name)).collect::<Vec<_>>()
        };
        [of(&self.from, &now.from), of(&self.to, &now.to)].concat()
    }

    /// Its text.
    pub fn to_json(&self) -> Result<Vec<u8>, BackupError> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| BackupError::new(Failure::Other, "plan", error.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a text.
    pub fn of_json(place: &str, text: &[u8]) -> Result<Self, BackupError> {
        let wrong = |message: String| {
            BackupError::new(Failure::Content, place, message)
                .hint("`stackgen migrate plan --out FILE` writes one")
        };
        let plan: Self =
            serde_json::from_slice(text).map_err(|error| wrong(format!("is no plan: {error}")))?;
        if plan.schema != SCHEMA {
            return Err(wrong(format!("has the schema {:?}, expected {SCHEMA:?}", plan.schema)));
        }
        Ok(plan)
    }
}

fn check_names(from: Reached<'_>, to: Reached<'_>) -> Result<(), BackupError> {
    let same = |what: &str| {
        Err(BackupError::new(Failure::Path, "PF01-sides", format!("both sides {what}"))
            .hint("--from names the stack that has the data, --to the one that gets it"))
    };
    if from.name == to.name {
        return same(&format!("are called `{}`", from.name));
    }
    if from.node.describe() == to.node.describe() {
        return same(&format!("have the same data: {}", from.node.describe()));
    }
    Ok(())
}

fn check_accepted(options: &Options) -> Result<(), BackupError> {
    let Some(wrong) = options.accepted.iter().find(|id| !ACCEPTABLE.contains(&id.as_str())) else {
        return Ok(());
    };
    let message = format!("cannot be accepted; {} can", ACCEPTABLE.join(" and "));
    Err(BackupError::new(Failure::Path, wrong, message))
}

fn look(reached: Reached<'_>, now: i64) -> Result<Looked, BackupError> {
    let node = reached.node;
    let (found, loads) =
        (restore::look(node, &restore::Options::to_look(true), now)?, prometheus::loads(node)?);
    let side = Side {
        name: reached.name.to_owned(),
        place: reached.place.clone(),
        facts: Facts::of(node, reached.has_alertmanager, reached.has_grafana)?,
        history: History::of(node, &found, &loads)?,
    };
    Ok(Looked { side, found, free: node.free_space(), failures: loads.failed + loads.compactions_failed })
}

/// What speaks against writing the source's blocks into the target, as far as it is known before they are captured.
fn incoming(
    node: &dyn Node,
    source: &Looked,
    target: &Looked,
    options: &Options,
) -> Result<Vec<Finding>, BackupError> {
    let files = node.list("")?;
    let entry = |meta: &crate::tsdb::Meta| {
        let name = format!("{}/", meta.ulid);
        let files = files.iter().filter(|file| file.path.starts_with(&name));
        let files =
            files.map(|file| FileEntry { path: file.path.clone(), size: file.size, ..FileEntry::default() });
        BlockEntry {
            ulid: meta.ulid,
            min_time: meta.min_time,
            max_time: meta.max_time,
            level: meta.compaction.level,
            sources: meta.compaction.sources.clone(),
            samples: meta.stats.num_samples,
            series: meta.stats.num_series,
            encodings: Vec::new(),
            metrics: String::new(),
            files: files.collect(),
        }
    };
    let there: Vec<_> = target.found.blocks.iter().map(|meta| meta.ulid).collect();
    let is_wanted = |block: &BlockEntry| {
        options.min_time.is_none_or(|from| block.max_time > from) && !there.contains(&block.ulid)
    };
    let blocks: Vec<BlockEntry> = source.found.blocks.iter().map(entry).filter(is_wanted).collect();
    let mut blocks: Vec<&BlockEntry> = blocks.iter().collect();
    if options.trim {
        blocks = preflight::kept(&blocks, &target.found);
    }
    Ok(preflight::check(&blocks, &target.found))
}

fn ladder(source: &Looked) -> Option<Finding> {
    (!source.found.admin_api).then(|| Finding {
        id: "PF04-admin-api",
        level: Level::Warning,
        message: "the source makes no snapshots: everything is read through its API, which takes longer"
            .to_owned(),
        hint: "start it with --web.enable-admin-api".to_owned(),
    })
}

fn space(source: &Looked) -> Option<Finding> {
    let free = source.free.filter(|free| *free < SNAPSHOT_SPACE && source.found.admin_api)?;
    Some(Finding {
        id: "PF05-snapshot-space",
        level: Level::Refused,
        message: format!(
            "{} MiB are free where the source has its data, and a snapshot needs {}",
            free >> 20,
            SNAPSHOT_SPACE >> 20
        ),
        hint: "make the volume larger; a snapshot that finds no space is left there in parts".to_owned(),
    })
}

fn health(source: &Looked) -> Option<Finding> {
    (source.failures > 0.0).then(|| Finding {
        id: "PF16-blocks",
        level: Level::Warning,
        message: "the source could not load or put together some of its blocks since it started".to_owned(),
        hint: "look at its log".to_owned(),
    })
}

/// Whoever mixes up the two sides would fill the old stack with what the new one has, and switch the new one off.
fn direction(source: &Looked, target: &Looked) -> Option<Finding> {
    let (from, to) = (source.side.history.oldest, target.side.history.oldest?);
    let is_older = from.is_none_or(|from| to < from - TOLERANCE);
    is_older.then(|| Finding {
        id: "PF27-direction",
        level: Level::Refused,
        message: format!(
            "{} has older samples than {}, which is to be moved",
            target.side.name, source.side.name
        ),
        hint: "are --from and --to the wrong way round? Otherwise: --accept PF27".to_owned(),
    })
}

/// Grafana gives no password away.
fn secrets(source: &dyn Node, options: &Options) -> Result<Option<Finding>, BackupError> {
    let secrets = grafana::secrets(source)?;
    let is_told = secrets.is_empty() || options.grafana_secrets.is_some();
    Ok((!is_told).then(|| Finding {
        id: "PF20-secrets",
        level: Level::Warning,
        message: format!("Grafana does not give out {} secret values: {}", secrets.len(), secrets.join(", ")),
        hint: "name a file with them, --grafana-secrets FILE, or write them into the target's pages"
            .to_owned(),
    }))
}

/// Two stacks that scrape something under the same labels at the same time make one series of it.
fn collision(source: &dyn Node, target: &dyn Node) -> Result<Option<Finding>, BackupError> {
    let of_target = prometheus::live_series(target, "up")?;
    let both = prometheus::live_series(source, "up")?;
    let both: Vec<_> = both.intersection(&of_target).collect();
    let Some(first) = both.first() else { return Ok(None) };
    let labels: Vec<String> = first
        .iter()
        .filter(|(name, _)| *name != "__name__")
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    Ok(Some(Finding {
        id: COLLISION,
        level: Level::Refused,
        message: format!(
            "both sides scrape {} targets under the same labels, such as {{{}}}: their samples would become one series",
            both.len(),
            labels.join(", ")
        ),
        hint: "give the targets of one side another label, or move the samples under a label of their own: \
               `stackgen backup`, then `stackgen restore --label cluster=NAME`; if both do scrape the same thing: \
               --accept PF10"
            .to_owned(),
    }))
}

fn quiet(source: &Looked, options: &Options) -> Option<Finding> {
    let Some(configuration) = &options.configuration else {
        return Some(Finding {
            id: "PF28-quiesce",
            level: Level::Warning,
            message: "the source goes on taking samples, and what it takes after the cutover stays there"
                .to_owned(),
            hint: "name its configuration, so that it can be told to stop: --from-configuration FILE"
                .to_owned(),
        });
    };
    if !source.side.facts.lifecycle {
        return Some(Finding {
            id: "PF28-quiesce",
            level: Level::Refused,
            message: "the source cannot be told to read its configuration again".to_owned(),
            hint: "start it with --web.enable-lifecycle, or let it go on: without --from-configuration"
                .to_owned(),
        });
    }
    (!configuration.is_file()).then(|| Finding {
        id: "PF28-quiesce",
        level: Level::Refused,
        message: format!("{} is no file", configuration.display()),
        hint: "name the file that the source's Prometheus was started with".to_owned(),
    })
}

fn remark(finding: Finding, options: &Options) -> Remark {
    let is_accepted = options.accepted.iter().any(|id| finding.id.starts_with(&format!("{id}-")));
    Remark {
        id: finding.id.to_owned(),
        is_refused: finding.level == Level::Refused && !is_accepted,
        message: finding.message,
        hint: finding.hint,
    }
}
