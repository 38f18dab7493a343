//! What a run has done so far, on a disk that may go away at any moment.
//!
//! A line of JSON for each record, synced before the run goes on. Each has the digest of the line before it, the first
//! one that of the plan, so that nobody changes the past without being seen. A last line that is not whole was being
//! written when its run died: it is dropped.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Phase, Plan};
use crate::backup::repository::hexadecimal;
use crate::backup::{BackupError, Failure};
use crate::fs::replace_file;

const PLAN: &str = "plan.json";
const JOURNAL: &str = "journal.jsonl";
const LOCK: &str = "lock";
const REPOSITORY: &str = "repository";

/// How far a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It may have changed something.
    Begun,
    /// All of it is done.
    Done,
    /// It ended with an error.
    Failed,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// From 1.
    pub number: u64,
    /// When it was written.
    pub time: Timestamp,
    /// Which phase.
    pub phase: Phase,
    /// How far it is.
    pub state: State,
    /// What a later phase, or an undo, has to know; never a secret.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// The digest of the line before.
    pub previous: String,
}

/// The journal of one run, which nobody else writes to while it is open.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    records: Vec<Record>,
    last: String,
    /// Open for writing; none for those who only look.
    file: Option<File>,
    /// Held as long as it is open for writing.
    lock: Option<File>,
}

impl Drop for Journal {
    /// Closing the file is not enough: a process that is being started has it open too, for a moment.
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            let _ = lock.unlock();
        }
    }
}

impl Journal {
    /// Begins a run in a folder that is not there yet.
    pub fn create(folder: &Path, plan: &Plan) -> Result<Self, BackupError> {
        let above = folder.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(above).map_err(|error| of(above, &error))?;
        make_private_folder(folder).map_err(|error| of(folder, &error))?;
        let text = plan.to_json()?;
        write(&folder.join(PLAN), &text)?;
        write(&folder.join(JOURNAL), b"")?;
        Self::open(folder).map(|(journal, _)| journal)
    }

    /// Opens a run to go on with it.
    pub fn open(folder: &Path) -> Result<(Self, Plan), BackupError> {
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(|error| of(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "another process goes on with this run";
                return Err(
                    BackupError::new(Failure::Exists, shown(folder), message).hint("wait for it to end")
                );
            }
            Err(TryLockError::Error(error)) => return Err(of(&path, &error)),
        }
        let (mut journal, plan) = Self::read(folder)?;
        let path = folder.join(JOURNAL);
        let mut file = OpenOptions::new().write(true).open(&path).map_err(|error| of(&path, &error))?;
        let length = journal.length();
        file.set_len(length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(|error| of(&path, &error))?;
        journal.file = Some(file);
        journal.lock = Some(lock);
        Ok((journal, plan))
    }

    /// Looks at a run; nothing is changed.
    pub fn read(folder: &Path) -> Result<(Self, Plan), BackupError> {
        let path = folder.join(PLAN);
        let text = fs::read(&path).map_err(|error| of(&path, &error))?;
        let plan = Plan::of_json(&shown(&path), &text)?;
        let path = folder.join(JOURNAL);
        let lines = fs::read(&path).map_err(|error| of(&path, &error))?;
        let (records, last) = parse(&lines, digest(&text)).map_err(|(number, message)| {
            BackupError::new(Failure::Content, format!("{}:{number}", shown(&path)), message)
                .hint("what was done cannot be known any more: compare both sides by hand")
        })?;
        Ok((Self { folder: folder.to_owned(), records, last, file: None, lock: None }, plan))
    }

    /// The runs of a folder, oldest first.
    pub fn list(runs: &Path) -> Result<Vec<PathBuf>, BackupError> {
        let entries = match fs::read_dir(runs) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| of(runs, &error))?,
        };
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| of(runs, &error))?.path();
            if path.join(JOURNAL).is_file() {
                folders.push(path);
            }
        }
        folders.sort();
        Ok(folders)
    }

    /// What the run is called.
    pub fn name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Where it keeps what it needs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Everything that was written, oldest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Whether a phase is done.
    pub fn is_done(&self, phase: Phase) -> bool {
        self.find(phase, State::Done).is_some()
    }

    /// Whether a phase may have changed something.
    pub fn is_begun(&self, phase: Phase) -> bool {
        self.records.iter().any(|record| record.phase == phase)
    }

    /// What a phase left for others.
    pub fn data<T: DeserializeOwned>(&self, phase: Phase) -> Result<Option<T>, BackupError> {
        let Some(record) = self.find(phase, State::Done) else { return Ok(None) };
        let data = T::deserialize(&record.data);
        data.map(Some).map_err(|error| self.unreadable(record, &error))
    }

    /// What a phase wrote down before it began, each time that it did.
    pub fn intents<T: DeserializeOwned>(&self, phase: Phase) -> Result<Vec<T>, BackupError> {
        let begun = |record: &&Record| record.phase == phase && record.state == State::Begun;
        let read =
            |record: &Record| T::deserialize(&record.data).map_err(|error| self.unreadable(record, &error));
        self.records.iter().filter(begun).map(read).collect()
    }

    /// Writes down how far a phase is; it is on the disk when this returns.
    pub fn write(
        &mut self,
        phase: Phase,
        state: State,
        data: impl Serialize,
        now: Timestamp,
    ) -> Result<(), BackupError> {
        let path = self.folder.join(JOURNAL);
        let other = |message: String| BackupError::new(Failure::Other, shown(&path), message);
        let data = serde_json::to_value(data).map_err(|error| other(error.to_string()))?;
        let number = self.records.len() as u64 + 1;
        let record = Record { number, time: now, phase, state, data, previous: self.last.clone() };
        let mut line = serde_json::to_vec(&record).map_err(|error| other(error.to_string()))?;
        self.last = digest(&line);
        line.push(b'\n');
        let Some(file) = &mut self.file else { return Err(other("is open for reading alone".to_owned())) };
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(|error| of(&path, &error))?;
        self.records.push(record);
        Ok(())
    }

    /// Where what is captured lies in between.
    pub fn repository(&self) -> PathBuf {
        self.folder.join(REPOSITORY)
    }

    /// Removes what was captured.
    pub(super) fn remove_data(&self) -> Result<(), BackupError> {
        let path = self.repository();
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(of(&path, &error)),
            _ => Ok(()),
        }
    }

    fn find(&self, phase: Phase, state: State) -> Option<&Record> {
        self.records.iter().rfind(|record| record.phase == phase && record.state == state)
    }

    /// How many bytes the whole lines have.
    fn length(&self) -> u64 {
        let lengths =
            self.records.iter().map(|record| serde_json::to_vec(record).map_or(0, |line| line.len() + 1));
        lengths.sum::<usize>() as u64
    }

    fn unreadable(&self, record: &Record, error: &serde_json::Error) -> BackupError {
        let place = format!("{}:{}", shown(&self.folder.join(JOURNAL)), record.number);
        BackupError::new(Failure::Content, place, format!("was written by another release: {error}"))
            .hint("go on with the release that began the run")
    }
}

/// The records, and the digest of the last one; or the line that is wrong, and why.
fn parse(text: &[u8], plan: String) -> Result<(Vec<Record>, String), (usize, String)> {
    let (mut records, mut last) = (Vec::new(), plan);
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let wrong = |message: String| (index + 1, message);
        let record: Record =
            serde_json::from_slice(line).map_err(|error| wrong(format!("is no record: {error}")))?;
        // A text that is not what would be written now would be of another length, too.
        let is_same = serde_json::to_vec(&record).is_ok_and(|text| text == line);
        if !is_same || record.previous != last || record.number != index as u64 + 1 {
            return Err(wrong("does not follow the line before it: the journal was changed".to_owned()));
        }
        last = digest(line);
        records.push(record);
    }
    Ok((records, last))
}

fn digest(text: &[u8]) -> String {
    hexadecimal(&Sha256::digest(text))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    replace_file(path, bytes).map_err(|error| of(path, &error.source))
}

fn of(path: &Path, error: &std::io::Error) -> BackupError {
    BackupError::of(shown(path), error)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What was captured of the source lies in it for a while.
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().mode(0o700).create(path)
    }
    #[cfg(not(unix))]
    fs::create_dir(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines() -> Vec<u8> {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("run");
        let mut journal = Journal::create(&folder, &Plan::default()).unwrap();
        for phase in Phase::ALL {
            journal.write(phase, State::Begun, json!({"a": [1, "ä"]}), Timestamp::UNIX_EPOCH).unwrap();
            journal.write(phase, State::Done, Value::Null, Timestamp::UNIX_EPOCH).unwrap();
        }
        fs::read(folder.join(JOURNAL)).unwrap()
    }

    fn plan_digest() -> String {
        digest(&Plan::default().to_json().unwrap())
    }

    /// Wherever a run dies, the lines that were whole are there, and the next ones follow them.
    #[test]
    fn a_journal_that_is_cut_anywhere_goes_on() {
        let lines = lines();
        for length in (0..lines.len()).step_by(13).chain([lines.len()]) {
            let scratch = tempfile::tempdir().unwrap();
            let folder = scratch.path().join("run");
            drop(Journal::create(&folder, &Plan::default()).unwrap());
            fs::write(folder.join(JOURNAL), &lines[..length]).unwrap();
            let (mut journal, _) = Journal::open(&folder).unwrap();
            let whole = lines[..length].split(|byte| *byte == b'\n').count() - 1;
            assert_eq!(journal.records().len(), whole, "{length}");
            journal.write(Phase::Finish, State::Done, Value::Null, Timestamp::UNIX_EPOCH).unwrap();
            drop(journal);
            let (again, _) = Journal::read(&folder).unwrap();
            assert_eq!(again.records().len(), whole + 1, "{length}");
        }
    }

    #[test]
    fn a_journal_that_was_changed_is_refused() {
        let lines = lines();
        assert!(parse(&lines, plan_digest()).is_ok());
        assert!(parse(&lines, digest(b"another plan")).is_err());
        for index in (0..lines.len()).step_by(7).filter(|index| lines[*index] != b'\n') {
            let mut changed = lines.clone();
            changed[index] ^= 1;
            let read = parse(&changed, plan_digest());
            // What is changed in the last line is seen by nobody, unless it makes no sense.
            let is_last = lines[index..].split(|byte| *byte == b'\n').count() == 2;
            assert!(read.is_err() || is_last, "{index}");
        }
        let without: Vec<u8> = lines
            .split_inclusive(|byte| *byte == b'\n')
            .enumerate()
            .filter(|(line, _)| *line != 3)
            .fold(Vec::new(), |mut text, (_, line)| {
                text.extend(line);
                text
            });
        assert_eq!(parse(&without, plan_digest()).unwrap_err().0, 4);
    }

    #[test]
    fn two_processes_do_not_go_on_with_one_run() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("run");
        let journal = Journal::create(&folder, &Plan::default()).unwrap();
        assert_eq!(Journal::open(&folder).unwrap_err().failure, Failure::Exists);
        assert!(Journal::read(&folder).is_ok());
        drop(journal);
        assert!(Journal::open(&folder).is_ok());
    }
}
