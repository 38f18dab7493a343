//! What is said of snapshots: a list, one of them, whether they are whole, which went.

mod restore;

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::backup::capture::Captured;
use crate::backup::manifest::Manifest;
use crate::backup::repository::prune::Pruned;
use crate::backup::repository::verify::Verdict;
use crate::backup::repository::{SnapshotName, Written};
pub use restore::{Restored, Undone};

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.backup/v1";

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BackupFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// A snapshot in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which one.
    pub name: SnapshotName,
    /// What it holds; none if that cannot be read.
    pub manifest: Option<Manifest>,
    /// When all of it was last read, and was right.
    pub verified: Option<Timestamp>,
}

/// What a snapshot holds, in numbers.
struct Summary {
    blocks: usize,
    samples: u64,
    size: u64,
    range: Option<(i64, i64)>,
}

impl Summary {
    fn of(manifest: &Manifest) -> Self {
        let blocks = || manifest.replicas.iter().flat_map(|replica| &replica.blocks);
        Self {
            blocks: blocks().count(),
            samples: blocks().map(|block| block.samples).sum(),
            size: manifest.size(),
            range: manifest.time_range(),
        }
    }

    fn json(&self) -> Value {
        let (from, to) = self.range.map_or((None, None), |(from, to)| (Some(time(from)), Some(time(to))));
        json!({"blocks": self.blocks, "samples": self.samples, "bytes": self.size, "from": from, "to": to})
    }
}

/// A list of snapshots, oldest first.
pub fn list(format: BackupFormat, listed: &[Listed]) -> String {
    if format == BackupFormat::Json {
        let snapshots = listed.iter().map(|listed| {
            let holds = listed.manifest.as_ref().map(|manifest| Summary::of(manifest).json());
            let mut value = name_json(&listed.name);
            value["holds"] = holds.unwrap_or_default();
            value["verified"] = listed.verified.map(|time| time.to_string()).into();
            value
        });
        return report("list", json!({"snapshots": snapshots.collect::<Vec<_>>()}));
    }
    let mut rows =
        vec![["SNAPSHOT", "BLOCKS", "SAMPLES", "SIZE", "FROM", "TO", "VERIFIED"].map(str::to_owned)];
    for listed in listed {
        let unknown = || "?".to_owned();
        let summary = listed.manifest.as_ref().map(Summary::of);
        let number = |value: fn(&Summary) -> String| summary.as_ref().map_or_else(unknown, value);
        let end = |value: fn((i64, i64)) -> i64| {
            summary.as_ref().map_or_else(unknown, |summary| {
                summary.range.map_or_else(|| "-".to_owned(), |range| time(value(range)))
            })
        };
        rows.push([
            listed.name.to_string(),
            number(|summary| summary.blocks.to_string()),
            number(|summary| summary.samples.to_string()),
            number(|summary| bytes(summary.size)),
            end(|range| range.0),
            end(|range| range.1),
            listed.verified.map_or_else(|| "never".to_owned(), |time| time.strftime("%F").to_string()),
        ]);
    }
    if listed.is_empty() { "no snapshots\n".to_owned() } else { table(&rows) }
}

/// One snapshot.
pub fn show(format: BackupFormat, name: &SnapshotName, manifest: &Manifest) -> String {
    if format == BackupFormat::Json {
        return report("show", json!({"snapshot": name.to_string(), "manifest": manifest}));
    }
    let mut text = format!("{name}\n  {}\n", summary(manifest));
    let source = &manifest.source;
    let release =
        source.prometheus.as_ref().map_or(String::new(), |release| format!(", Prometheus {release}"));
    let _ = writeln!(text, "  from {}{release}, by {}", source.node, manifest.tool);
    for replica in &manifest.replicas {
        let _ = writeln!(
            text,
            "\n{}: by {}, nothing later than {}",
            replica.name,
            replica.capture.name(),
            time(replica.cut)
        );
        for block in &replica.blocks {
            let (from, to) = (time(block.min_time), time(block.max_time));
            let size = block.files.iter().map(|file| file.size).sum();
            let samples = counted(block.samples, "sample");
            let _ = writeln!(text, "  {}  {from} to {to}  {samples}, {}", block.ulid, bytes(size));
        }
        if !replica.head.is_empty() {
            let size = replica.head.iter().map(|file| file.size).sum();
            let _ = writeln!(text, "  head: {}, {}", counted(replica.head.len() as u64, "file"), bytes(size));
        }
    }
    if let Some(state) = &manifest.alertmanager {
        let silences = counted(state.current as u64, "silence");
        let _ =
            writeln!(text, "\nalertmanager: {silences} that are not over, Alertmanager {}", state.version);
    }
    for file in &manifest.alertmanager_files {
        let _ = writeln!(text, "alertmanager: its file {}, {}", file.path, bytes(file.size));
    }
    if let Some(grafana) = &manifest.grafana {
        let counts = grafana.counts.iter().map(|(kind, count)| format!("{count} {kind}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let counts = if counts.is_empty() { "nothing beyond files" } else { &counts };
        let _ = writeln!(text, "\ngrafana: {counts}, Grafana {}", grafana.version);
        for name in &grafana.secrets {
            let _ = writeln!(text, "  without the value of {name}");
        }
    }
    text + &left_out(manifest)
}

/// A snapshot that was just made.
pub fn captured(format: BackupFormat, captured: &Captured, written: Written) -> String {
    let Captured { name, manifest } = captured;
    if format == BackupFormat::Json {
        let mut value = name_json(name);
        value["holds"] = Summary::of(manifest).json();
        value["capture"] = manifest.replicas.iter().map(|replica| replica.capture.name()).collect();
        value["written"] = json!({"blobs": written.blobs, "bytes": written.bytes});
        value["leftOut"] = json!(manifest.left_out);
        value["merkleRoot"] = manifest.merkle_root.clone().into();
        return report("create", value);
    }
    let new = counted(written.blobs as u64, "new blob");
    format!(
        "{name}\n  {}\n  wrote {new}, {}\n{}",
        summary(manifest),
        bytes(written.bytes),
        left_out(manifest)
    )
}

/// Whether snapshots are whole.
pub fn verify(format: BackupFormat, verdicts: &[Verdict], has_read: bool) -> String {
    if format == BackupFormat::Json {
        let snapshots = verdicts.iter().map(|verdict| {
            let mut value = name_json(&verdict.name);
            value["files"] = verdict.files.into();
            value["bytes"] = verdict.bytes.into();
            value["damages"] = verdict.damages.clone().into();
            value
        });
        return report("verify", json!({"snapshots": snapshots.collect::<Vec<_>>(), "readData": has_read}));
    }
    let mut text = String::new();
    for verdict in verdicts {
        let how = if has_read { "every byte is right" } else { "everything is there" };
        let (files, size) = (counted(verdict.files as u64, "file"), bytes(verdict.bytes));
        if verdict.damages.is_empty() {
            let _ = writeln!(text, "{}: {how} ({files}, {size})", verdict.name);
        }
        for damage in &verdict.damages {
            let _ = writeln!(text, "{}: {damage}", verdict.name);
        }
    }
    if verdicts.is_empty() { "no snapshots\n".to_owned() } else { text }
}

/// Which snapshots went, or would.
pub fn prune(format: BackupFormat, pruned: &Pruned, is_dry: bool) -> String {
    if format == BackupFormat::Json {
        let kept = pruned.kept.iter().map(|(name, why)| json!({"snapshot": name.to_string(), "why": why}));
        let removed = pruned.removed.iter().map(ToString::to_string);
        return report(
            "prune",
            json!({
                "dryRun": is_dry,
                "kept": kept.collect::<Vec<_>>(),
                "removed": removed.collect::<Vec<_>>(),
                "blobs": {"marked": pruned.marked, "removed": pruned.swept, "bytes": pruned.swept_bytes},
            }),
        );
    }
    let mut text = String::new();
    for (name, why) in &pruned.kept {
        let _ = writeln!(text, "keep    {name}  {}", why.join(", "));
    }
    for name in &pruned.removed {
        let _ = writeln!(text, "remove  {name}");
    }
    let (kept, removed) = (pruned.kept.len() as u64, pruned.removed.len() as u64);
    let (marked, swept) = (pruned.marked as u64, pruned.swept as u64);
    let _ = writeln!(
        text,
        "{}{} kept, {removed} removed; {} of no use from now on, {swept} of no use for two days removed ({})",
        if is_dry { "would be: " } else { "" },
        counted(kept, "snapshot"),
        counted(marked, "blob"),
        bytes(pruned.swept_bytes)
    );
    text
}

fn summary(manifest: &Manifest) -> String {
    let Summary { blocks, samples, size, range } = Summary::of(manifest);
    let range = range.map_or(String::new(), |(from, to)| format!(", {} to {}", time(from), time(to)));
    format!("{}, {}, {}{range}", counted(blocks as u64, "block"), counted(samples, "sample"), bytes(size))
}

fn left_out(manifest: &Manifest) -> String {
    manifest.left_out.iter().fold(String::new(), |mut text, left_out| {
        let _ = writeln!(text, "  left out: {}: {}", left_out.what, left_out.reason);
        text
    })
}

fn name_json(name: &SnapshotName) -> Value {
    json!({"snapshot": name.to_string(), "cluster": name.cluster, "created": name.created.to_string()})
}

fn report(command: &str, content: Value) -> String {
    let mut value = json!({"schema": SCHEMA, "command": command});
    if let (Value::Object(all), Value::Object(content)) = (&mut value, content) {
        all.extend(content);
    }
    format!("{value:#}\n")
}

/// Columns, each as wide as its widest cell.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    rows.iter().fold(String::new(), |mut text, row| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        text
    })
}

/// A number of something: `1 block`, `2 blocks`.
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A time as people read it, in UTC.
fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| milliseconds.to_string(), |time| time.strftime("%FT%TZ").to_string())
}

/// A size with three digits.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut rest = size as f64 / 1024.0;
    let mut unit = 0;
    while rest >= 1000.0 && unit + 1 < UNITS.len() {
        rest /= 1024.0;
        unit += 1;
    }
    let digits = if rest < 10.0 { 2 } else { usize::from(rest < 100.0) };
    format!("{rest:.digits$} {}", UNITS[unit])
}
