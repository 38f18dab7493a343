//! A folder where the operating system has no handles to look names up from: by its path. Links are not followed as
//! far as a look beforehand tells.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Kind;

/// A folder.
#[derive(Debug)]
pub(super) struct Handle(PathBuf);

impl Handle {
    /// The folder at a path. Links are followed: somebody named it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        if path.is_dir() { Ok(Self(path)) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// A folder in this one, not through a link.
    pub(super) fn folder(&self, name: &str) -> io::Result<Self> {
        match self.kind(name)? {
            Some(Kind::Folder) => Ok(Self(self.0.join(name))),
            Some(_) => Err(ErrorKind::NotADirectory.into()),
            None => Err(ErrorKind::NotFound.into()),
        }
    }

    /// Makes a folder.
    pub(super) fn make_folder(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    /// What has this name.
    pub(super) fn kind(&self, name: &str) -> io::Result<Option<Kind>> {
        let metadata = match fs::symlink_metadata(self.0.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        Ok(Some(match metadata.file_type() {
            kind if kind.is_symlink() => Kind::Link,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            _ => Kind::Special,
        }))
    }

    /// Opens a file to read it.
    pub(super) fn read(&self, name: &str) -> io::Result<File> {
        self.refuse_link(name)?;
        File::open(self.0.join(name))
    }

    /// Makes a file that is not there yet.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.0.join(name))
    }

    /// Opens a file to read and write it, made if it is not there.
    pub(super) fn read_or_create(&self, name: &str) -> io::Result<File> {
        self.refuse_link(name)?;
        File::options().create(true).truncate(false).read(true).write(true).open(self.0.join(name))
    }

    fn refuse_link(&self, name: &str) -> io::Result<()> {
        match self.kind(name)? {
            Some(Kind::Link) => Err(io::Error::other("it is a symbolic link")),
            _ => Ok(()),
        }
    }

    /// Whether `file` is what has this name. Files have no numbers here, so this is taken for granted.
    pub(super) fn is(&self, name: &str, _: &File) -> io::Result<bool> {
        Ok(self.kind(name)?.is_some())
    }

    /// Gives a file another name, in one step; what had that name before is gone.
    pub(super) fn rename(&self, name: &str, folder: &Self, new_name: &str) -> io::Result<()> {
        fs::rename(self.0.join(name), folder.0.join(new_name))
    }

    /// Gives a file a second name, unless something has it.
    pub(super) fn link(&self, name: &str, folder: &Self, new_name: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(name), folder.0.join(new_name))
    }

    /// Removes a file.
    pub(super) fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    /// Removes a folder that is empty.
    pub(super) fn remove_folder(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    /// All names in it that are text.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(io::Result::transpose).collect()
    }

    /// Folders cannot be waited for here.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where they can")]
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    /// Nor can file systems.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where they can")]
    pub(super) fn sync_all(&self) -> io::Result<bool> {
        Ok(false)
    }
}
