//! What rules and dashboards ask Prometheus.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::promql::Parsed;
use super::tree::Tree;

/// Variables of Grafana.
static VARIABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{\w+(?:\.\w+)*(?::\w+)?\}|\[\[\w+(?::\w+)?\]\]|\$\w+").ok());
/// A matcher of a label.
static MATCHER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)""#).ok());

/// All expressions of a tree, each once, sorted. Where a dashboard has a variable, everything is asked for.
pub fn queries(tree: &Tree<'_, '_>) -> Vec<String> {
    let documents = tree.documents();
    let mut all: BTreeSet<String> = documents.rules.iter().map(|rule| rule.expr.text.to_owned()).collect();
    for dashboard in &documents.dashboards {
        if let Ok(value) = serde_json::from_str::<Value>(dashboard.text) {
            collect(value.get("dashboard").unwrap_or(&value), &mut all);
        }
    }
    all.retain(|query| !query.trim().is_empty() && !matches!(Parsed::of(query), Parsed::Error(_)));
    all.into_iter().collect()
}

fn collect(node: &Value, all: &mut BTreeSet<String>) {
    let items = |node: &Value, key: &str| node[key].as_array().cloned().unwrap_or_default();
    for panel in items(node, "panels").iter().chain(&items(node, "rows")) {
        for target in items(panel, "targets") {
            all.extend(target["expr"].as_str().map(without_variables));
        }
        collect(panel, all);
    }
}

/// The query for everything that its variables may stand for.
fn without_variables(query: &str) -> String {
    let (Some(variable), Some(matcher)) = (VARIABLE.as_ref(), MATCHER.as_ref()) else {
        return query.to_owned();
    };
    let query = matcher.replace_all(query, |found: &Captures<'_>| {
        if !variable.is_match(&found[2]) {
            return found[0].to_owned();
        }
        let operator = if found[1].starts_with('!') { "!~" } else { "=~" };
        format!("{operator}\"{}\"", variable.replace_all(&found[2], ".*"))
    });
    // What is left are durations, or numbers such as that of `topk`.
    let query = query.replace("[[", "$").replace("]]", "");
    variable
        .replace_all(&query, |found: &Captures<'_>| {
            let before = &query[..found.get(0).map_or(0, |whole| whole.start())];
            if before.rfind('[') > before.rfind(']') { "5m" } else { "5" }.to_owned()
        })
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_ask_for_everything() {
        for (query, expected) in [
            ("up", "up"),
            ("rate(a{b=\"$c\", d!=\"${e}\"}[$__rate_interval])", "rate(a{b=~\".*\", d!~\".*\"}[5m])"),
            ("topk($n, a{b=~\"x-$c\"})", "topk(5, a{b=~\"x-.*\"})"),
            ("a{b=\"c\"}[1h:$__interval]", "a{b=\"c\"}[1h:5m]"),
        ] {
            assert_eq!(without_variables(query), expected);
        }
    }
}
