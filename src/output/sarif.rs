//! SARIF 2.1.0, with what GitHub's code scanning asks for on top: paths relative to the repository, regions that begin
//! at 1, a fingerprint that stays when lines move.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html> and
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::place::Place;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const HOME: &str = "https://github.com/stackgen/stackgen";
/// The root that relative paths begin at; the reader knows where its checkout is.
const ROOT: &str = "%SRCROOT%";

/// A log of one run: the rules that it names, and what it found.
pub(super) fn log(rules: &[Value], results: &[Value]) -> serde_json::Result<String> {
    let driver = json!({
        "name": "stackgen",
        "version": env!("CARGO_PKG_VERSION"),
        "informationUri": HOME,
        "rules": rules,
    });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

/// A place in a file.
pub(super) fn physical(place: &Place) -> Value {
    let mut artifact = json!({ "uri": uri(&place.in_checkout) });
    if !place.in_checkout.starts_with('/') {
        artifact["uriBaseId"] = json!(ROOT);
    }
    let region = json!({
        "startLine": place.line.max(1),
        "startColumn": place.column.max(1),
        "endLine": place.end_line.max(1),
        "endColumn": place.end_column.max(1),
    });
    json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } })
}

/// A path as a URI: everything that is not plain is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// What something is about, whatever line it is on.
pub(super) fn fingerprint(about: &[&str]) -> String {
    let digest = Sha256::digest(about.join("\0"));
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("base/a b#c.yaml"), "base/a%20b%23c.yaml");
        assert_eq!(uri("/tmp/é.yaml"), "file:///tmp/%C3%A9.yaml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
