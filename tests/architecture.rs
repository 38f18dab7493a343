//! A module imports only from floors below it; files and functions stay small; every module says what it is for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The modules of each floor, from the lowest. Those of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["yaml", "fs"],
    &["resource", "diagnostic", "schema", "tsdb"],
    &["kustomize"],
    &["stack", "cluster"],
    &["gitops", "diff", "validate", "backup"],
    &["drift", "explain", "migrate"],
    &["output"],
    &["cli"],
];

/// Lines of a file, its tests not counted.
const FILE_LIMIT: usize = 600;
/// Lines of a function.
const FUNCTION_LIMIT: usize = 100;
/// Drawers in which everything ends up.
const DRAWERS: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

#[test]
fn modules_import_only_from_floors_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(module) = module(&path) else { continue };
        let own = floor(&module).unwrap_or_else(|| panic!("src/{module} is on no floor"));
        for (line, imported) in imports(&text) {
            match floor(&imported) {
                _ if imported == module => {}
                Some(other) if other < own => {}
                Some(_) => wrong.push(format!("{}:{line}: {module} imports {imported}", path.display())),
                None => wrong.push(format!("{}:{line}: crate::{imported} is no module", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A name that the root hands on would hide which floor it comes from.
#[test]
fn the_root_exports_nothing_but_modules() {
    let root = std::fs::read_to_string(source_folder().join("lib.rs")).unwrap();
    let items: Vec<&str> = code(&root).filter(|line| !line.is_empty() && !line.starts_with("#[")).collect();
    let wrong: Vec<&&str> = items.iter().filter(|item| !item.starts_with("pub mod ")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn modules_say_what_they_are_for_and_none_is_a_drawer() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not begin with what it is for", path.display());
        let names: Vec<&str> = path.iter().filter_map(|name| name.to_str()?.split('.').next()).collect();
        assert!(!names.iter().any(|name| DRAWERS.contains(name)), "{} is a drawer", path.display());
    }
}

#[test]
fn files_and_functions_stay_small() {
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let length = code.lines().count();
        assert!(length <= FILE_LIMIT, "{} has {length} lines", path.display());
        for (line, length) in functions(&text) {
            assert!(length <= FUNCTION_LIMIT, "{}:{line}: {length} lines", path.display());
        }
    }
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::yaml::Node;\nuse crate::{fs, resource::{Gvk, ResId}};\n// crate::cli\n\
        fn f() { crate::output::g(); $crate::kustomize::h!() }\nuse crate::{\n    diff,\n    drift::Report,\n};\n";
    let found: BTreeSet<String> = imports(text).into_iter().map(|(_, name)| name).collect();
    let expected = ["diff", "drift", "fs", "kustomize", "output", "resource", "yaml"];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(functions("    fn f() {\n        1\n    }\nfn g(\n) {\n}\n"), [(1, 3), (4, 3)]);
    assert_eq!(functions("    fn f();\n    fn g() {\n    }\n"), [(2, 2)]);
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file, with its path below `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let root = source_folder();
    walkdir::WalkDir::new(&root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
}

/// The top module that a file belongs to; none for the two roots.
fn module(path: &Path) -> Option<String> {
    let first = path.iter().next()?.to_str()?.trim_end_matches(".rs");
    (first != "lib" && first != "main").then(|| first.to_owned())
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The lines without comments, an empty one for each comment.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default().trim())
}

/// Each top module that is named after `crate::`, with the line.
fn imports(text: &str) -> Vec<(usize, String)> {
    let stripped = code(text).collect::<Vec<_>>().join("\n");
    let path = Regex::new(r"\bcrate::(\w+|\{)").unwrap();
    let mut found = Vec::new();
    for capture in path.captures_iter(&stripped) {
        let start = capture.get(0).unwrap();
        let line = stripped[..start.start()].matches('\n').count() + 1;
        match &capture[1] {
            "{" => found.extend(group(&stripped[start.end()..]).into_iter().map(|name| (line, name))),
            name => found.push((line, name.to_owned())),
        }
    }
    found
}

/// The first names of the members of `{a, b::{c, d}}`, given what follows the opening brace.
fn group(text: &str) -> Vec<String> {
    let (mut depth, mut members) = (0_usize, vec![String::new()]);
    for character in text.chars() {
        match character {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => members.push(String::new()),
            _ if depth == 0 => members.last_mut().unwrap().push(character),
            _ => {}
        }
    }
    let first = |member: String| member.trim().split([':', ' ']).next().unwrap_or_default().to_owned();
    members.into_iter().map(first).filter(|name| !name.is_empty()).collect()
}

/// Line and length of each function; the formatter puts the closing brace under the `fn`.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let start = Regex::new(r"^( *)(pub(\([a-z]+\))? )?(const )?fn ").unwrap();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // What a trait asks for has no body.
        let Some(capture) = start.captures(line).filter(|_| !line.ends_with(';')) else { continue };
        let closing = format!("{}}}", &capture[1]);
        if let Some(length) = lines[index..].iter().position(|line| *line == closing) {
            found.push((index + 1, length + 1));
        }
    }
    found
}
