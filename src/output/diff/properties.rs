//! What holds for every change: patches lead from one side to the other, and no format tells a secret.

use std::path::Path;

use serde_json::Value as Json;

use super::json_patch::to_json;
use super::{Difference, DifferenceFormat, Screen};
use crate::diff::properties::{change, objects};
use crate::diff::{Cluster, Document, Options, Report, Side, compare};
use crate::yaml::random::Random;
use crate::yaml::{Node, ParseOptions, Sources, Typing, parse_documents};

fn written(
    before: &Node<'static>,
    after: &Node<'static>,
    sources: &'static Sources,
    formats: &[DifferenceFormat],
) -> Vec<String> {
    let side = |node: &Node<'static>| Side {
        documents: vec![Document::from(node.clone())],
        typing: Typing::Legacy,
        ..Side::default()
    };
    let (before, after) = (side(before), side(after));
    let comparison = compare(&before, &after, &Options::default(), sources).unwrap();
    let cluster = Cluster { comparison, ..Cluster::default() };
    let report = Report::of(Default::default(), vec![cluster]);
    let screen = Screen::default();
    let difference =
        Difference { report: &report, sources, directory: Path::new(""), screen, most_characters: 60_000 };
    formats.iter().map(|format| difference.write(*format).unwrap()).collect()
}

#[test]
fn patches_make_the_one_side_of_the_other() {
    let sources: &'static Sources = Box::leak(Box::default());
    let mut random = Random(17);
    let mut count = 0;
    for object in objects(sources) {
        for changes in [1, 3, 9] {
            let mut other = object.clone();
            let done = (0..changes).filter(|_| change(&mut other, &mut random, sources)).count();
            let texts = written(&object, &other, sources, &[DifferenceFormat::JsonPatch]);
            let patches: Json = serde_json::from_str(&texts[0]).unwrap();
            let Some(patch) = patches["clusters"][0]["objects"].get(0) else {
                assert!(done == 0 || object.get("kind").and_then(Node::text) == Some("Secret"));
                continue;
            };
            let operations: json_patch::Patch = serde_json::from_value(patch["operations"].clone()).unwrap();
            let mut document = to_json(&object, Typing::Legacy);
            json_patch::patch(&mut document, &operations).unwrap();
            assert_eq!(document, to_json(&other, Typing::Legacy));
            count += 1;
        }
    }
    assert!(count > 100, "{count} patches");
}

/// A Secret with this value in every place that may hold one.
fn secret(value: &str, form: usize) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(value);
    let body = match form {
        0 => format!("data: {{key: {encoded}}}"),
        1 => format!("stringData: {{key: {value}, other: \"a: {value}\"}}"),
        2 => format!("stringData:\n  config.yaml: |\n    receivers:\n    - url: https://x/{value}\n"),
        3 => format!("data: {{}}\nstringData: [{value}, {{deep: {value}}}]"),
        _ => format!("data: {value}\nimmutable: true"),
    };
    let last = format!("{{\\\"data\\\": {{\\\"key\\\": \\\"{encoded}\\\"}}}}");
    let annotations =
        format!("annotations: {{kubectl.kubernetes.io/last-applied-configuration: \"{last}\"}}");
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s, {annotations}}}\n{body}\n")
}

#[test]
fn no_format_tells_a_secret_wherever_it_stands() {
    use base64::Engine as _;
    let sources: &'static Sources = Box::leak(Box::default());
    let mut random = Random(23);
    let letters: Vec<char> = ('a'..='z').collect();
    for round in 0..60 {
        let mut value = || (0..14).map(|_| random.pick(&letters)).collect::<String>();
        let values = [value(), value()];
        let [before, after] = [(&values[0], round % 5), (&values[1], round / 5 % 5)].map(|(value, form)| {
            let source = sources.add(Path::new("s.yaml"), secret(value, form)).unwrap();
            parse_documents(source, sources, &ParseOptions::default()).unwrap().remove(0)
        });
        for (format, text) in
            DifferenceFormat::ALL.iter().zip(written(&before, &after, sources, &DifferenceFormat::ALL))
        {
            for value in &values {
                let encoded = base64::engine::general_purpose::STANDARD.encode(value);
                let shows = text.contains(value.as_str()) || text.contains(&encoded);
                assert!(!shows, "{} shows {value}: {text}", format.name());
            }
        }
    }
}
