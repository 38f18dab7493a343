//! How a node is captured: the best way that it allows.

use super::{BackupError, Capture, Facts, Failure, Node};

/// What somebody asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The best that works.
    #[default]
    Auto,
    /// The server's own snapshot.
    Snapshot,
    /// Everything through the API.
    RemoteRead,
    /// The folder of a server that does not run.
    StoppedFolder,
}

/// How a node is captured, and why like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// How.
    pub capture: Capture,
    /// Why; lower case, no full stop.
    pub reason: &'static str,
}

/// The way that was asked for, if it works; otherwise the best one.
pub(super) fn choose(node: &dyn Node, choice: Choice, facts: Option<&Facts>) -> Result<Mode, BackupError> {
    let refused = |message: &str, hint: &str| {
        Err(BackupError::new(Failure::Forbidden, node.describe(), message).hint(hint))
    };
    let is_running = facts.is_some() || node.is_in_use()?;
    match (choice, facts) {
        (Choice::Auto, Some(facts)) if facts.admin_api && facts.out_of_order_window > 0 => Ok(Mode {
            capture: Capture::SnapshotWithTopUp,
            reason: "the server runs, makes snapshots, and takes samples that come late, which those leave out",
        }),
        (Choice::Auto | Choice::Snapshot, Some(facts)) if facts.admin_api => {
            Ok(Mode { capture: Capture::Snapshot, reason: "the server runs and makes snapshots" })
        }
        (Choice::Auto, Some(_)) => Ok(Mode {
            capture: Capture::RemoteRead,
            reason: "the server runs and makes no snapshots: its admin API is off",
        }),
        (Choice::RemoteRead, Some(_)) => Ok(Mode { capture: Capture::RemoteRead, reason: "the server runs" }),
        (Choice::Snapshot, Some(_)) => refused(
            "PF04-admin-api: the server makes no snapshots: its admin API is off",
            "start it with --web.enable-admin-api, or read through its API: --capture remote-read",
        ),
        (Choice::Snapshot | Choice::RemoteRead, None) => {
            refused("this needs a server to ask", "name its address: --prometheus-url URL")
        }
        (Choice::Auto, None) => refused(
            "nobody said whether a server uses the folder",
            "name its address (--prometheus-url URL), or say that it does not run: --capture stopped-folder",
        ),
        (Choice::StoppedFolder, _) if is_running => refused(
            "a server uses the folder: a copy of files that change would hold nothing whole",
            "name the server's address (--prometheus-url URL), or stop it first",
        ),
        (Choice::StoppedFolder, _) => {
            Ok(Mode { capture: Capture::StoppedFolder, reason: "no server uses the folder" })
        }
    }
}
