//! Names, keys and texts: from small pools, so that references hit and ids clash, and full of what YAML finds hard.

use serde_json::{Map, Value};

use crate::random::Random;

/// Marks a string that is written as it is, without quotes (`0777`, `2020-01-01`, `.5`).
const RAW: char = '\u{0}';

const NAMES: [&str; 7] = ["web", "api", "db", "conf", "data", "web-api", "cache"];
const NAMESPACES: [&str; 3] = ["default", "shop", "ops"];
const LABEL_KEYS: [&str; 5] = ["app", "tier", "team", "app.kubernetes.io/name", "example.com/part"];
const LABEL_VALUES: [&str; 8] = ["web", "back", "1", "true", "yes", "v1.2", "", "0x1"];
const KEYS: [&str; 10] =
    ["key", "a.b", "app.yaml", "UPPER", "with-dash", "k1", "k2", "k10", "under_score", "_lead"];
const ODD_KEYS: [&str; 14] =
    ["1", "10", "9", "true", "null", "no", "a b", "a: b", "ü", "日", "#x", "-", "2020-01-01", "it's"];
const IMAGES: [&str; 12] = [
    "nginx",
    "nginx:1.27",
    "registry.local:5000/team/app",
    "registry.local:5000/team/app:v1",
    "quay.io/team/app:v2@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "busybox@sha256:1111",
    "app",
    "app:v1.0",
    "",
    "nginx:1.27@sha256:abcd",
    "localhost:5000/nginx",
    "docker.io/library/nginx:latest",
];
const RAW_SCALARS: [&str; 34] = [
    "0",
    "1",
    "-7",
    "8080",
    "0777",
    "0o14",
    "0x1F",
    "1_000",
    "+12",
    "1.0",
    "2.50",
    ".5",
    "1e3",
    "1e-7",
    "true",
    "False",
    "~",
    "null",
    "2001-12-14",
    "2001-12-14T21:59:43.10-05:00",
    "1:30",
    "123456789012",
    "1.5e10",
    "-0.0",
    "0b101",
    "0.1",
    "1.",
    "1e400",
    "0x1p3",
    "9007199254740993",
    "18446744073709551615",
    "TRUE",
    "yes",
    "2020-02-30",
];
const TEXTS: [&str; 62] = [
    "yes",
    "no",
    "on",
    "Off",
    "y",
    "N",
    "~",
    "null",
    "true",
    "False",
    "1",
    "012",
    "0x1F",
    "1e3",
    "1.0",
    "1_000",
    "1:30",
    "1:99",
    "2020-01-01",
    "2020-02-30",
    "=",
    "- a",
    "-",
    "a: b",
    "a:",
    "a #b",
    "a#b",
    "#a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "| a",
    "> a",
    "'q'",
    "\"q\"",
    "it's",
    "a\tb",
    "one\ntwo",
    "one\ntwo\n",
    "\n",
    "\n\n",
    "one\n\n\n",
    "",
    " lead",
    "trail ",
    "a \nb",
    " a\nb",
    "C:\\path\\x",
    "a\r\nb",
    "${X}",
    "$(VAR_A)",
    "x-$(VAR_B)-$$(VAR_A)",
    "{{ $value }} of {{ .Labels.job }}",
    "{\"a\": [1, \"b\"]}",
    "[1, 2]",
    "<a href=\"x\">&</a>",
    "a, b",
    "---\na",
    "...",
];
const PARAGRAPHS: [&str; 8] = [
    "The target {{ $labels.instance }} of job {{ $labels.job }} has been down for more than five minutes, please look at it",
    "https://grafana.example.com/d/abcdefghijklmnopqrstuvwxyz/a-rather-long-dashboard-name?orgId=1&from=now-6h&to=now x y",
    "sum(rate(http_requests_total{code=~\"5..\"}[5m])) by (job) / sum(rate(http_requests_total[5m])) by (job) > 0.05",
    "#!/bin/sh\nset -eu\nif [ -n \"$1\" ]; then\n  echo \"it's: $1\"\nfi\n",
    "global:\n  scrape_interval: 30s\nscrape_configs:\n- job_name: node\n  static_configs:\n  - targets: ['a:1']\n",
    "{\n  \"title\": \"Nodes\",\n  \"panels\": [{\"id\": 1}],\n  \"tags\": []\n}\n",
    "a \"quoted\" part: and then  two blanks, and on it goes until the line is far longer than eighty columns wide, yes",
    "[server]\n; comment\nhttp_port = 3000\n\n[auth]\ndisable_login_form = true",
];
const SIGNS: [&str; 33] = [
    " ", " ", "a", "b", "Z", "0", "1", "9", "-", "_", ".", ",", ":", "#", "'", "\"", "\\", "/", "{", "}",
    "[", "]", "*", "&", "!", "%", "@", "|", "ü", "☃", "日", "🚀", "\n",
];

pub(crate) fn name(random: &mut Random) -> String {
    String::from(*random.pick(&NAMES))
}

pub(crate) fn namespace(random: &mut Random) -> String {
    String::from(*random.pick(&NAMESPACES))
}

pub(crate) fn image(random: &mut Random) -> String {
    String::from(*random.pick(&IMAGES))
}

/// A key of a custom resource: anything goes.
pub(crate) fn free_key(random: &mut Random) -> String {
    if random.chance(12) { String::from(*random.pick(&ODD_KEYS)) } else { key(random) }
}

pub(crate) fn key(random: &mut Random) -> String {
    String::from(*random.pick(&KEYS))
}

/// Any text: short and hard to quote, a paragraph, or signs in a row.
pub(crate) fn text(random: &mut Random) -> String {
    match random.below(10) {
        0..=5 => String::from(*random.pick(&TEXTS)),
        6..=7 => String::from(*random.pick(&PARAGRAPHS)),
        _ => signs(random),
    }
}

fn signs(random: &mut Random) -> String {
    let length = if random.chance(20) { random.between(80, 130) } else { random.between(1, 16) };
    (0..length).map(|_| *random.pick(&SIGNS)).collect()
}

/// Any scalar: a text, or a number, boolean, null or date as a person would type it.
pub(crate) fn scalar(random: &mut Random) -> Value {
    if random.chance(60) {
        return Value::String(text(random));
    }
    let choice = *random.pick(&RAW_SCALARS);
    raw(choice)
}

/// A scalar to be written as it is.
pub(crate) fn raw(text: &str) -> Value {
    Value::String(format!("{RAW}{text}"))
}

/// The text of a value made by [`raw`].
pub(crate) fn as_raw(text: &str) -> Option<&str> {
    text.strip_prefix(RAW)
}

/// Some labels; at times none.
pub(crate) fn labels(random: &mut Random) -> Map<String, Value> {
    let mut labels = Map::new();
    for _ in 0..random.below(3) {
        labels.insert(label_key(random), Value::String(label_value(random)));
    }
    labels
}

pub(crate) fn label_key(random: &mut Random) -> String {
    String::from(*random.pick(&LABEL_KEYS))
}

pub(crate) fn label_value(random: &mut Random) -> String {
    String::from(*random.pick(&LABEL_VALUES))
}

/// `least` to `most` keys with texts.
pub(crate) fn texts(random: &mut Random, least: usize, most: usize) -> Map<String, Value> {
    let count = random.between(least, most);
    (0..count).map(|_| (key(random), Value::String(text(random)))).collect()
}
