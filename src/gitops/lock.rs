//! Keeps two runs from writing one tree at once.

use std::fs::{File, TryLockError};

use super::plan::no_access;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Folder, PathError};

/// The file that is locked; it holds the number of the process.
pub(super) const LOCK: &str = ".stackgen/lock";
/// Enough for the number of a process.
const NUMBER: u64 = 32;

/// The right to write. The operating system gives it back if the run dies.
pub(super) struct Lock {
    file: File,
}

/// Why there is no lock to be had.
pub(super) enum NoLock {
    /// Another run has it.
    Held(Diagnostic),
    /// The operating system gives none.
    NoAccess(PathError),
}

impl From<NoLock> for Diagnostics {
    fn from(reason: NoLock) -> Self {
        match reason {
            NoLock::Held(error) => error.into(),
            NoLock::NoAccess(error) => no_access(error),
        }
    }
}

impl Lock {
    /// Takes the lock, or says who has it.
    pub(super) fn take(folder: &Folder) -> Result<Self, NoLock> {
        loop {
            let file = folder.open_lock(LOCK).map_err(NoLock::NoAccess)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(NoLock::Held(held(folder))),
                Err(TryLockError::Error(source)) => {
                    let path = folder.path(LOCK);
                    return Err(NoLock::NoAccess(PathError { action: "lock", path, source }));
                }
            }
            // The run that held it may have removed the file on its way out.
            if folder.is_same_file(LOCK, &file) {
                // On a full disk others are not told who it is, and that is all.
                let _ = folder.sign(LOCK, &file, &format!("{}\n", std::process::id()));
                return Ok(Self { file });
            }
        }
    }

    /// Tidies up. That nothing is left behind is nice, not needed.
    pub(super) fn release(self, folder: &Folder) {
        let _ = folder.remove(LOCK);
        drop(self);
    }
}

impl Drop for Lock {
    /// Closing the file is not enough: a process that is being started has it open too, for a moment.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn held(folder: &Folder) -> Diagnostic {
    let number = folder.read(LOCK, NUMBER).ok().flatten();
    let number = number.and_then(|bytes| String::from_utf8(bytes).ok()?.trim().parse::<u32>().ok());
    let process = number.map(|number| format!(" (process {number})")).unwrap_or_default();
    Diagnostic::error(format!("another stackgen{process} is writing here"))
        .in_path(folder.root())
        .hint("wait until it is done, and run again")
}
