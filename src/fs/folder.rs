//! A folder on disk in which files are made, replaced and removed, and in which no symbolic link is followed.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What went wrong with which file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub struct PathError {
    /// `read`, `write` ...
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing; a file can be made.
    Nothing,
    /// A regular file.
    File,
    /// Something else, there or where one of the folders above should be.
    InTheWay {
        /// Where.
        path: PathBuf,
        /// `a symbolic link`, `a folder` ...
        what: &'static str,
    },
}

/// A folder that may not exist yet. Paths are relative to it, with `/` between names.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where the folder is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where `path` is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What lies at `path`.
    pub fn find(&self, path: &str) -> Result<Found, PathError> {
        let mut current = self.root.clone();
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            current.push(name);
            let Some(metadata) = self.metadata(&current)? else { return Ok(Found::Nothing) };
            let is_last = names.peek().is_none();
            if is_last && metadata.is_file() {
                return Ok(Found::File);
            }
            if is_last || !metadata.is_dir() {
                return Ok(Found::InTheWay { what: kind_name(&metadata), path: current });
            }
        }
        Ok(Found::Nothing)
    }

    #[expect(clippy::unused_self, reason = "belongs to the folder")]
    fn metadata(&self, path: &Path) -> Result<Option<Metadata>, PathError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(PathError { action: "look at", path: path.to_owned(), source }),
        }
    }

    /// The bytes of the regular file at `path`, if there is one.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PathError> {
        if self.find(path)? != Found::File {
            return Ok(None);
        }
        let path = self.path(path);
        fs::read(&path).map(Some).map_err(|source| PathError { action: "read", path, source })
    }

    /// Makes the folder `path` and those above it; an empty path is the folder itself.
    pub fn make_folder(&self, path: &str) -> Result<(), PathError> {
        let folder = self.path(path);
        make_folders(&folder).map_err(|source| PathError { action: "make the folder", path: folder, source })
    }

    /// Writes a new file that nobody reads yet and makes sure that its bytes reach the disk.
    pub fn stage(&self, path: &str, bytes: &[u8]) -> Result<(), PathError> {
        let path = self.path(path);
        write_new(&path, bytes).map_err(|source| PathError { action: "write", path, source })
    }

    /// Moves a staged file to its place in one step. Whoever looks sees the old file or the new one.
    pub fn publish(&self, staged: &str, path: &str) -> Result<(), PathError> {
        let path = self.path(path);
        fs::rename(self.path(staged), &path).map_err(|source| PathError { action: "replace", path, source })
    }

    /// Removes the file at `path`; that it is gone already is fine.
    pub fn remove(&self, path: &str) -> Result<(), PathError> {
        let path = self.path(path);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                Err(PathError { action: "remove", path, source })
            }
            _ => Ok(()),
        }
    }

    /// Removes the folders above `path` that are empty, up to this folder, which stays.
    pub fn remove_empty_parents(&self, path: &str) {
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            // Fails where something lies in it, and that is the point.
            if fs::remove_dir(self.path(parent)).is_err() {
                return;
            }
            rest = parent;
        }
    }

    /// The names of the regular files directly in the folder `path`, sorted.
    pub fn file_names(&self, path: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(path))
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// Opens the file that a lock is put on, made if it is not there.
    pub fn open_lock(&self, path: &str) -> Result<File, PathError> {
        let path = self.path(path);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        opened.map_err(|source| PathError { action: "open", path, source })
    }

    /// Whether `file` is still what lies at `path`. Where files have no numbers this is taken for granted.
    pub fn is_same_file(&self, path: &str, file: &File) -> bool {
        same_file(&self.path(path), file)
    }

    /// Makes sure that what was renamed or removed in the folder `path` survives a power cut.
    pub fn sync(&self, path: &str) -> Result<(), PathError> {
        let folder = self.path(path);
        sync_folder(&folder).map_err(|source| PathError { action: "sync", path: folder, source })
    }
}

/// Gives the file at `path`, which somebody named, a new content in one step. What is no regular file (a pipe, a
/// terminal, a link to one of them) is written to as it is.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), PathError> {
    let failed = |source| PathError { action: "write", path: path.to_owned(), source };
    let is_special = fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file());
    if is_special {
        return fs::write(path, bytes).map_err(failed);
    }
    let name = path.file_name().ok_or(ErrorKind::InvalidInput).map_err(|kind| failed(kind.into()))?;
    let mut staged_name = std::ffi::OsString::from(".");
    staged_name.push(name);
    staged_name.push(format!(".{}.tmp", std::process::id()));
    let staged = path.with_file_name(staged_name);
    let result = write_new(&staged, bytes).and_then(|()| fs::rename(&staged, path));
    if result.is_err() {
        let _ = fs::remove_file(&staged);
    }
    result.map_err(failed)
}

fn kind_name(metadata: &Metadata) -> &'static str {
    match metadata.file_type() {
        kind if kind.is_symlink() => "a symbolic link",
        kind if kind.is_dir() => "a folder",
        kind if kind.is_file() => "a file",
        _ => "a special file",
    }
}

/// Makes folders with the usual rights, whatever the umask says.
fn make_folders(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => set_mode(folder, 0o755),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folders(folder.parent().ok_or(error)?)?;
            make_folders(folder)
        }
        Err(error) => Err(error),
    }
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

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn same_file(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let number = |metadata: io::Result<Metadata>| metadata.ok().map(|found| (found.dev(), found.ino()));
    number(fs::symlink_metadata(path)) == number(file.metadata())
}

#[cfg(not(unix))]
fn same_file(_: &Path, _: &File) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path());
        (directory, folder)
    }

    #[test]
    fn replaces_a_file_in_one_step() {
        let (_directory, folder) = folder();
        folder.make_folder("a/b").unwrap();
        for text in ["one", "two"] {
            folder.stage("staged", text.as_bytes()).unwrap();
            folder.publish("staged", "a/b/c.yaml").unwrap();
            assert_eq!(folder.read("a/b/c.yaml").unwrap().unwrap(), text.as_bytes());
        }
        assert_eq!(folder.find("staged").unwrap(), Found::Nothing);
    }

    #[test]
    fn a_staged_file_is_never_written_over_another() {
        let (_directory, folder) = folder();
        folder.stage("staged", b"one").unwrap();
        let error = folder.stage("staged", b"two").unwrap_err();
        assert_eq!(error.source.kind(), ErrorKind::AlreadyExists);
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_symbolic_link() {
        let (directory, folder) = folder();
        std::os::unix::fs::symlink("/", directory.path().join("link")).unwrap();
        let way = |path: &str, what| Found::InTheWay { path: directory.path().join(path), what };
        assert_eq!(folder.find("link").unwrap(), way("link", "a symbolic link"));
        assert_eq!(folder.find("link/etc/passwd").unwrap(), way("link", "a symbolic link"));
        assert_eq!(folder.read("link/etc/passwd").unwrap(), None);
    }

    #[test]
    fn removes_empty_folders_only() {
        let (_directory, folder) = folder();
        folder.make_folder("a/b").unwrap();
        folder.stage("a/mine", b"").unwrap();
        folder.stage("a/b/c", b"").unwrap();
        folder.remove("a/b/c").unwrap();
        folder.remove("a/b/c").unwrap();
        folder.remove_empty_parents("a/b/c");
        assert!(!folder.path("a/b").exists());
        assert!(folder.path("a/mine").exists());
    }
}
