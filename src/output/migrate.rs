//! What is said of migrations: the plan, how far a run is, whether both sides are equal, what was undone.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::BackupFormat;
use super::backup::{bytes, counted};
use crate::backup::BackupError;
use crate::migrate::{Journal, Outcome, Phase, Plan, RolledBack, Side, State, Verification};

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.migrate/v1";

/// A plan. The JSON is what `apply` reads.
pub fn migration_plan(format: BackupFormat, plan: &Plan) -> Result<String, BackupError> {
    if format == BackupFormat::Json {
        return Ok(String::from_utf8_lossy(&plan.to_json()?).into_owned());
    }
    let mut text = format!("from {}, {}\n", plan.from.name, side(&plan.from));
    let _ = writeln!(text, "to   {}, {}", plan.to.name, side(&plan.to));
    for phase in Phase::ALL {
        let _ = writeln!(text, "  {phase:<15} {}", purpose(phase, plan));
    }
    Ok(text)
}

fn side(side: &Side) -> String {
    let history = &side.history;
    let since = history
        .oldest
        .map_or_else(|| "no samples".to_owned(), |oldest| format!("samples since {}", shown_time(oldest)));
    let blocks = counted(history.blocks as u64, "block");
    format!("Prometheus {}: {blocks}, {}, {since}", side.facts.prometheus, bytes(history.bytes))
}

fn purpose(phase: Phase, plan: &Plan) -> &'static str {
    match phase {
        Phase::Render if plan.options.tree.is_none() => "the tree is left alone",
        Phase::Quiesce if plan.options.configuration.is_none() => "the source goes on",
        Phase::Hold if plan.to.facts.alertmanager.is_none() => "no Alertmanager is named",
        Phase::Grafana if plan.from.facts.grafana.is_none() || plan.to.facts.grafana.is_none() => {
            "Grafana is not named on both sides"
        }
        _ => phase.purpose(),
    }
}

fn shown_time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| milliseconds.to_string(), |time| time.strftime("%FT%TZ").to_string())
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct MigrationReport<'r> {
    /// What was done.
    pub journal: &'r Journal,
    /// What is to be done.
    pub plan: &'r Plan,
    /// How far it came just now.
    pub outcome: Option<&'r Outcome>,
}

impl MigrationReport<'_> {
    /// As text or JSON.
    pub fn print(&self, format: BackupFormat) -> String {
        match format {
            BackupFormat::Text => self.text(),
            BackupFormat::Json => self.json(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n", self.journal.name());
        for phase in Phase::ALL.into_iter().chain(self.ends()) {
            let (state, time) = self.state(phase);
            let _ = writeln!(text, "{}", format!("  {phase:<15} {state:<7} {time}").trim_end());
        }
        text.extend(self.compared().map(levels));
        let _ = writeln!(text, "{}", self.next());
        text
    }

    fn json(&self) -> String {
        let phases = Phase::ALL.into_iter().chain(self.ends()).map(|phase| {
            let (state, time) = self.state(phase);
            json!({"phase": phase.name(), "state": state, "time": if time.is_empty() { Value::Null } else { time.into() }})
        });
        let report = json!({
            "schema": SCHEMA,
            "command": "migrate",
            "run": self.journal.name(),
            "from": self.plan.from.name,
            "to": self.plan.to.name,
            "phases": phases.collect::<Vec<_>>(),
            "verification": self.compared(),
            "next": self.next(),
        });
        format!("{report:#}\n")
    }

    /// What was compared just now.
    fn compared(&self) -> Option<&Verification> {
        match self.outcome? {
            Outcome::Switched(compared) => compared.as_ref(),
            Outcome::Different(compared) => Some(compared),
            Outcome::Stopped(_) => None,
        }
    }

    /// What a run ended with.
    fn ends(&self) -> impl Iterator<Item = Phase> {
        [Phase::Finish, Phase::Rollback].into_iter().filter(|phase| self.journal.is_begun(*phase))
    }

    /// How far a phase is, and since when.
    fn state(&self, phase: Phase) -> (&'static str, String) {
        let Some(record) = self.journal.records().iter().rfind(|record| record.phase == phase) else {
            return ("-", String::new());
        };
        let state = match record.state {
            State::Begun => "begun",
            State::Done => "done",
            State::Failed => "failed",
        };
        (state, record.time.strftime("%FT%TZ").to_string())
    }

    fn next(&self) -> String {
        let name = self.journal.name();
        let next = if self.journal.is_done(Phase::Rollback) {
            return "everything is as it was; the tree is for Git to undo".to_owned();
        } else if self.journal.is_done(Phase::Finish) {
            return format!("{} has everything, and {} may go", self.plan.to.name, self.plan.from.name);
        } else if self.journal.is_begun(Phase::Rollback) {
            return format!("next: stackgen migrate rollback {name}");
        } else if self.journal.is_done(Phase::Switch) {
            "finish"
        } else {
            "resume"
        };
        format!("next: stackgen migrate {next} {name}\nback: stackgen migrate rollback {name}")
    }
}

/// Whether both sides are equal.
pub fn verification(format: BackupFormat, compared: &Verification) -> String {
    if format == BackupFormat::Json {
        let report = json!({"schema": SCHEMA, "command": "verify", "verification": compared});
        return format!("{report:#}\n");
    }
    let (first, last) = compared.range;
    format!("from {} to {}\n{}", shown_time(first), shown_time(last), levels(compared))
}

fn levels(compared: &Verification) -> String {
    let mut text = String::new();
    for level in &compared.levels {
        let verdict = if level.different == 0 { "equal" } else { "DIFFERENT" };
        let _ = writeln!(text, "  {} {verdict:<9} {}: {}", level.name, level.what, level.compared);
        for difference in &level.differences {
            let _ = writeln!(text, "     {difference}");
        }
        let more = level.different.saturating_sub(level.differences.len() as u64);
        if more > 0 {
            let _ = writeln!(text, "     and {more} more");
        }
    }
    text
}

/// What was undone, or would be.
pub fn rolled_back(format: BackupFormat, plan: &Plan, undone: &RolledBack, is_dry: bool) -> String {
    if format == BackupFormat::Json {
        let report = json!({"schema": SCHEMA, "command": "rollback", "dryRun": is_dry, "undone": undone});
        return format!("{report:#}\n");
    }
    let mut text = format!(
        "{} {} as it was: {} removed, {} written again without the samples of {}, {} ended\n",
        plan.to.name,
        if is_dry { "would be" } else { "is" },
        counted(undone.removed as u64, "block"),
        undone.rewritten,
        plan.from.name,
        counted(undone.silences as u64, "silence")
    );
    if undone.grafana > 0 {
        let objects = counted(undone.grafana as u64, "object");
        let _ = writeln!(text, "{objects} of Grafana removed");
    }
    if undone.is_source_resumed {
        let _ = writeln!(text, "{} takes samples again", plan.from.name);
    }
    if let Some(tree) = &plan.options.tree {
        let _ = writeln!(text, "what was rendered is still in {}: undo it with Git", tree.display());
    }
    text
}
