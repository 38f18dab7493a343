//! A node on this machine: a data folder and addresses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::{
    Digest, Endpoint, Failure, Node, NodeError, NodeFile, NodeLock, Owner, Request, Response, Service,
};

/// What a file is called until all of it is there.
const PART: &str = ".stackgen-part";
/// What a run locks that writes to the folder.
const LOCK: &str = ".stackgen-lock";
/// What servers give their files and folders, whatever the umask is here.
const FILE_MODE: u32 = 0o644;
const FOLDER_MODE: u32 = 0o755;
/// How much is copied at once.
const PIECE: usize = 256 << 10;

/// A replica whose data folder is on this machine.
#[derive(Clone, Debug)]
pub struct LocalNode {
    folder: PathBuf,
    services: BTreeMap<Service, Endpoint>,
}

impl LocalNode {
    /// On a folder that is there; its servers are named by [`Self::with`].
    pub fn new(folder: &Path) -> Result<Self, NodeError> {
        let place = folder.display().to_string();
        let metadata = fs::metadata(folder).map_err(|error| NodeError::of(&place, &error))?;
        if !metadata.is_dir() {
            return Err(NodeError::new(Failure::Path, place, "is a file, a data folder was expected"));
        }
        Ok(Self { folder: folder.to_owned(), services: BTreeMap::new() })
    }

    /// With the address of one of its servers.
    #[must_use]
    pub fn with(mut self, service: Service, endpoint: Endpoint) -> Self {
        self.services.insert(service, endpoint);
        self
    }

    fn endpoint(&self, service: Service) -> Result<&Endpoint, NodeError> {
        self.services.get(&service).ok_or_else(|| {
            let message = format!("no address of {} is known", service.name());
            NodeError::new(Failure::Missing, self.describe(), message)
        })
    }

    /// The place of a path, if it stays in the data folder and goes through no link.
    fn place(&self, path: &str) -> Result<PathBuf, NodeError> {
        let mut place = self.folder.clone();
        for part in path.split('/') {
            if matches!(part, "" | "." | "..") || part.contains(['\\', '\0', ':']) {
                return Err(NodeError::new(Failure::Path, path, "is no path below the data folder"));
            }
            place.push(part);
            if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
                let message = "is a link, which may lead out of the data folder";
                return Err(NodeError::new(Failure::Path, place.display().to_string(), message)
                    .hint("put what it leads to in its place"));
            }
        }
        Ok(place)
    }

    /// Makes a new file or folder what the server's own are: readable, and its owner's, whoever this is.
    #[cfg(unix)]
    fn give(&self, place: &Path, mode: u32) -> Result<(), NodeError> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
        let own = || {
            fs::set_permissions(place, fs::Permissions::from_mode(mode))?;
            let (folder, metadata) = (fs::metadata(&self.folder)?, fs::metadata(place)?);
            if (folder.uid(), folder.gid()) != (metadata.uid(), metadata.gid()) {
                chown(place, Some(folder.uid()), Some(folder.gid()))?;
            }
            Ok(())
        };
        own().map_err(|error: io::Error| {
            let message = format!("PF13-ownership: cannot be given to the owner of the data folder: {error}");
            NodeError::new(Failure::Forbidden, place.display().to_string(), message)
                .hint("run as the user that the server runs as, or as root")
        })
    }

    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where files have owners")]
    fn give(&self, _: &Path, _: u32) -> Result<(), NodeError> {
        Ok(())
    }

    /// A file that `list` met, with its path.
    fn file(&self, entry: &walkdir::DirEntry) -> Result<Option<NodeFile>, NodeError> {
        let place = entry.path().display().to_string();
        let relative = entry.path().strip_prefix(&self.folder).ok().and_then(Path::to_str);
        let Some(relative) = relative else {
            return Err(NodeError::new(Failure::Path, place, "has a name that is no text"));
        };
        let path = relative.replace(std::path::MAIN_SEPARATOR, "/");
        if entry.file_type().is_symlink() {
            self.place(&path)?;
        }
        match entry.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(Some(NodeFile { path, size: metadata.len() })),
            Ok(_) => Ok(None),
            Err(error) if vanished(&error, 1) => Ok(None),
            Err(error) => Err(NodeError::of(place, &error.into())),
        }
    }
}

/// A server that compacts removes files while they are listed; the folder itself has to be there.
fn vanished(error: &walkdir::Error, depth: usize) -> bool {
    depth > 0 && error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// A lock on a file, which the system takes back from a run that dies.
struct FolderLock {
    place: PathBuf,
    _file: File,
}

impl NodeLock for FolderLock {}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Whoever opens it between this and the end of the lock waits for nobody; that it stays is no harm either.
        let _ = fs::remove_file(&self.place);
    }
}

impl Node for LocalNode {
    fn describe(&self) -> String {
        self.folder.display().to_string()
    }

    fn list(&self, folder: &str) -> Result<Vec<NodeFile>, NodeError> {
        let place = if folder.is_empty() { self.folder.clone() } else { self.place(folder)? };
        let mut files = Vec::new();
        // File systems put a folder into their root that nobody may read.
        let is_ours = |entry: &walkdir::DirEntry| entry.depth() != 1 || entry.file_name() != "lost+found";
        for entry in walkdir::WalkDir::new(&place).into_iter().filter_entry(is_ours) {
            match entry {
                Ok(entry) => files.extend(self.file(&entry)?),
                Err(error) if vanished(&error, error.depth()) => {}
                Err(error) => return Err(NodeError::of(place.display().to_string(), &error.into())),
            }
        }
        files.sort();
        Ok(files)
    }

    fn read(&self, path: &str, out: &mut dyn Write) -> Result<Digest, NodeError> {
        let place = self.place(path)?;
        let named = |error: &io::Error| NodeError::of(place.display().to_string(), error);
        let mut file = File::open(&place).map_err(|error| named(&error))?;
        copy(&mut file, out).map_err(|error| named(&error))
    }

    fn write(&self, path: &str, input: &mut dyn Read, digest: &Digest) -> Result<(), NodeError> {
        let (place, part) = (self.place(path)?, self.place(&format!("{path}{PART}"))?);
        let written = write_part(&part, input, digest)
            .and_then(|()| self.give(&part, FILE_MODE))
            .and_then(|()| rename_durably(&part, &place).map_err(|error| NodeError::of(path, &error)));
        if written.is_err() {
            // Whatever stopped the write is what has to be told, not that the part is still there.
            let _ = fs::remove_file(&part);
        }
        written
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), NodeError> {
        let (old, new) = (self.place(from)?, self.place(to)?);
        if fs::symlink_metadata(&new).is_ok() {
            return Err(NodeError::new(Failure::Exists, new.display().to_string(), "is there already"));
        }
        rename_durably(&old, &new).map_err(|error| NodeError::of(old.display().to_string(), &error))
    }

    fn remove_folder(&self, path: &str) -> Result<(), NodeError> {
        let place = self.place(path)?;
        match fs::remove_dir_all(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(NodeError::of(place.display().to_string(), &error))
            }
            _ => Ok(()),
        }
    }

    fn make_folder(&self, path: &str) -> Result<(), NodeError> {
        let place = self.place(path)?;
        if let Some((above, _)) = path.rsplit_once('/') {
            self.make_folder(above)?;
        }
        match fs::create_dir(&place) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(NodeError::of(place.display().to_string(), &error)),
            Ok(()) => self.give(&place, FOLDER_MODE),
        }
    }

    #[cfg(unix)]
    fn free_space(&self) -> Option<u64> {
        let space = rustix::fs::statvfs(&self.folder).ok()?;
        space.f_bavail.checked_mul(space.f_frsize)
    }

    #[cfg(not(unix))]
    fn free_space(&self) -> Option<u64> {
        None
    }

    #[cfg(unix)]
    fn owner(&self) -> Option<Owner> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(&self.folder).ok()?;
        Some(Owner { user: metadata.uid(), group: metadata.gid() })
    }

    #[cfg(not(unix))]
    fn owner(&self) -> Option<Owner> {
        None
    }

    fn lock(&self) -> Result<Box<dyn NodeLock + '_>, NodeError> {
        let place = self.place(LOCK)?;
        let named = |error: &io::Error| NodeError::of(place.display().to_string(), error);
        let file = File::create(&place).map_err(|error| named(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(FolderLock { place, _file: file })),
            Err(fs::TryLockError::WouldBlock) => {
                let message = "another run writes to this folder";
                Err(NodeError::new(Failure::Exists, self.describe(), message).hint("wait for it to end"))
            }
            Err(fs::TryLockError::Error(error)) => Err(named(&error)),
        }
    }

    /// A server may hold a lock on a file in its folder, but many are told not to; all of them write to their log.
    fn is_in_use(&self) -> Result<bool, NodeError> {
        let place = self.place("lock")?;
        match File::open(&place) {
            Ok(file) if matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)) => Ok(true),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(NodeError::of(place.display().to_string(), &error))
            }
            _ => Ok(self.folder.canonicalize().is_ok_and(|folder| has_open_files(&folder))),
        }
    }

    fn place_on_this_machine(&self, path: &str) -> Option<PathBuf> {
        self.place(path).ok()
    }

    fn http(&self, service: Service, request: &Request) -> Result<Response, NodeError> {
        self.endpoint(service)?.ask(service, request)
    }

    fn stream(
        &self,
        service: Service,
        request: &Request,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
    ) -> Result<u16, NodeError> {
        self.endpoint(service)?.stream(service, request, take)
    }
}

/// Whether a process has a file in the folder open, of those that this one may look at. Where there is no `/proc`,
/// nobody knows.
fn has_open_files(folder: &Path) -> bool {
    let entries = |path: PathBuf| fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    entries(PathBuf::from("/proc"))
        .filter(|process| process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit))
        .flat_map(|process| entries(process.path().join("fd")))
        .any(|file| fs::read_link(file.path()).is_ok_and(|target| target.starts_with(folder)))
}

/// Copies to the end; says what went through.
fn copy(input: &mut dyn Read, out: &mut dyn Write) -> io::Result<Digest> {
    let (mut hash, mut size, mut piece) = (sha2::Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let length = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&piece[..length]);
        out.write_all(&piece[..length])?;
        size += length as u64;
    }
    let sha256 = hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(Digest { size, sha256 })
}

/// Writes a part file and holds it against what was promised; one byte more than that is enough to know.
fn write_part(part: &Path, input: &mut dyn Read, digest: &Digest) -> Result<(), NodeError> {
    let named = |error: &io::Error| NodeError::of(part.display().to_string(), error);
    let mut file = File::create(part).map_err(|error| named(&error))?;
    let mut input = input.take(digest.size.saturating_add(1));
    let came = copy(&mut input, &mut file).map_err(|error| named(&error))?;
    if came != *digest {
        let message = format!(
            "{} bytes with the digest {} were expected, {} with {} came",
            digest.size, digest.sha256, came.size, came.sha256
        );
        return Err(
            NodeError::new(Failure::Content, part.display().to_string(), message).hint("send it again")
        );
    }
    file.sync_all().map_err(|error| named(&error))
}

/// A name counts after a crash only when the folder that holds it is on the disk too.
fn rename_durably(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    [to.parent(), from.parent()].into_iter().flatten().try_for_each(sync_folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere folders cannot be opened, and the system looks after names itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
