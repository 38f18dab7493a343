//! `size/configmap`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Mapping;

static RULE: Rule = Rule {
    id: "size/configmap",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a ConfigMap or Secret holds more than a mebibyte",
    why: "the API server refuses it, because the store behind it would",
    fix: "spread the files over several ConfigMaps and mount them together with a projected volume",
    example: example!("size/configmap"),
};

/// `MaxSecretSize` of the API.
const LIMIT: usize = 1 << 20;

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let fields: [(&str, bool); 3] = match (object.group(), object.kind()) {
        ("", "ConfigMap") => [("data", false), ("binaryData", true), ("", false)],
        ("", "Secret") => [("data", true), ("stringData", false), ("", false)],
        _ => return,
    };
    let size: usize = fields.iter().map(|(field, encoded)| size(object, field, *encoded)).sum();
    if size > LIMIT {
        let message = format!("it holds {size} bytes, and {LIMIT} are allowed");
        findings.add(Finding::new(&RULE, object.name_origin(), message).object(object.id).path("data"));
    }
}

/// The bytes of the values of a field, and in a ConfigMap those of the keys.
fn size(object: &Object<'_, '_>, field: &str, encoded: bool) -> usize {
    let of_text = |text: &str| {
        if encoded {
            STANDARD.decode(text.trim()).map_or(text.len(), |bytes| bytes.len())
        } else {
            text.len()
        }
    };
    let entries = object.mapping(&[field]).into_iter().flat_map(Mapping::iter);
    entries.map(|entry| entry.key.text.len() + entry.value.text().map_or(0, of_text)).sum()
}
