//! Our own tree is what every supported release accepts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use stackgen::schema::{Lookup, Minor, Schemas};
use stackgen::yaml::{Node, ParseOptions, Sources, Typing, parse_documents};

/// The files with manifests below a folder, or the file itself.
pub(super) fn manifests(path: &Path) -> Vec<PathBuf> {
    let is_yaml = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml");
    let files =
        walkdir::WalkDir::new(path).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    files.filter(|path| path.is_file() && is_yaml(path)).collect()
}

/// What is wrong with the objects of a text in some releases, a line each.
pub(super) fn complaints(schemas: &Schemas, path: &Path, text: String, minors: &[u8]) -> String {
    let sources = Sources::new();
    let source = sources.add(path, text).unwrap();
    let mut lines = String::new();
    for object in parse_documents(source, &sources, &ParseOptions::default()).unwrap() {
        for minor in minors {
            complain(schemas, &object, Minor::new(*minor), &sources, &mut lines);
        }
    }
    lines
}

fn complain(schemas: &Schemas, object: &Node<'_>, minor: Minor, sources: &Sources, lines: &mut String) {
    let text = |key| object.get(key).and_then(Node::text).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    // Files for kustomize itself are no objects of a cluster.
    if api_version.starts_with("kustomize.config.k8s.io/") {
        return;
    }
    match schemas.find(api_version, kind, minor) {
        Lookup::Found(found) => {
            for violation in schemas.validate(object, &found, Typing::Legacy) {
                let place =
                    sources.locate(violation.origin).map(|place| place.to_string()).unwrap_or_default();
                let help = violation.help.unwrap_or_default();
                writeln!(lines, "{minor} {place} {:?}: {} [{help}]", violation.kind, violation.message)
                    .unwrap();
            }
        }
        other => writeln!(lines, "{minor} {api_version} {kind}: {other:?}").unwrap(),
    }
}

#[test]
fn our_tree_is_valid_in_every_supported_release() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("gitops");
    let schemas = Schemas::embedded();
    let files = manifests(&root);
    assert!(files.len() > 100, "{} files", files.len());
    let found: String = files
        .iter()
        .map(|path| complaints(&schemas, path, std::fs::read_to_string(path).unwrap(), &[33, 34, 35, 36, 37]))
        .collect();
    assert_eq!(found, "");
}
