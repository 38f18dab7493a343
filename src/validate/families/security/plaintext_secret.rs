//! `sec/plaintext-secret`

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Mapping, Node};

static RULE: Rule = Rule {
    id: "sec/plaintext-secret",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "a password, token or key can be read by everybody who reads the manifests",
    why: "what was once in Git stays there, in every clone; it must be taken for lost",
    fix: "take it out and change it; an ExternalSecret, a SealedSecret or a file encrypted with SOPS can be committed",
    example: example!("sec/plaintext-secret"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if object.is("", "Secret") && object.at(&["sops"]).is_none() {
        of_data(object, "stringData", as_it_is, findings);
        of_data(object, "data", decoded, findings);
    } else if object.is("", "ConfigMap") {
        of_data(object, "data", as_it_is, findings);
    }
    let Some(workload) = Workload::of(*object) else { return };
    for (path, container) in workload.containers() {
        let variables = container.get("env").and_then(Node::as_sequence).unwrap_or_default();
        for (index, variable) in variables.iter().enumerate() {
            let name = variable.get("name").and_then(Node::text).unwrap_or_default();
            let Some(value) = variable.get("value") else { continue };
            if value.text().is_some_and(|text| is_credential(name, text)) {
                let path = format!("{path}.env[{index}].value");
                report(object, path, value, &format!("the variable `{name}`"), findings);
            }
        }
        for field in ["args", "command"] {
            for argument in container.get(field).and_then(Node::as_sequence).unwrap_or_default() {
                let text = argument.text().unwrap_or_default();
                let (name, value) = text.split_once('=').unwrap_or(("", text));
                if is_credential(name, value) {
                    report(object, format!("{path}.{field}"), argument, "an argument", findings);
                }
            }
        }
    }
}

fn of_data(
    object: &Object<'_, '_>,
    field: &str,
    read: for<'t> fn(&'t str) -> Option<Cow<'t, str>>,
    findings: &mut Findings<'_>,
) {
    for entry in object.mapping(&[field]).into_iter().flat_map(Mapping::iter) {
        let text = entry.value.text().and_then(read);
        if text.is_some_and(|text| is_credential(entry.key.text, &text)) {
            let what = format!("the value of `{}`", entry.key.text);
            report(object, format!("{field}.{}", entry.key.text), &entry.value, &what, findings);
        }
    }
}

/// The value itself is never shown.
fn report(object: &Object<'_, '_>, path: String, place: &Node<'_>, what: &str, findings: &mut Findings<'_>) {
    let message = format!("{what} is a credential in plain text");
    findings.add(Finding::new(&RULE, place.origin(), message).object(object.id).path(path).secret());
}

#[expect(clippy::unnecessary_wraps, reason = "the other way to read can fail")]
fn as_it_is(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let compact: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok().map(Cow::Owned)
}

/// Whether a value is a credential: it looks like one of a known kind, or its name says so and it is no placeholder, no
/// reference and no path.
fn is_credential(name: &str, value: &str) -> bool {
    static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(^|[^a-z])(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|secret|account|client|ssh)[_.-]?key|client[_.-]?secret|webhook[_.-]?url|dsn)([_.-]?(value|id)?)$",
        )
        .ok()
    });
    static HARMLESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(|true|false|null|none|[0-9]{1,2}|/.*|\$\(.*\)|\$\{.*\}|\$__.*|<.*>|\{\{.*\}\}|x+|\*+|enc\[.*|file:.*|.*(placeholder|change[_ -]?me|replace[_ -]?me|example|your[_ -]|dummy|redacted|todo).*)$",
        )
        .ok()
    });
    let is_named = NAME.as_ref().is_some_and(|regex| regex.is_match(name));
    let is_harmless = || HARMLESS.as_ref().is_none_or(|regex| regex.is_match(value.trim()));
    is_known_kind(value) || is_named && !value.contains('\n') && !is_harmless()
}

/// Whether something in a text looks like a credential of a known kind.
fn is_known_kind(text: &str) -> bool {
    static KINDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----",
            r"|\b(AKIA|ASIA)[0-9A-Z]{16}\b",
            r"|\bgh[pousr]_[A-Za-z0-9]{36}",
            r"|\bglpat-[A-Za-z0-9_-]{20}",
            r"|\bxox[abprs]-[A-Za-z0-9-]{10,}",
            r"|https://hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
            r"|\bAIza[0-9A-Za-z_-]{35}\b",
            r"|://[^/\s:@$<{]+:[^/\s:@$<{]{3,}@[A-Za-z0-9]",
            r#"|(?i)\b(password|passwd|secret_?key|api_?key|auth_?token)["']?\s*[:=]\s*["']?[^\s"'$<{%/*,;]{6,}["']?\s*(\n|$)"#,
        ))
        .ok()
    });
    // Most texts have none of these signs, and looking for them is much quicker.
    let may_be = ["-----BEGIN", "AKIA", "ASIA", "gh", "glpat-", "xox", "hooks.slack", "AIza", "@"];
    let has_word =
        || ["pass", "PASS", "Pass", "secret", "key", "KEY", "token"].iter().any(|word| text.contains(word));
    (may_be.iter().any(|sign| text.contains(sign)) || has_word())
        && KINDS.as_ref().is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_of_credentials() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("password", "s3cr3t!"),
            ("API_KEY", "0af3-1b"),
            ("github-token", "0123456789abcdef"),
            ("url", "postgres://grafana:hunter2@db.example.com/grafana"),
            ("id_rsa", "-----BEGIN RSA PRIVATE KEY-----\nMII\n"),
            ("app.ini", "[database]\nuser = x\npassword = hunter2\n"),
        ] {
            assert!(is_credential(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("DB_PASSWORD", "$(PASSWORD)"),
            ("password", "cGxhY2Vob2xkZXI-placeholder"),
            ("PASSWORD_FILE", "/etc/secret/password"),
            ("TOKEN", "<token>"),
            ("tokenizer", "fast"),
            ("sort-key", "name"),
            ("url", "https://user.example.com:8080/@x"),
            ("prometheus.yml", "authorization:\n  credentials_file: /var/run/secrets/token\n"),
            ("app.ini", "[database]\npassword = ${DB_PASSWORD}\nsecret_key = $__file{/etc/key}\n"),
            ("alertmanager.yml", "smtp_auth_password_file: /etc/mail/password\n"),
        ] {
            assert!(!is_credential(name, value), "{name}: {value}");
        }
    }
}
