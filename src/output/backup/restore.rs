//! What was restored, or would be.

use std::fmt::Write as _;

use serde_json::json;

use super::{BackupFormat, bytes, counted, report};
use crate::backup::alertmanager::Silences;
use crate::backup::grafana;
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
    /// What became of Grafana's objects, if somebody wanted them.
    pub grafana: Option<&'r grafana::Restored>,
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
        text + &self.grafana.map(of_grafana).unwrap_or_default()
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
        let grafana = self.grafana.map(|grafana| {
            let failed =
                grafana.failed.iter().map(|(place, message)| json!({"object": place, "message": message}));
            json!({
                "made": grafana.made,
                "there": grafana.there,
                "different": grafana.different,
                "failed": failed.collect::<Vec<_>>(),
                "needs": grafana.needs,
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
                "grafana": grafana,
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

fn of_grafana(grafana: &grafana::Restored) -> String {
    let made = counted(grafana.made.len() as u64, "object");
    let mut text = format!("  {made} of Grafana, {} there already\n", grafana.there);
    for place in &grafana.different {
        let _ = writeln!(text, "  {place} is another one there, which is left as it is");
    }
    for (place, message) in &grafana.failed {
        let _ = writeln!(text, "  {place} is not taken: {message}");
    }
    if !grafana.needs.is_empty() {
        let needed = counted(grafana.needs.len() as u64, "secret value");
        let _ = writeln!(text, "  Grafana needs {needed} (--grafana-secrets, or its pages):");
        for name in &grafana.needs {
            let _ = writeln!(text, "    {name}");
        }
    }
    text
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
    /// What went of Grafana.
    pub grafana: &'r grafana::TakenBack,
    /// Whether nothing was done.
    pub is_dry: bool,
}

impl Undone<'_> {
    /// As text.
    pub fn print(&self, format: BackupFormat) -> String {
        let Self { name, blocks, silences, grafana, is_dry } = self;
        if format == BackupFormat::Json {
            let grafana = json!({"removed": grafana.removed.len(), "left": grafana.left});
            let undone = json!({"blocks": blocks, "silences": silences, "grafana": grafana});
            return report(
                "restore",
                json!({"snapshot": name.to_string(), "dryRun": is_dry, "undone": undone}),
            );
        }
        let words = if *is_dry { "would be taken away again" } else { "is taken away again" };
        let (blocks, silences) = (counted(*blocks as u64, "block"), counted(*silences as u64, "silence"));
        let mut text = format!("{name} {words}\n  {blocks}, {silences}\n");
        if !grafana.removed.is_empty() {
            let _ = writeln!(text, "  {} of Grafana", counted(grafana.removed.len() as u64, "object"));
        }
        for place in &grafana.left {
            let _ = writeln!(
                text,
                "  {place} is left: somebody has changed it, or it holds something else by now"
            );
        }
        text
    }
}
