//! SARIF 2.1.0: the dangers, for code scanning, each at the line of the source that asks for it.

use serde_json::{Value, json};

use super::Difference;
use crate::diff::{Level, RULES, Reported, ReportedDanger};
use crate::output::place::Place;
use crate::output::sarif;

/// All dangers.
pub(super) fn write(difference: &Difference<'_, '_>) -> Result<String, String> {
    let dangers = difference.report.dangers();
    let rules: Vec<Value> = RULES
        .iter()
        .flat_map(|family| family.iter())
        .filter(|rule| dangers.iter().any(|(_, one)| one.danger.rule == rule.id))
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.summary },
                "help": { "text": rule.hint },
                "defaultConfiguration": { "level": level(rule.level) },
            })
        })
        .collect();
    let results: Vec<Value> =
        dangers.into_iter().map(|(reported, danger)| result(difference, reported, danger, &rules)).collect();
    sarif::log(&rules, &results).map_err(|error| error.to_string())
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Blocking => "error",
        Level::Caution => "warning",
    }
}

fn result<'s>(
    difference: &Difference<'_, 's>,
    reported: Option<&Reported<'s>>,
    ReportedDanger { danger, .. }: &ReportedDanger<'s>,
    rules: &[Value],
) -> Value {
    let place = |origin| Place::of(origin, difference.sources, difference.directory);
    let change = reported.map(|reported| difference.report.change(reported));
    let object = change.map(|change| change.object().describe()).unwrap_or_default();
    let path = danger.path.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut location = sarif::physical(&place(danger.origin));
    if !object.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": object, "kind": "object" }]);
    }
    let earlier = change.and_then(|change| change.before.as_ref()).map(|before| place(before.node.origin()));
    let related = earlier.filter(Place::is_some).map(|earlier| {
        let mut location = sarif::physical(&earlier);
        location["id"] = json!(1);
        location["message"] = json!({ "text": "the object as it was" });
        location
    });
    let text = match &danger.hint {
        Some(hint) => format!("{}; {hint}", danger.message),
        None => danger.message.clone(),
    };
    json!({
        "ruleId": danger.rule,
        "ruleIndex": rules.iter().position(|rule| rule["id"] == danger.rule),
        "level": level(danger.level),
        "message": { "text": text },
        "locations": [location],
        "relatedLocations": related.into_iter().collect::<Vec<Value>>(),
        "partialFingerprints": { "stackgenDanger/v1": sarif::fingerprint(&[danger.rule, &object, &path]) },
    })
}
