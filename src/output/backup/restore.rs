//! What was restored, or would be.

use std::fmt::Write as _;

use serde_json::json;

use super::{BackupFormat, bytes, counted, report};
use crate::backup::alertmanager::Silences;
use crate::backup::repository::SnapshotName;
use crate::backup::restore::{Fate, Plan};

/// A restore that was done, or would be.
#[derive(Clone, Copy, Debug)]
pub struct Restored<'r> {
    /// Which snapshot.
    pub name: &'r SnapshotName,
    /// What became of its blocks.
    pub plan: &'r Plan<'r>,
    /// What became of its silences, if somebody wanted them.
    pub silences: Option<&'r Silences>,
    /// The files that Alertmanager's data folder got.
    pub alertmanager_files: &'r [String],
    /// Whether nothing was done.
    pub is_dry: bool,
}

impl Restored<'_> {
    /// As text.
    pub fn print(&self, format: BackupFormat) -> String {
        match format {
            BackupFormat::Text => self.text(),
            BackupFormat::Json => self.json(),
        }
    }

    fn text(&self) -> String {
        let Self { name, plan, .. } = self;
        let number = |fate| counted(self.of(fate).count() as u64, "block");
        let mut text = format!("{name} {}\n", if self.is_dry { "would be restored" } else { "is restored" });
        let (samples, size) = (counted(self.samples(), "sample"), bytes(self.size()));
        let _ = writeln!(text, "  {}, {samples}, {size}", number(Fate::Restored));
        if plan.with_head {
            let _ = writeln!(text, "  and the log of the server");
        }
        for (fate, words) in [(Fate::There, "there already"), (Fate::LeftOut, "left out")] {
            if self.of(fate).next().is_some() {
                let _ = writeln!(text, "  {words}: {}", number(fate));
            }
        }
        if let Some(silences) = self.silences {
            let restored = counted(silences.restored as u64, "silence");
            let _ = writeln!(text, "  {restored}, {} there already, {} over", silences.there, silences.over);
            for (id, message) in &silences.refused {
                let _ = writeln!(text, "  silence {id} is not taken: {message}");
            }
        }
        if !self.alertmanager_files.is_empty() {
            let _ = writeln!(text, "  files of Alertmanager: {}", self.alertmanager_files.join(", "));
        }
        text
    }

    fn json(&self) -> String {
        let Self { name, plan, .. } = self;
        let names = |fate| self.of(fate).map(|ulid| ulid.to_string()).collect::<Vec<_>>();
        let warnings = plan.findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        let silences = self.silences.map(|silences| {
            let refused = silences.refused.iter().map(|(id, message)| json!({"id": id, "message": message}));
            json!({
                "restored": silences.restored,
                "there": silences.there,
                "over": silences.over,
                "refused": refused.collect::<Vec<_>>(),
            })
        });
        report(
            "restore",
            json!({
                "snapshot": name.to_string(),
                "replica": plan.replica.name,
                "dryRun": self.is_dry,
                "restored": names(Fate::Restored),
                "there": names(Fate::There),
                "leftOut": names(Fate::LeftOut),
                "head": plan.with_head,
                "samples": self.samples(),
                "bytes": self.size(),
                "silences": silences,
                "alertmanagerFiles": self.alertmanager_files,
                "warnings": warnings,
            }),
        )
    }

    fn of(&self, fate: Fate) -> impl Iterator<Item = crate::tsdb::Ulid> {
        self.plan.blocks.iter().filter(move |(_, of_block)| *of_block == fate).map(|(block, _)| block.ulid)
    }

    fn samples(&self) -> u64 {
        self.plan.chosen().map(|block| block.samples).sum()
    }

    fn size(&self) -> u64 {
        self.plan.chosen().flat_map(|block| &block.files).map(|file| file.size).sum()
    }
}

/// A restore that was undone, or would be.
#[derive(Clone, Copy, Debug)]
pub struct Undone<'r> {
    /// Of which snapshot.
    pub name: &'r SnapshotName,
    /// How many blocks went.
    pub blocks: usize,
    /// How many silences were ended.
    pub silences: usize,
    /// Whether nothing was done.
    pub is_dry: bool,
}

impl Undone<'_> {
    /// As text.
    pub fn print(&self, format: BackupFormat) -> String {
        let Self { name, blocks, silences, is_dry } = self;
        if format == BackupFormat::Json {
            let undone = json!({"blocks": blocks, "silences": silences});
            return report(
                "restore",
                json!({"snapshot": name.to_string(), "dryRun": is_dry, "undone": undone}),
            );
        }
        let words = if *is_dry { "would be taken away again" } else { "is taken away again" };
        let (blocks, silences) = (counted(*blocks as u64, "block"), counted(*silences as u64, "silence"));
        format!("{name} {words}\n  {blocks}, {silences}\n")
    }
}
