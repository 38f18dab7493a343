//! An open folder. Names in it are looked up from the handle, so that nobody can put a link in the way.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags, Stat};

use super::Kind;

/// How a folder is opened.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// How a file is opened: neither through a link, nor waiting for the other end of a pipe.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// An open folder.
#[derive(Debug)]
pub(super) struct Handle(OwnedFd);

impl Handle {
    /// Opens a folder by its path. Links are followed: somebody named it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::open(path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder in this one, not through a link.
    pub(super) fn folder(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// Makes a folder with the usual rights, whatever the umask says.
    pub(super) fn make_folder(&self, name: &str) -> io::Result<()> {
        fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o755))?;
        Ok(fs::fchmod(&self.folder(name)?.0, Mode::from_raw_mode(0o755))?)
    }

    /// What has this name.
    pub(super) fn kind(&self, name: &str) -> io::Result<Option<Kind>> {
        Ok(self.stat(name)?.map(|stat| match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            _ => Kind::Special,
        }))
    }

    fn stat(&self, name: &str) -> io::Result<Option<Stat>> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a file to read it.
    pub(super) fn read(&self, name: &str) -> io::Result<File> {
        Ok(fs::openat(&self.0, name, OFlags::RDONLY | FILE, Mode::empty())?.into())
    }

    /// Makes a file that is not there yet, with the usual rights, whatever the umask says.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | FILE;
        let file = fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o644))?;
        fs::fchmod(&file, Mode::from_raw_mode(0o644))?;
        Ok(file.into())
    }

    /// Opens a file to read and write it, made if it is not there.
    pub(super) fn read_or_create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | FILE;
        Ok(fs::openat(&self.0, name, flags, Mode::from_raw_mode(0o644))?.into())
    }

    /// Whether `file` is what has this name.
    pub(super) fn is(&self, name: &str, file: &File) -> io::Result<bool> {
        let number = |stat: Stat| (stat.st_dev, stat.st_ino);
        Ok(self.stat(name)?.map(number) == Some(number(fs::fstat(file)?)))
    }

    /// Gives a file another name, in one step; what had that name before is gone.
    pub(super) fn rename(&self, name: &str, folder: &Self, new_name: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, name, &folder.0, new_name)?)
    }

    /// Gives a file a second name, unless something has it.
    pub(super) fn link(&self, name: &str, folder: &Self, new_name: &str) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &folder.0, new_name, AtFlags::empty())?)
    }

    /// Removes a file.
    pub(super) fn remove_file(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes a folder that is empty.
    pub(super) fn remove_folder(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// All names in it that are text.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_owned();
            names.extend(name.into_string().ok().filter(|name| name != "." && name != ".."));
        }
        Ok(names)
    }

    /// Waits until what was made, renamed or removed here has reached the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }

    /// Waits until everything that was written to this file system has reached the disk, where that can be asked for.
    pub(super) fn sync_all(&self) -> io::Result<bool> {
        #[cfg(target_os = "linux")]
        fs::syncfs(&self.0)?;
        Ok(cfg!(target_os = "linux"))
    }
}
