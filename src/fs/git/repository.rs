//! A repository: its revisions, what they have in common, and their trees.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::command::Git;
use super::error::GitError;
use super::listing::{self, path_of};
use super::objects::{Answer, Object, Objects};
use super::tree::Tree;

/// Digits of a commit that are shown.
const SHORT: usize = 12;
/// Names that are looked through for one that is like another.
const MOST_PROPOSED: &str = "--count=500";
/// How long the name of a revision may be to be shown with every file.
const LABEL: usize = 60;

/// The repository that a folder is in.
#[derive(Debug)]
pub struct Repository {
    git: Git,
    objects: Arc<Objects>,
    /// The folder, from the top of the tree.
    prefix: PathBuf,
    /// The top of the working tree on disk, as far as the folder says where that is.
    top: Option<PathBuf>,
    is_shallow: bool,
}

/// A commit, with the name by which somebody knows it.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    /// As it was asked for.
    pub(super) name: String,
    pub(super) id: String,
}

impl Repository {
    /// The repository that `directory`, a canonical path, is in: where git would find one.
    pub fn find(directory: &Path) -> Result<Self, GitError> {
        let git = Git::new(directory);
        let said = git.run(&["rev-parse", "--is-shallow-repository", "--show-prefix"])?;
        let end = said.iter().position(|byte| *byte == b'\n').unwrap_or(said.len());
        let prefix = said.get(end + 1..).unwrap_or_default();
        let prefix = path_of(prefix.strip_suffix(b"\n").unwrap_or(prefix));
        let prefix: PathBuf = prefix.components().collect();
        let is_top = |folder: &&Path| folder.join(&prefix) == directory;
        let top = directory.ancestors().find(is_top).map(Path::to_owned);
        let objects = Arc::new(Objects::open(&git)?);
        Ok(Self { git, objects, prefix, top, is_shallow: said.starts_with(b"true") })
    }

    /// Whether a text names a commit.
    pub fn has(&self, revision: &str) -> bool {
        self.commit(revision).is_ok()
    }

    /// The commit of a revision, in whatever way git lets one be written.
    pub(super) fn commit(&self, revision: &str) -> Result<Commit, GitError> {
        let name = revision.to_owned();
        match self.objects.get(&format!("{revision}^{{commit}}"))? {
            Answer::Object(Object { id, .. }) if !revision.is_empty() => Ok(Commit { name, id }),
            Answer::Ambiguous => {
                let error = GitError::new(format!("several objects begin with `{revision}`"));
                Err(error.hint("write more of its digits"))
            }
            _ => Err(self.unknown(revision)),
        }
    }

    /// Where two histories part.
    pub(super) fn merge_base(&self, one: &Commit, other: &Commit) -> Result<Commit, GitError> {
        let output = self.git.output(&["merge-base", &one.id, &other.id])?;
        let said = String::from_utf8_lossy(&output.stdout);
        let id = said.trim();
        match output.status.code() {
            Some(0) if !id.is_empty() => Ok(Commit { name: id.to_owned(), id: id.to_owned() }),
            // More than one is an error of git itself.
            Some(1) => Err(self.without_base(one, other)),
            _ => Err(GitError::said(&output.stderr)),
        }
    }

    /// The tree of a commit.
    pub(super) fn tree(&self, commit: &Commit) -> Result<Arc<Tree>, GitError> {
        let entries = listing::of_tree(&self.git, &commit.id)?;
        Ok(Arc::new(Tree::new(
            &commit.label(),
            entries,
            &self.prefix,
            self.top.clone(),
            self.objects.clone(),
        )))
    }

    /// What is staged.
    pub(super) fn index(&self) -> Result<Arc<Tree>, GitError> {
        let entries = listing::of_index(&self.git)?;
        Ok(Arc::new(Tree::new("", entries, &self.prefix, self.top.clone(), self.objects.clone())))
    }

    fn unknown(&self, revision: &str) -> GitError {
        if self.is_shallow {
            let message = format!("there is no revision `{revision}` in this clone, which is shallow");
            return self.fetch_all(GitError::new(message));
        }
        let format = "--format=%(refname:short)";
        let kinds = ["refs/heads", "refs/remotes", "refs/tags"];
        let listed = self.git.run(&[&["for-each-ref", MOST_PROPOSED, format], &kinds[..]].concat());
        let listed = listed.unwrap_or_default();
        let known: Vec<String> = String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect();
        let mut error = GitError::new(format!("there is no revision `{revision}`"));
        let (trunk, _) = revision.split_at(revision.find(['~', '^', '@']).unwrap_or(revision.len()));
        if trunk != revision && !trunk.is_empty() && self.has(trunk) {
            return error.hint(format!("`{trunk}` is there, but not what is asked of it"));
        }
        if known.is_empty() && revision == "HEAD" {
            error = error.hint("nothing has been committed yet");
        }
        let remote = known.iter().find(|name| name.strip_prefix("origin/") == Some(revision));
        if let Some(remote) = remote {
            return error.hint(format!("there is no such local branch; did you mean `{remote}`?"));
        }
        GitError { unknown: Some((revision.to_owned(), known)), ..error }
    }

    fn without_base(&self, one: &Commit, other: &Commit) -> GitError {
        let (one, other) = (&one.name, &other.name);
        if !self.is_shallow {
            let error = GitError::new(format!("`{one}` and `{other}` have no commit in common"));
            return error.hint(format!("compare them as they are: `{one}..{other}`"));
        }
        let error = GitError::new(format!(
            "this clone is shallow: its history ends before `{one}` and `{other}` meet"
        ));
        let error = error.hint("bring more of it, until they do: `git fetch --deepen=100`");
        self.fetch_all(error)
    }

    /// How a shallow clone becomes a whole one, with all branches.
    fn fetch_all(&self, error: GitError) -> GitError {
        let remotes = self.git.run(&["remote"]).unwrap_or_default();
        let remotes = String::from_utf8_lossy(&remotes).into_owned();
        let remote = remotes.lines().find(|name| *name == "origin").or_else(|| remotes.lines().next());
        let remote = remote.unwrap_or("origin");
        error
            .hint(format!(
                "bring all of it: `git fetch --unshallow {remote} '+refs/heads/*:refs/remotes/{remote}/*'`"
            ))
            .hint("in GitHub Actions: `fetch-depth: 0` for `actions/checkout`")
    }
}

impl Commit {
    /// What its files are called after: its name if that can be read, else the first digits of its id.
    fn label(&self) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@^~+-".contains(&byte);
        let is_id = self.id.starts_with(&self.name.to_ascii_lowercase());
        if self.name.len() <= LABEL && self.name.bytes().all(is_plain) && !is_id {
            return self.name.clone();
        }
        self.id.chars().take(SHORT).collect()
    }
}
