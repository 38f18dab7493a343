//! Who notifies while a stack moves: one side, never both.
//!
//! A silence of everything holds the notifications of a side. It ends by itself, so that a run that nobody finishes
//! leaves no cluster without a voice for ever.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::backup::alertmanager::{HOLDER, end, id, post, silences};
use crate::backup::node::Node;
use crate::backup::{BackupError, Failure};

/// How long the target is held unless the run goes on.
pub(super) const TARGET_TERM: SignedDuration = SignedDuration::from_hours(24);
/// How long the source is held after the switch: by then it should be gone.
pub(super) const SOURCE_TERM: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Holds the notifications of a side for a while; gives what it calls the silence.
pub(super) fn hold(
    node: &dyn Node,
    run: &str,
    term: SignedDuration,
    now: Timestamp,
) -> Result<String, BackupError> {
    let own = current(node)?.into_iter().find(|silence| silence["comment"] == comment(run));
    let silence = json!({
        "matchers": [{"name": "alertname", "value": ".+", "isRegex": true, "isEqual": true}],
        "startsAt": own.as_ref().map_or_else(|| now.to_string().into(), |own| own["startsAt"].clone()),
        "endsAt": (now + term).to_string(),
        "createdBy": HOLDER,
        "comment": comment(run),
    });
    post(node, &silence, own.as_ref().map(id))?.map_err(|message| {
        BackupError::new(Failure::Answer, node.describe(), format!("takes no silence: {message}"))
            .hint("look at Alertmanager's log")
    })
}

/// Lets a side notify again: what one run holds, or whatever any of them does.
pub(super) fn release(node: &dyn Node, run: Option<&str>) -> Result<(), BackupError> {
    let is_meant = |silence: &&Value| run.is_none_or(|run| silence["comment"] == comment(run));
    current(node)?.iter().filter(is_meant).try_for_each(|silence| end(node, id(silence)))
}

/// The silences that hold everything.
fn current(node: &dyn Node) -> Result<Vec<Value>, BackupError> {
    let mut silences = silences(node)?;
    silences.retain(|silence| silence["createdBy"] == HOLDER && silence["status"]["state"] != "expired");
    Ok(silences)
}

fn comment(run: &str) -> String {
    format!(
        "notifications are held while {run} moves the stack; `stackgen migrate status` says how far it is"
    )
}
