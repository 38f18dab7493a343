//! A snapshot whose series get labels more, so that those of two clusters stay apart in one server.
//!
//! Prometheus keeps no external labels in its blocks: without a label of its own, a series that two clusters have becomes
//! one, and which samples win changes with every compaction. The blocks are written again into a repository for the
//! moment, which is then restored like any other.

use std::fs;
use std::path::Path;

use super::scratch::{copy, scratched};
use super::{BackupError, BlockEntry, Failure, Manifest, Progress, Repository, choose};
use crate::backup::capture::{self, Choice};
use crate::backup::node::LocalNode;
use crate::backup::repository::LeaseKind;
use crate::backup::store::FileStore;
use crate::tsdb::{self, Compaction, Meta};

/// A label that every series gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    name: String,
    value: String,
}

/// What is given to which blocks.
#[derive(Clone, Copy, Debug)]
pub struct Relabel<'r> {
    /// The labels, each name once.
    pub labels: &'r [Label],
    /// The replica; none if the snapshot has only one.
    pub replica: Option<&'r str>,
    /// Blocks that end before this millisecond are left out.
    pub min_time: Option<i64>,
    /// What others are told who wait for the repository.
    pub holder: &'r str,
}

/// A snapshot under other labels, and the repository that holds it; gone when it is dropped.
pub struct Relabelled {
    /// Where its blocks are.
    pub repository: Repository,
    /// What it holds: one replica, with the name of the one that it was made of.
    pub manifest: Manifest,
    _scratch: tempfile::TempDir,
}

impl std::str::FromStr for Label {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE, such as cluster=aks")?;
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if name.is_empty()
            || !name.chars().all(is_letter)
            || name.starts_with(|first: char| first.is_ascii_digit())
        {
            return Err(format!("`{name}` is no name of a label: letters, digits and `_`, no digit first"));
        }
        if name.starts_with("__") {
            return Err(format!("`{name}` is one of Prometheus' own"));
        }
        if value.is_empty() {
            return Err(format!("a label without a value is none: {name}=..."));
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// Writes the blocks of a snapshot again, each series with these labels. What deletions left out stays left out.
pub fn relabel(
    repository: &Repository,
    manifest: &Manifest,
    wanted: &Relabel<'_>,
    progress: &dyn Progress,
) -> Result<Relabelled, BackupError> {
    let replica = choose(manifest, wanted.replica)?;
    check(wanted.labels, !replica.head.is_empty())?;
    let scratch = tempfile::tempdir().map_err(|error| scratched(&error))?;
    let blocks = scratch.path().join("blocks");
    fs::create_dir(&blocks).map_err(|error| scratched(&error))?;
    let is_wanted = |block: &&BlockEntry| wanted.min_time.is_none_or(|from| block.max_time > from);
    let chosen: Vec<&BlockEntry> = replica.blocks.iter().filter(is_wanted).collect();
    progress.begin(chosen.iter().flat_map(|block| &block.files).map(|file| file.size).sum());
    let lease = repository.lease(LeaseKind::Shared, wanted.holder)?;
    for block in chosen {
        rewrite(repository, block, wanted.labels, &blocks)?;
        progress.advance(block.files.iter().map(|file| file.size).sum());
        lease.renew()?;
    }
    drop(lease);
    let store = FileStore::new(scratch.path().join("repository"));
    let repository = Repository::init(Box::new(store), Vec::new(), repository.clock())?;
    let options = capture::Options {
        cluster: &manifest.cluster,
        replica: &replica.name,
        choice: Choice::StoppedFolder,
        has_prometheus: false,
        has_alertmanager: false,
        has_grafana: false,
        alertmanager_data: None,
        skip_corrupt: false,
        tool: &manifest.tool,
        holder: wanted.holder,
    };
    let captured = capture::run(&LocalNode::new(&blocks)?, &repository, &options, progress)?;
    fs::remove_dir_all(&blocks).map_err(|error| scratched(&error))?;
    Ok(Relabelled { repository, manifest: captured.manifest, _scratch: scratch })
}

fn check(labels: &[Label], has_head: bool) -> Result<(), BackupError> {
    let refused =
        |message: String, hint: &str| Err(BackupError::new(Failure::Forbidden, "labels", message).hint(hint));
    if let Some(twice) =
        labels.iter().enumerate().find(|(at, one)| labels[..*at].iter().any(|other| other.name == one.name))
    {
        return refused(format!("`{}` is given twice", twice.1.name), "a series has each label once");
    }
    if has_head {
        let message =
            "the snapshot has the log of a server that did not run, which cannot get labels".to_owned();
        return refused(message, "take a snapshot of the server while it runs");
    }
    Ok(())
}

/// A block of the repository in a folder of its own, without what the other labels have made of it.
fn rewrite(
    repository: &Repository,
    block: &BlockEntry,
    labels: &[Label],
    folder: &Path,
) -> Result<(), BackupError> {
    let scratch = copy(repository, block)?;
    let old = scratch.path().join(block.ulid.to_string());
    let mut other = None;
    let with_labels = |mut series: Vec<(String, String)>| {
        for label in labels {
            match series.binary_search_by(|(name, _)| name.as_str().cmp(&label.name)) {
                Ok(at) if series[at].1 == label.value => {}
                Ok(at) => other = other.take().or_else(|| Some(series[at].clone())),
                Err(at) => series.insert(at, (label.name.clone(), label.value.clone())),
            }
        }
        Some(series)
    };
    // Made of itself: whoever has the block under its old labels does not have this one.
    let of_itself = |old: &Meta| Compaction { level: old.compaction.level, ..Compaction::default() };
    tsdb::rewrite(&old, &folder.join("staging"), with_labels, of_itself)
        .map_err(|error| BackupError::new(Failure::Content, block.ulid.to_string(), error.to_string()))?;
    let Some((name, value)) = other else { return Ok(()) };
    let message = format!("has series with {name}={value:?} already");
    Err(BackupError::new(Failure::Forbidden, block.ulid.to_string(), message)
        .hint("give them a label of another name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_a_name_and_a_value() {
        let label: Label = "cluster=a=b".parse().unwrap();
        assert_eq!((label.name.as_str(), label.value.as_str()), ("cluster", "a=b"));
        for text in ["cluster", "cluster=", "=aks", "1a=b", "a-b=c", "__name__=up"] {
            assert!(text.parse::<Label>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_twice_and_a_head_are_refused() {
        let labels: Vec<Label> = ["a=b", "c=d", "a=e"].iter().map(|text| text.parse().unwrap()).collect();
        assert!(check(&labels, false).unwrap_err().to_string().contains("`a` is given twice"));
        assert!(check(&labels[..2], true).unwrap_err().to_string().contains("the log of a server"));
        check(&labels[..2], false).unwrap();
    }
}
