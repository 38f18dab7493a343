//! What routes and inhibitions of Alertmanager match, in whichever of its forms that is written.

use std::fmt;

use super::place::Place;

/// An alert that is silent while another one fires.
pub(super) struct Inhibition<'o, 's> {
    target: String,
    source: String,
    /// The labels that both alerts have the same values of.
    equal: Vec<&'s str>,
    pub(super) place: Place<'o, 's>,
}

/// The inhibitions of a configuration.
pub(super) fn inhibitions<'o, 's>(configuration: &Place<'o, 's>) -> Vec<Inhibition<'o, 's>> {
    let lists = ["inhibit_rules", "inhibitRules"];
    let rules = lists.iter().flat_map(|list| configuration.items(&[list], &[]));
    let read = rules.map(|place| Inhibition {
        target: matched(&place, &["target_matchers", "target_match", "target_match_re", "targetMatch"]),
        source: matched(&place, &["source_matchers", "source_match", "source_match_re", "sourceMatch"]),
        equal: place.texts(&["equal"]),
        place,
    });
    read.collect()
}

impl Inhibition<'_, '_> {
    /// Whether it silences all that the other one does: that one asks for more to be the same.
    pub(super) fn covers(&self, other: &Inhibition<'_, '_>) -> bool {
        let is_asked = |label: &&str| other.equal.iter().any(|other| other == label);
        self.target == other.target && self.source == other.source && self.equal.iter().all(is_asked)
    }
}

impl fmt::Display for Inhibition<'_, '_> {
    /// `severity=warning is silent while severity=critical with the same namespace fires`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is silent while {}", self.target, self.source)?;
        if !self.equal.is_empty() {
            write!(formatter, " with the same {}", self.equal.join(", "))?;
        }
        formatter.write_str(" fires")
    }
}

/// What the fields of these names match, the same for all forms that mean the same.
pub(super) fn matched<'s>(place: &Place<'_, 's>, fields: &[&'s str]) -> String {
    let mut words: Vec<String> = Vec::new();
    for field in fields {
        let operator = if field.ends_with("_re") { "=~" } else { "=" };
        let labels = place.fields(&[field]).into_iter();
        words.extend(
            labels
                .map(|(label, value)| format!("{label}{operator}{}", value.node.text().unwrap_or_default())),
        );
        words.extend(place.items(&[field], &[]).iter().filter_map(matcher));
    }
    words.sort();
    if words.is_empty() { "everything".to_owned() } else { words.join(" ") }
}

/// `severity="critical"`, or the same as an object of the operator.
fn matcher(item: &Place<'_, '_>) -> Option<String> {
    if let Some(text) = item.node.text() {
        return Some(text.split_whitespace().collect::<String>().replace(['"', '\''], ""));
    }
    let is_regex = item.is_true(&["regex"]);
    let operator = item.text(&["matchType"]).unwrap_or(if is_regex { "=~" } else { "=" });
    Some(format!("{}{operator}{}", item.text(&["name"])?, item.text(&["value"]).unwrap_or_default()))
}
