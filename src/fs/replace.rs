//! A new content for a file that somebody named.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::PathError;

/// Gives the file at `path`, which somebody named, a new content in one step. What is no regular file (a pipe, a
/// terminal, a link to one of them) is written to as it is.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), PathError> {
    let failed = |source| PathError { action: "write", path: path.to_owned(), source };
    let is_special = fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if is_special {
        return fs::write(path, bytes).map_err(failed);
    }
    let name = path.file_name().ok_or(ErrorKind::InvalidInput).map_err(|kind| failed(kind.into()))?;
    let mut staged_name = OsString::from(".");
    staged_name.push(name);
    staged_name.push(format!(".{}.tmp", std::process::id()));
    let staged = path.with_file_name(staged_name);
    let result = write_new(&staged, bytes).and_then(|()| fs::rename(&staged, path));
    if result.is_err() {
        let _ = fs::remove_file(&staged);
    }
    result.map_err(failed)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    set_mode(path, 0o644)?;
    file.sync_all()
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}
