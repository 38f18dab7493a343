//! SARIF 2.1.0, for code scanning.

use serde_json::{Value, json};

use super::{Findings, help, severity, url};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::output::sarif;
use crate::validate::{Finding, Rule};

/// All findings.
pub(super) fn write(findings: &Findings<'_>) -> Result<String, Diagnostics> {
    let mut rules: Vec<&Rule> = findings.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_by_key(|rule| rule.id);
    rules.dedup_by_key(|rule| rule.id);
    let result = |finding: &Finding| result(findings, finding, &rules);
    let results: Vec<Value> = findings.findings.iter().map(result).collect();
    let rules: Vec<Value> = rules.iter().map(|rule| descriptor(rule)).collect();
    sarif::log(&rules, &results).map_err(|error| Diagnostic::error(error.to_string()).into())
}

fn descriptor(rule: &Rule) -> Value {
    let family = rule.id.split('/').next().unwrap_or_default();
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.fix },
        "helpUri": url(rule.id),
        "defaultConfiguration": { "level": severity(rule.severity) },
        "properties": { "tags": [family] },
    })
}

fn result(findings: &Findings<'_>, finding: &Finding, rules: &[&Rule]) -> Value {
    let mut location = sarif::physical(&findings.place(finding.origin));
    if let Some(object) = &finding.object {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": object, "kind": "object" }]);
    }
    let related = finding.related.iter().enumerate().map(|(index, (origin, message))| {
        let mut location = sarif::physical(&findings.place(*origin));
        location["id"] = json!(index + 1);
        location["message"] = json!({ "text": message });
        location
    });
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.rule.id),
        "level": severity(finding.rule.severity),
        "message": { "text": format!("{}; {}", finding.message, help(finding)) },
        "locations": [location],
        "relatedLocations": related.collect::<Vec<Value>>(),
        "partialFingerprints": { "stackgenFinding/v1": fingerprint(finding) },
    })
}

/// What a finding is about, whatever line it is on.
fn fingerprint(finding: &Finding) -> String {
    let about =
        [finding.rule.id, finding.object.as_deref().unwrap_or_default(), &finding.path, &finding.message];
    sarif::fingerprint(&about)
}
