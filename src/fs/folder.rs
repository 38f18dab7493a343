//! A folder on disk in which files are made, replaced and removed, and in which no symbolic link is followed.
//!
//! Every step from the folder down goes through the handle of the folder before it, so it does not help to put a link
//! in the way between a look and a change.

#[cfg(all(unix, test))]
mod by_path;
#[cfg_attr(not(unix), path = "folder/by_path.rs")]
mod handle;

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use handle::Handle;

/// From so many files on, the disk is told once to write everything, and not for each.
const MANY: usize = 64;

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

/// What has a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// A folder that may not exist yet. Paths are relative to it, with `/` between names.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    handle: Arc<OnceLock<Arc<Handle>>>,
    #[cfg(test)]
    faults: Faults,
}

/// Where the way to a path ends.
enum Way<'a> {
    /// In the folder that holds it, or would.
    Parent(Arc<Handle>, &'a str),
    /// Where a folder is missing.
    Missing,
    /// At something that is no folder.
    Blocked(PathBuf, Kind),
}

impl Folder {
    /// The folder at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            handle: Arc::default(),
            #[cfg(test)]
            faults: Faults::default(),
        }
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
        self.try_to("look at", path, || match self.way(path)? {
            Way::Missing => Ok(Found::Nothing),
            Way::Blocked(path, kind) => Ok(Found::InTheWay { path, what: kind.name() }),
            Way::Parent(parent, name) => Ok(match parent.kind(name)? {
                None => Found::Nothing,
                Some(Kind::File) => Found::File,
                Some(kind) => Found::InTheWay { path: self.path(path), what: kind.name() },
            }),
        })
    }

    /// The bytes of the regular file at `path`, if there is one. More than `limit` bytes are an error.
    pub fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, PathError> {
        self.try_to("read", path, || {
            let Way::Parent(parent, name) = self.way(path)? else { return Ok(None) };
            if parent.kind(name)? != Some(Kind::File) {
                return Ok(None);
            }
            let file = parent.read(name)?;
            let metadata = file.metadata()?;
            if !metadata.is_file() || metadata.len() > limit {
                return Err(io::Error::other(format!("it is no file of at most {limit} bytes")));
            }
            let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
            file.take(limit).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        })
    }

    /// Makes the folder `path` and those above it; an empty path is the folder itself.
    pub fn make_folder(&self, path: &str) -> Result<(), PathError> {
        self.make_root()?;
        let Some(mut folder) = self.try_to("open", "", || self.handle())? else {
            return Err(self.failed("open", "", ErrorKind::NotFound.into()));
        };
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        for (index, name) in names.iter().enumerate() {
            let here = names[..=index].join("/");
            let next = match folder.folder(name) {
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    self.change("make the folder", &here, || folder.make_folder(name))?;
                    folder.folder(name)
                }
                other => other,
            };
            folder = Arc::new(next.map_err(|source| self.failed("open the folder", &here, source))?);
        }
        Ok(())
    }

    /// The folder itself is made where somebody said it should be, links or not.
    fn make_root(&self) -> Result<(), PathError> {
        if self.try_to("open", "", || self.handle())?.is_some() {
            return Ok(());
        }
        self.change("make the folder", "", || make_folders(&self.root))
    }

    /// Writes a new file that nobody reads yet.
    pub fn stage(&self, path: &str, bytes: &[u8]) -> Result<(), PathError> {
        let (parent, name) = self.parent("write", path)?;
        let mut file = self.change("write", path, || parent.create(name))?;
        self.change("write", path, || file.write_all(bytes))
    }

    /// Moves a staged file to its place in one step. Whoever looks sees the old file or the new one.
    pub fn publish(&self, staged: &str, path: &str) -> Result<(), PathError> {
        let (from, old_name) = self.parent("replace", staged)?;
        let (to, name) = self.parent("replace", path)?;
        self.change("replace", path, || from.rename(old_name, &to, name))
    }

    /// Gives a staged file its name too, unless something has it. Of many that do so at once one succeeds, but where
    /// files have only one name and the last one wins.
    pub fn publish_new(&self, staged: &str, path: &str) -> Result<(), PathError> {
        let (from, old_name) = self.parent("write", staged)?;
        let (to, name) = self.parent("write", path)?;
        self.change("write", path, || match from.link(old_name, &to, name) {
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
                if to.kind(name)?.is_some() {
                    return Err(ErrorKind::AlreadyExists.into());
                }
                from.rename(old_name, &to, name)
            }
            other => other,
        })
    }

    /// Removes the file at `path`; that it is gone already is fine.
    pub fn remove(&self, path: &str) -> Result<(), PathError> {
        let Way::Parent(parent, name) = self.try_to("remove", path, || self.way(path))? else {
            return Ok(());
        };
        self.change("remove", path, || match parent.remove_file(name) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        })
    }

    /// Removes the folders above `path` that are empty, up to this folder, which stays.
    pub fn remove_empty_parents(&self, path: &str) {
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            let Ok(Way::Parent(parent, name)) = self.way(folder) else { return };
            // Fails where something lies in it, and that is the point.
            if self.change("remove", folder, || parent.remove_folder(name)).is_err() {
                return;
            }
            rest = folder;
        }
    }

    /// The names of the regular files directly in the folder `path`, sorted.
    pub fn file_names(&self, path: &str) -> Result<Vec<String>, PathError> {
        self.try_to("read", path, || {
            let Way::Parent(parent, name) = self.way(path)? else { return Ok(Vec::new()) };
            let folder = match parent.folder(name) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                other => other?,
            };
            let mut names = folder.names()?;
            names.retain(|name| matches!(folder.kind(name), Ok(Some(Kind::File))));
            names.sort();
            Ok(names)
        })
    }

    /// Opens the file that a lock is put on, made if it is not there.
    pub fn open_lock(&self, path: &str) -> Result<File, PathError> {
        let (parent, name) = self.parent("open", path)?;
        self.change("open", path, || parent.read_or_create(name))
    }

    /// Says in a file that this run has locked whose it is.
    pub fn sign(&self, path: &str, mut file: &File, text: &str) -> Result<(), PathError> {
        self.change("write", path, || {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())
        })
    }

    /// Whether `file` is still what lies at `path`. Where files have no numbers this is taken for granted.
    pub fn is_same_file(&self, path: &str, file: &File) -> bool {
        matches!(self.way(path), Ok(Way::Parent(parent, name)) if parent.is(name, file).unwrap_or(false))
    }

    /// Waits until these files and folders have reached the disk, so that they survive a power cut.
    pub fn sync(&self, paths: &[&str]) -> Result<(), PathError> {
        if paths.len() >= MANY && self.change("sync", "", || self.sync_all())? {
            return Ok(());
        }
        paths.par_iter().try_for_each(|path| self.change("sync", path, || self.sync_one(path)))
    }

    fn sync_all(&self) -> io::Result<bool> {
        self.handle()?.map_or(Ok(true), |handle| handle.sync_all())
    }

    fn sync_one(&self, path: &str) -> io::Result<()> {
        if path.is_empty() {
            return self.handle()?.map_or(Ok(()), |handle| handle.sync());
        }
        let Way::Parent(parent, name) = self.way(path)? else { return Ok(()) };
        match parent.kind(name)? {
            Some(Kind::Folder) => parent.folder(name)?.sync(),
            Some(Kind::File) => parent.read(name)?.sync_all(),
            _ => Ok(()),
        }
    }

    /// The handle of the folder itself, if it is there.
    fn handle(&self) -> io::Result<Option<Arc<Handle>>> {
        if let Some(handle) = self.handle.get() {
            return Ok(Some(handle.clone()));
        }
        match Handle::open(&self.root) {
            Ok(handle) => Ok(Some(self.handle.get_or_init(|| Arc::new(handle)).clone())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes to the folder that holds `path`.
    fn way<'a>(&self, path: &'a str) -> io::Result<Way<'a>> {
        let Some(mut folder) = self.handle()? else { return Ok(Way::Missing) };
        let mut rest = path;
        while let Some((name, below)) = rest.split_once('/') {
            folder = match folder.folder(name) {
                Ok(next) => Arc::new(next),
                Err(error) => {
                    return match folder.kind(name)? {
                        None => Ok(Way::Missing),
                        Some(Kind::Folder) => Err(error),
                        Some(kind) => {
                            let here = &path[..path.len() - below.len() - "/".len()];
                            Ok(Way::Blocked(self.path(here), kind))
                        }
                    };
                }
            };
            rest = below;
        }
        Ok(Way::Parent(folder, rest))
    }

    fn parent<'a>(&self, action: &'static str, path: &'a str) -> Result<(Arc<Handle>, &'a str), PathError> {
        match self.try_to(action, path, || self.way(path))? {
            Way::Parent(folder, name) => Ok((folder, name)),
            Way::Missing => Err(self.failed(action, path, ErrorKind::NotFound.into())),
            Way::Blocked(path, kind) => {
                let source = io::Error::other(format!("{} is where a folder should be", kind.name()));
                Err(PathError { action, path, source })
            }
        }
    }

    fn try_to<T>(
        &self,
        action: &'static str,
        path: &str,
        call: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, PathError> {
        call().map_err(|source| self.failed(action, path, source))
    }

    /// Everything that changes something goes through here, so that tests can let each of them fail.
    fn change<T>(
        &self,
        action: &'static str,
        path: &str,
        call: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, PathError> {
        #[cfg(test)]
        self.faults.before(action, path).map_err(|source| self.failed(action, path, source))?;
        self.try_to(action, path, call)
    }

    fn failed(&self, action: &'static str, path: &str, source: io::Error) -> PathError {
        PathError { action, path: self.path(path), source }
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Special => "a special file",
        }
    }
}

/// Makes a folder and those above it with the usual rights, whatever the umask says.
fn make_folders(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return std::fs::create_dir_all(path);
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let handle = match Handle::open(parent) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folders(parent)?;
            Handle::open(parent)?
        }
        other => other?,
    };
    handle.make_folder(name)
}

/// Lets the changes of a test fail.
#[cfg(test)]
pub(crate) use faults::Faults;

#[cfg(test)]
mod faults {
    use std::fmt;
    use std::io;
    use std::sync::{Arc, Mutex};

    type Verdict = dyn FnMut(&str, &str) -> io::Result<()> + Send;

    /// What a test says before each change; nothing unless it is told to.
    #[derive(Clone, Default)]
    pub(crate) struct Faults(Option<Arc<Mutex<Box<Verdict>>>>);

    impl Faults {
        pub(super) fn before(&self, action: &str, path: &str) -> io::Result<()> {
            self.0.as_ref().map_or(Ok(()), |verdict| verdict.lock().unwrap()(action, path))
        }
    }

    impl super::Folder {
        /// Asks `verdict` before each change, with what is to be done and where.
        pub(crate) fn with_faults(
            mut self,
            verdict: impl FnMut(&str, &str) -> io::Result<()> + Send + 'static,
        ) -> Self {
            self.faults = Faults(Some(Arc::new(Mutex::new(Box::new(verdict)))));
            self
        }
    }

    impl fmt::Debug for Faults {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("Faults")
        }
    }
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
            folder.sync(&["staged", "a/b", ""]).unwrap();
            folder.publish("staged", "a/b/c.yaml").unwrap();
            assert_eq!(folder.read("a/b/c.yaml", 3).unwrap().unwrap(), text.as_bytes());
        }
        assert_eq!(folder.find("staged").unwrap(), Found::Nothing);
        assert!(folder.read("a/b/c.yaml", 2).is_err(), "it is longer");
    }

    #[test]
    fn makes_itself_and_the_folders_above() {
        let (directory, _) = folder();
        let folder = Folder::new(directory.path().join("some/where"));
        assert_eq!(folder.find("a/b").unwrap(), Found::Nothing);
        assert_eq!(folder.file_names("a").unwrap(), [""; 0]);
        folder.make_folder("a").unwrap();
        folder.stage("a/b", b"").unwrap();
        assert_eq!(folder.file_names("a").unwrap(), ["b"]);
        assert!(directory.path().join("some/where/a/b").is_file());
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
    fn follows_no_symbolic_link_whatever_it_is_asked_to_do() {
        let (directory, folder) = folder();
        let (victim, _) = self::folder();
        std::fs::write(victim.path().join("file"), "intact").unwrap();
        std::os::unix::fs::symlink(victim.path(), directory.path().join("link")).unwrap();
        std::os::unix::fs::symlink(victim.path().join("file"), directory.path().join("file")).unwrap();
        folder.stage("staged", b"x").unwrap();
        let way = |path: &str, what| Found::InTheWay { path: directory.path().join(path), what };
        assert_eq!(folder.find("link").unwrap(), way("link", "a symbolic link"));
        assert_eq!(folder.find("link/file").unwrap(), way("link", "a symbolic link"));
        assert_eq!(folder.read("link/file", 99).unwrap(), None);
        assert_eq!(folder.read("file", 99).unwrap(), None);
        assert!(folder.make_folder("link/new").is_err());
        assert!(folder.stage("link/new", b"").is_err());
        assert!(folder.publish("staged", "link/file").is_err());
        assert!(folder.publish("link/file", "mine").is_err());
        assert!(folder.open_lock("file").is_err() && folder.open_lock("link/file").is_err());
        assert!(folder.file_names("link").is_err());
        folder.remove("link/file").unwrap();
        folder.remove_empty_parents("link/file");
        assert_eq!(std::fs::read_to_string(victim.path().join("file")).unwrap(), "intact");
        assert_eq!(std::fs::read_dir(victim.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_swapped_for_a_link_after_the_look_leads_nowhere() {
        let (directory, folder) = folder();
        let (victim, _) = self::folder();
        folder.make_folder("a").unwrap();
        folder.stage("staged", b"x").unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        let target = victim.path().to_owned();
        let folder = folder.with_faults(move |action, _| {
            if action == "replace" {
                std::fs::rename(&from, &to)?;
                std::os::unix::fs::symlink(&target, &from)?;
            }
            Ok(())
        });
        folder.publish("staged", "a/c").unwrap();
        assert_eq!(std::fs::read_dir(victim.path()).unwrap().count(), 0);
        assert!(directory.path().join("b/c").is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_in_the_way_and_nobody_waits_for_it() {
        let (directory, folder) = folder();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            directory.path().join("pipe"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        assert!(matches!(folder.find("pipe").unwrap(), Found::InTheWay { what: "a special file", .. }));
        assert_eq!(folder.read("pipe", 99).unwrap(), None);
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

    /// The stand-in for systems without handles does the same as long as nobody interferes.
    #[cfg(unix)]
    #[test]
    fn folders_by_path_do_the_same() {
        let (directory, _) = folder();
        let root = by_path::Handle::open(directory.path()).unwrap();
        root.make_folder("a").unwrap();
        let folder = root.folder("a").unwrap();
        let mut file = folder.create("old").unwrap();
        file.write_all(b"x").unwrap();
        folder.link("old", &root, "first").unwrap();
        assert_eq!(folder.link("old", &root, "first").unwrap_err().kind(), ErrorKind::AlreadyExists);
        root.remove_file("first").unwrap();
        folder.rename("old", &root, "new").unwrap();
        assert!(root.is("new", &file).unwrap() && !folder.is("old", &file).unwrap());
        assert_eq!(root.kind("new").unwrap(), Some(Kind::File));
        std::os::unix::fs::symlink("new", directory.path().join("link")).unwrap();
        assert!(root.read("new").is_ok() && root.read("link").is_err() && root.folder("link").is_err());
        assert!(root.read_or_create("link").is_err());
        let mut names = root.names().unwrap();
        names.sort();
        assert_eq!(names, ["a", "link", "new"]);
        root.remove_file("new").unwrap();
        root.remove_folder("a").unwrap();
        root.read_or_create("made").unwrap();
        assert!(!root.sync_all().unwrap() && root.sync().is_ok());
    }
}
