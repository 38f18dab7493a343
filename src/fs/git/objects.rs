//! Objects of a repository: one `git cat-file` answers for all of them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use super::command::{Git, cannot_start};
use super::error::GitError;

/// Reads objects, one after the other, for whoever asks.
#[derive(Debug)]
pub(super) struct Objects {
    git: Git,
    process: Mutex<Process>,
}

/// An object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// Its full name in hexadecimal digits.
    pub(super) id: String,
    pub(super) content: Vec<u8>,
}

/// What git says of a name.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Object(Object),
    Missing,
    /// Several objects begin with these digits.
    Ambiguous,
}

#[derive(Debug)]
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    /// Starts git.
    pub(super) fn open(git: &Git) -> Result<Self, GitError> {
        Ok(Self { git: git.clone(), process: Mutex::new(Process::start(git)?) })
    }

    /// The object of a name: an id, or what `git rev-parse` takes.
    pub(super) fn get(&self, name: &str) -> Result<Answer, GitError> {
        if name.contains(['\n', '\0']) {
            return Ok(Answer::Missing);
        }
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        match process.ask(name) {
            // Some objects end it, such as those that a partial clone left out.
            Err(error) => {
                *process = Process::start(&self.git)?;
                Err(self.reason(name, &error))
            }
            Ok(answer) => Ok(answer),
        }
    }

    /// What git says when it is asked for this object alone.
    fn reason(&self, name: &str, error: &io::Error) -> GitError {
        let unknown = GitError::new(format!("git gave no answer: {error}")).hint("`git fsck` may tell why");
        let is_id = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { self.git.run(&["cat-file", "blob", name]).err().unwrap_or(unknown) } else { unknown }
    }
}

impl Process {
    fn start(git: &Git) -> Result<Self, GitError> {
        let mut command = git.command(&["cat-file", "--batch"]);
        // Nobody reads what it says beside its answers, so it must not wait for that.
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| cannot_start(&error))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(GitError::new("git has no streams"));
        };
        Ok(Self { child, requests, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, name: &str) -> io::Result<Answer> {
        self.requests.write_all(format!("{name}\n").as_bytes())?;
        self.requests.flush()?;
        let mut line = Vec::new();
        self.answers.read_until(b'\n', &mut line)?;
        let line = String::from_utf8_lossy(&line);
        let words: Vec<&str> = line.trim_end().rsplitn(3, ' ').collect();
        match words.as_slice() {
            ["missing", ..] => Ok(Answer::Missing),
            ["ambiguous", ..] => Ok(Answer::Ambiguous),
            [size, _, id] => {
                let size: usize = size.parse().map_err(|_| broken(&line))?;
                let mut content = vec![0; size];
                self.answers.read_exact(&mut content)?;
                self.answers.read_exact(&mut [0])?;
                Ok(Answer::Object(Object { id: (*id).to_owned(), content }))
            }
            _ => Err(broken(&line)),
        }
    }
}

fn broken(answer: &str) -> io::Error {
    match answer.trim_end() {
        "" => io::ErrorKind::UnexpectedEof.into(),
        answer => io::Error::other(format!("`{answer}`")),
    }
}

impl Drop for Process {
    /// It only reads, so it may end at any moment; it must not be left behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
