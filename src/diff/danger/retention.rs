//! `data/retention-cut`: less is kept, and what is older is deleted.

use std::collections::BTreeMap;

use super::documents::OPERATOR;
use super::place::Place;
use super::pods::containers;
use super::units::Unit;
use super::{Found, Level, Rule, Subject};
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[Rule::new(
    "data/retention-cut",
    Level::Blocking,
    (
        "less is kept than before: what is older than that, or more, is deleted for good",
        "take a snapshot of what is still needed, or cut in steps and look at what it frees",
    ),
    cut,
)];

/// Flags that say how long or how much is kept: of Prometheus, Thanos and Alertmanager.
const FLAGS: [(&str, Unit); 9] = [
    ("--storage.tsdb.retention.time", Unit::Time),
    ("--storage.tsdb.retention.size", Unit::Size),
    ("--storage.tsdb.retention", Unit::Time),
    ("--storage.agent.retention.max-time", Unit::Time),
    ("--data.retention", Unit::Time),
    ("--tsdb.retention", Unit::Time),
    ("--retention.resolution-raw", Unit::Time),
    ("--retention.resolution-5m", Unit::Time),
    ("--retention.resolution-1h", Unit::Time),
];
/// Where the operator's objects say it.
const FIELDS: [(&[&str], Unit); 2] =
    [(&["spec", "retention"], Unit::Time), (&["spec", "retentionSize"], Unit::Size)];
/// Where documents say it: of Prometheus, Loki and Tempo.
const CONFIGURED: [(&[&str], Unit); 6] = [
    (&["storage", "tsdb", "retention", "time"], Unit::Time),
    (&["storage", "tsdb", "retention", "size"], Unit::Size),
    (&["limits_config", "retention_period"], Unit::Time),
    (&["table_manager", "retention_period"], Unit::Time),
    (&["limits", "compactor_blocks_retention_period"], Unit::Time),
    (&["compactor", "compaction", "block_retention"], Unit::Time),
];

/// What is kept: a value, how it is measured, and where it stands.
struct Kept<'o, 's> {
    amount: u128,
    text: &'s str,
    place: Place<'o, 's>,
}

fn cut<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let mut before = of_object(old);
    let mut after = of_object(new);
    before.extend(of_documents(&subject.documents_before().whole()));
    after.extend(of_documents(&subject.documents_after().whole()));
    let found = after.into_iter().filter_map(|(name, new)| {
        let old = before.get(&name)?;
        // Nothing is no limit, of whatever is measured here.
        let is_cut = new.amount != 0 && (old.amount == 0 || new.amount < old.amount);
        let message = format!(
            "`{}` goes from {} to {}: what is beyond that is deleted",
            field(&name),
            old.text,
            new.text
        );
        is_cut.then(|| Found::at(&new.place, message))
    });
    found.collect()
}

/// The field without the document that it is in.
fn field(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or_default()
}

type AllKept<'o, 's> = BTreeMap<String, Kept<'o, 's>>;

fn of_object<'o, 's>(object: &'o Object<'_, 's>) -> AllKept<'o, 's> {
    let mut kept = AllKept::new();
    for container in containers(object) {
        let arguments = [container.items(&["command"], &[]), container.items(&["args"], &[])].concat();
        for argument in arguments {
            let Some((flag, value)) = argument.node.text().and_then(|text| text.split_once('=')) else {
                continue;
            };
            let Some((_, unit)) = FLAGS.iter().find(|(known, _)| *known == flag) else { continue };
            let (text, place) = resolved(&container, value).unwrap_or((value, argument));
            kept.extend(unit.read(text).map(|amount| (flag.to_owned(), Kept { amount, text, place })));
        }
    }
    if object.id.gvk.group == OPERATOR {
        kept.extend(read(&Place::of(object), &FIELDS, ""));
    }
    kept
}

fn of_documents<'o, 's>(documents: &[Place<'o, 's>]) -> AllKept<'o, 's> {
    documents
        .iter()
        .flat_map(|document| read(document, &CONFIGURED, &format!("{} ", document.path)))
        .collect()
}

fn read<'o, 's>(
    root: &Place<'o, 's>,
    fields: &[(&'static [&'static str], Unit)],
    prefix: &str,
) -> AllKept<'o, 's> {
    let values = fields.iter().filter_map(|(path, unit)| {
        let place = root.at(path)?;
        let text = place.node.text()?;
        Some((format!("{prefix}{}", path.join(".")), Kept { amount: unit.read(text)?, text, place }))
    });
    values.collect()
}

/// The value of the variable that is all of an argument's value: `$(RETENTION_TIME)`.
fn resolved<'o, 's>(container: &Place<'o, 's>, value: &str) -> Option<(&'s str, Place<'o, 's>)> {
    let name = value.strip_prefix("$(")?.strip_suffix(')')?;
    let variables = container.items(&["env"], &["name"]);
    // Of two variables of the same name the last one counts.
    let place = variables.iter().rev().find(|variable| variable.name() == name)?.at(&["value"])?;
    Some((place.node.text()?, place))
}
