//! What Prometheus demands of fields together, where each of them alone is right.

use crate::validate::promql::duration;
use crate::yaml::{Mapping, Node, Origin, Scalar, Typing};

/// Hears of what is wrong: where, and in which words.
type Tell<'t> = dyn FnMut(Origin, String) + 't;

/// Ways to say who one is; a request has one.
const IDENTITIES: [&str; 6] = ["basic_auth", "authorization", "oauth2", "sigv4", "azuread", "google_iam"];

/// Of each pair there may be one.
const EITHER: [(&str, &str, &str); 8] = [
    ("basic_auth", "username", "username_file"),
    ("basic_auth", "password", "password_file"),
    ("authorization", "credentials", "credentials_file"),
    ("oauth2", "client_secret", "client_secret_file"),
    ("tls_config", "ca", "ca_file"),
    ("tls_config", "cert", "cert_file"),
    ("tls_config", "key", "key_file"),
    ("", "bearer_token", "bearer_token_file"),
];

/// Of a scrape job, and of the discoveries in it.
pub(super) fn scrape_job(tell: &mut Tell<'_>, job: &Mapping<'_>) {
    client(tell, job);
    protocols(tell, job);
    for entry in job.iter().filter(|entry| entry.key.text.ends_with("_sd_configs")) {
        for discovery in entry.value.as_sequence().unwrap_or_default().iter().filter_map(Node::as_mapping) {
            client(tell, discovery);
            if entry.key.text == "dns_sd_configs" {
                dns(tell, discovery);
            }
        }
    }
}

/// Of an item of `remote_write` or `remote_read`.
pub(super) fn remote(tell: &mut Tell<'_>, remote: &Mapping<'_>) {
    client(tell, remote);
    let headers = remote.get("headers").and_then(Node::as_mapping);
    for entry in headers.into_iter().flatten() {
        if entry.key.text.eq_ignore_ascii_case("authorization") {
            let message = "the header `Authorization` is not set here; use `authorization` or `basic_auth`";
            tell(entry.key.origin, message.to_owned());
        }
    }
    if let Some(queue) = remote.get("queue_config").and_then(Node::as_mapping) {
        order(tell, queue, ["min_shards", "max_shards"], |node| match node.scalar(Typing::Legacy)? {
            Scalar::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        });
        order(tell, queue, ["min_backoff", "max_backoff"], |node| node.text().and_then(duration));
    }
}

/// How requests are made.
fn client(tell: &mut Tell<'_>, client: &Mapping<'_>) {
    let has = |key: &&&str| client.get(key).is_some_and(|value| !value.is_null());
    let mut identities = IDENTITIES.iter().chain(&["bearer_token", "bearer_token_file"]).filter(has);
    if let (Some(first), Some(second)) = (identities.next(), identities.next())
        && *second != "bearer_token_file"
        && let Some(entry) = client.entry(second)
    {
        tell(
            entry.key.origin,
            format!("there is `{first}` as well as `{second}`; a request has one of them"),
        );
    }
    for (parent, one, other) in EITHER {
        let place =
            if parent.is_empty() { Some(client) } else { client.get(parent).and_then(Node::as_mapping) };
        let entry = |key: &str| {
            let entry = place?.entry(key)?;
            entry.value.text().filter(|text| !text.is_empty())?;
            Some(entry)
        };
        if let (Some(_), Some(second)) = (entry(one), entry(other)) {
            tell(second.key.origin, format!("there is `{one}` as well as `{other}`; one of them is enough"));
        }
    }
}

/// A protocol is named once.
fn protocols(tell: &mut Tell<'_>, job: &Mapping<'_>) {
    let Some(list) = job.get("scrape_protocols").and_then(Node::as_sequence) else { return };
    for (at, item) in list.iter().enumerate() {
        if list[..at].iter().any(|earlier| earlier.text() == item.text()) {
            tell(item.origin(), "the protocol is named twice".to_owned());
        }
    }
}

/// Records other than SRV have no port.
fn dns(tell: &mut Tell<'_>, discovery: &Mapping<'_>) {
    let kind = discovery.entry("type");
    let is_service = kind.is_none_or(|kind| kind.value.text().is_none_or(|text| matches!(text, "" | "SRV")));
    if let Some(kind) = kind.filter(|_| !is_service && !discovery.contains("port")) {
        tell(kind.value.origin(), "records other than SRV have no port; write `port`".to_owned());
    }
}

/// The smaller of two fields comes first.
fn order(
    tell: &mut Tell<'_>,
    mapping: &Mapping<'_>,
    names: [&str; 2],
    number: impl Fn(&Node<'_>) -> Option<u64>,
) {
    let [least, most] = names.map(|name| mapping.get(name));
    if let (Some(least), Some(most)) = (least, most)
        && let (Some(one), Some(other)) = (number(least), number(most))
        && one > other
    {
        tell(least.origin(), format!("`{}` is more than `{}`", names[0], names[1]));
    }
}
