//! What people write to name a state of a repository, or two.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::GitError;
use super::repository::{Commit, Repository};
use super::tree::Tree;
use crate::fs::{FileSystem as _, normal};

/// A state of a repository, and what of it is meant.
#[derive(Clone, Debug)]
pub struct Point {
    /// All files.
    pub tree: Arc<Tree>,
    /// The folder or file that was named with it, as `main:gitops`, as the tree calls it.
    pub path: Option<PathBuf>,
}

/// From where to where.
#[derive(Clone, Debug)]
pub struct Range {
    /// What it was.
    pub from: Point,
    /// What it is; nothing if that is the files on disk.
    pub to: Option<Point>,
}

/// What is staged, as git writes it.
const INDEX: [&str; 2] = [":0:", ":"];

impl Repository {
    /// What a text names: `REF`, `REF:PATH`, `:` for what is staged, `A..B`, and `A...B` for what `B` changed since it
    /// left `A`. Without `B` it is the files on disk, without `A` it is `HEAD`.
    pub fn range(&self, text: &str) -> Result<Range, GitError> {
        let Some((one, is_symmetric, other)) = split(text) else {
            return Ok(Range { from: self.point(text)?, to: None });
        };
        let (one, other) = (if one.is_empty() { "HEAD" } else { one }, other);
        let to = if other.is_empty() { None } else { Some(self.point(other)?) };
        if !is_symmetric {
            return Ok(Range { from: self.point(one)?, to });
        }
        let tip = match other {
            "" | ":" => "HEAD",
            other => other,
        };
        let base = self.merge_base(&self.commit(one)?, &self.commit(tip)?)?;
        Ok(Range { from: self.at(&base, None)?, to })
    }

    /// What a text without dots names.
    pub fn point(&self, text: &str) -> Result<Point, GitError> {
        if let Some(path) = INDEX.iter().find_map(|index| text.strip_prefix(index)) {
            return within(self.index()?, Some(path).filter(|path| !path.is_empty()));
        }
        let colon = outside_braces(text, ":").map(|colon| (&text[..colon], &text[colon + 1..]));
        let (revision, path) = colon.map_or((text, None), |(revision, path)| (revision, Some(path)));
        self.at(&self.commit(revision)?, path.filter(|path| !path.is_empty()))
    }

    fn at(&self, commit: &Commit, path: Option<&str>) -> Result<Point, GitError> {
        within(self.tree(commit)?, path)
    }
}

/// A path in a tree, from its top, or from the working directory if it begins with a dot.
fn within(tree: Arc<Tree>, path: Option<&str>) -> Result<Point, GitError> {
    let Some(path) = path else { return Ok(Point { tree, path: None }) };
    let is_relative = path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
    let base = if is_relative { tree.directory() } else { tree.root() };
    let found = normal(&base.join(path));
    if found.starts_with(tree.root()) && tree.canonical(&found).is_ok() {
        return Ok(Point { tree, path: Some(found) });
    }
    let error = GitError::new(format!("there is no `{path}` in `{}`", tree.label()));
    let from_here = normal(&tree.directory().join(path));
    if tree.directory() != tree.root() && tree.canonical(&from_here).is_ok() {
        return Err(error.hint(format!("from the working directory it is `./{path}`")));
    }
    let names = tree.list(found.parent().unwrap_or(Path::new("")));
    let name = Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    Err(GitError { unknown: Some((name, names)), ..error })
}

/// Both sides of two or three dots, and whether they are three.
fn split(text: &str) -> Option<(&str, bool, &str)> {
    let dots = outside_braces(text, "..")?;
    let (one, rest) = text.split_at(dots);
    // A path such as `main:../base` is none.
    if one.ends_with([':', '/']) || rest.trim_start_matches('.').starts_with('/') {
        return None;
    }
    let is_symmetric = rest.starts_with("...");
    Some((one, is_symmetric, &rest[if is_symmetric { 3 } else { 2 }..]))
}

/// Where something stands that is not inside braces, as the text in `HEAD^{/fix: it}` is.
fn outside_braces(text: &str, what: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && text[at..].starts_with(what) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_part_two_revisions() {
        assert_eq!(split("a..b"), Some(("a", false, "b")));
        assert_eq!(split("origin/main...v1.2"), Some(("origin/main", true, "v1.2")));
        assert_eq!(split("main..."), Some(("main", true, "")));
        assert_eq!(split("...b"), Some(("", true, "b")));
        assert_eq!(split("main..:"), Some(("main", false, ":")));
        for one in ["main", "v1.2", "main:../base", "main:a/../b", "HEAD^{/a..b}", ":", ":../a", "../a"] {
            assert_eq!(split(one), None, "{one}");
        }
    }

    #[test]
    fn a_colon_in_braces_parts_nothing() {
        assert_eq!(outside_braces("HEAD^{/fix: it}:a", ":"), Some(15));
        assert_eq!(outside_braces("main@{12:00}", ":"), None);
    }
}
