//! The history of every value of the stack ends in what is rendered, at the place that the value says it is from.

use std::path::{Path, PathBuf};

use stackgen::explain::{Documents, Hop, Touch, trace};
use stackgen::fs::Disk;
use stackgen::kustomize::history::{History, State};
use stackgen::kustomize::{BuildOptions, Builder, LoadRestrictor};
use stackgen::stack::{Cluster, Settings, Workspace, build_clusters, build_with_history};
use stackgen::yaml::{Node, Origin, Sources, Value, emit};

/// The paths of all scalars and empty collections.
fn leaves(node: &Node<'_>, path: &mut Vec<Hop>, found: &mut Vec<(Vec<Hop>, Option<String>, Origin)>) {
    match node.value() {
        Value::Mapping(mapping) if !mapping.is_empty() => {
            for entry in mapping {
                path.push(Hop::Key(entry.key.text.to_owned()));
                leaves(&entry.value, path, found);
                path.pop();
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                path.push(Hop::Item { index: Some(index), known_by: None });
                leaves(item, path, found);
                path.pop();
            }
        }
        _ => found.push((path.clone(), node.text().map(str::to_owned), node.origin())),
    }
}

/// The last thing that happened to a value: what it is since, and where that was written.
fn last<'t, 's>(touches: &'t [Touch<'s>], path: &[Hop]) -> (Option<&'t Node<'s>>, Origin) {
    let delta = touches.last().and_then(|touch| touch.deltas.last()).unwrap_or_else(|| panic!("{path:?}"));
    (delta.after.as_ref(), delta.origin)
}

fn written(node: &Node<'_>) -> String {
    let mut text = String::new();
    emit(node, &mut text).unwrap();
    text
}

/// How many values were looked at.
fn check<'s>(states: &[State<'s>], rendered: &Node<'s>, documents: &Documents<'s>, name: &str) -> usize {
    let mut found = Vec::new();
    leaves(rendered, &mut Vec::new(), &mut found);
    for (path, text, origin) in &found {
        let touches = trace(states, (states.len() - 1, path), documents);
        let (after, place) = last(&touches, path);
        let in_document =
            touches.last().unwrap().deltas.iter().any(|delta| delta.path.contains(&Hop::Document));
        if !in_document {
            assert_eq!(after.and_then(Node::text), text.as_deref(), "{name} {path:?}");
        }
        // None where a step has edited what is from elsewhere.
        let is_edited = place == Origin::NONE && touches.len() > 1;
        assert!(place == *origin || is_edited, "{name} {path:?}: {place:?} is not {origin:?}");
    }
    found.len()
}

#[test]
fn the_history_of_every_value_ends_in_what_is_rendered() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    let sources = Sources::new();
    let Workspace { mut files, templates, settings } = Workspace::open(&root, &sources).unwrap();
    let clusters: Vec<&Cluster> = settings.clusters.iter().collect();
    let rendered = build_clusters((&settings, &clusters), &mut files, &templates, &sources, |built| {
        Ok(built.resources.iter().map(|resource| written(&resource.node)).collect::<Vec<_>>())
    });
    let documents = Documents::new(&sources);
    let mut count = 0;
    for (cluster, expected) in clusters.into_iter().zip(rendered.unwrap().results) {
        let settings: &Settings = &settings;
        let built = build_with_history((settings, None), cluster, &files, &templates, &sources).unwrap();
        assert_eq!(built.built.resources.len(), expected.len(), "{}", cluster.name);
        for (resource, expected) in built.built.resources.iter().zip(expected) {
            let name = format!("{} {}", cluster.name, resource.current_id());
            let trail = built.history.trail(resource).unwrap_or_else(|| panic!("{name} has no history"));
            let end = trail.states.last().and_then(|state| state.node.as_ref()).unwrap();
            assert_eq!(written(&resource.node), expected, "{name} is not what is rendered");
            assert_eq!(written(end), expected, "{name} was changed by a step that nobody noted");
            count += check(&trail.states, &resource.node, &documents, &name);
        }
    }
    assert!(count > 3_000, "{count} values");
}

/// The folders of the parity cases that kustomize builds, and those of the cases with other arguments left out.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity");
    let all = walkdir::WalkDir::new(root).min_depth(2).max_depth(2).sort_by_file_name().into_iter();
    let is_built = |case: &PathBuf| case.join("expected.yaml").is_file() && case.join("input").is_dir();
    all.map(|entry| entry.unwrap().into_path()).filter(is_built).collect()
}

/// Everything that a kustomization can do is noted: the last state of an object is the object that is built.
#[test]
fn no_step_of_any_kustomization_is_forgotten() {
    let (mut objects, mut values) = (0, 0);
    for case in cases() {
        let sources = Sources::new();
        let options = BuildOptions { load_restrictor: LoadRestrictor::None, ..BuildOptions::default() };
        let mut builder = Builder::new(&Disk, options, &sources);
        let (folder, mut history) = (case.join("input"), History::default());
        let Ok(expected) = builder.build(&folder) else { continue };
        let built = builder.build_with_history(&folder, &mut history).unwrap();
        let documents = Documents::new(&sources);
        for (resource, expected) in built.resources.iter().zip(&expected.resources) {
            let name = format!("{} {}", case.display(), resource.current_id());
            let trail = history.trail(resource).unwrap_or_else(|| panic!("{name} has no history"));
            let end = trail.states.last().and_then(|state| state.node.as_ref()).unwrap();
            assert_eq!(written(&resource.node), written(&expected.node), "{name} is not what is built");
            assert_eq!(
                written(end),
                written(&expected.node),
                "{name} was changed by a step that nobody noted"
            );
            values += check(&trail.states, &resource.node, &documents, &name);
            objects += 1;
        }
    }
    assert!(objects > 500 && values > 3_000, "{objects} objects, {values} values");
}
