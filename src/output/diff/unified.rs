//! The objects as YAML, line by line, as `diff -u` writes it: for tools that colour such text.

use std::fmt::Write as _;

use similar::TextDiff;

use super::Difference;
use crate::diff::{Object, harmless};
use crate::yaml::emit_for_all_readers;

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// All objects that differ. What is secret are the tokens that stand for it.
pub(super) fn write(difference: &Difference<'_, '_>) -> Result<String, String> {
    let mut text = String::new();
    for reported in &difference.report.changes {
        let change = difference.report.change(reported);
        let (before, after) = (yaml(change.before.as_ref())?, yaml(change.after.as_ref())?);
        let name = |side: &str, object: Option<&Object<'_, '_>>| match object {
            Some(object) => format!("{side}/{}", object.describe().replace(' ', "/")),
            None => "/dev/null".to_owned(),
        };
        let tag = difference.tag(&reported.clusters);
        if !tag.is_empty() {
            let _ = writeln!(text, "# {tag}");
        }
        let diff = TextDiff::from_lines(&before, &after);
        let (old, new) = (name("a", change.before.as_ref()), name("b", change.after.as_ref()));
        let _ = write!(text, "{}", diff.unified_diff().context_radius(CONTEXT).header(&old, &new));
    }
    Ok(text)
}

/// The object as YAML, with what a terminal would obey as escapes.
fn yaml(object: Option<&Object<'_, '_>>) -> Result<String, String> {
    let mut text = String::new();
    if let Some(object) = object {
        emit_for_all_readers(&object.node, &mut text).map_err(|error| error.to_string())?;
    }
    let lines: Vec<String> = text.split('\n').map(harmless).collect();
    Ok(lines.join("\n"))
}
