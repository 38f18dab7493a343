//! Paths in trees, in memory and for people.
//!
//! The root of a tree is a folder named after the tree, with a byte behind it that no name on disk can have. So paths are
//! joined and taken apart as any others, none is taken for one on disk, and opening one there fails.

use std::path::{Path, PathBuf};

/// Ends the name of a tree.
const MARK: &str = ":\0";

/// The root of the tree that is called `label`.
pub(super) fn root(label: &str) -> PathBuf {
    PathBuf::from(format!("{label}{MARK}"))
}

/// A path as people write it: relative to `directory` if it is in there, and `main:base/a.yaml` if it is in a tree.
pub fn shown(path: &Path, directory: &Path) -> String {
    let text = path.to_string_lossy();
    if let Some((label, rest)) = text.split_once(MARK) {
        return format!("{label}:{}", rest.trim_start_matches(['/', '\\']));
    }
    let below = path.strip_prefix(directory).unwrap_or(path);
    if below.as_os_str().is_empty() { ".".to_owned() } else { below.display().to_string() }
}

/// The same for readers that know which revision it is: the path from the top of the repository.
pub fn shown_in_tree(path: &Path, directory: &Path) -> String {
    let text = path.to_string_lossy();
    match text.split_once(MARK) {
        Some((_, rest)) => rest.trim_start_matches(['/', '\\']).to_owned(),
        None => shown(path, directory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_git_takes_them() {
        let shown = |path: PathBuf| shown(&path, Path::new("/work"));
        assert_eq!(shown(root("origin/main").join("base/a.yaml")), "origin/main:base/a.yaml");
        assert_eq!(shown(root("").join("base/a.yaml")), ":base/a.yaml");
        assert_eq!(shown_in_tree(&root("a/b").join("base/a.yaml"), Path::new("")), "base/a.yaml");
        assert_eq!(shown_in_tree(Path::new("/work/a:b"), Path::new("/work")), "a:b");
        assert_eq!(shown(root("main")), "main:");
        assert_eq!(shown("/work/base/a.yaml".into()), "base/a.yaml");
        assert_eq!(shown("/work/main:/a.yaml".into()), "main:/a.yaml");
        assert_eq!(shown("/work".into()), ".");
        assert_eq!(shown("/other/a".into()), "/other/a");
    }

    #[test]
    fn nothing_on_disk_is_called_so() {
        assert!(std::fs::metadata(root("main")).is_err());
    }
}
