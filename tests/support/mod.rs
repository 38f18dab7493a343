//! A temporary workspace, and the real command run in it with nothing of the machine's environment.

#[cfg(unix)]
pub(crate) mod faults;
pub(crate) mod git;
pub(crate) mod grafana;
pub(crate) mod proxy;
pub(crate) mod random;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of its own for one test.
pub(crate) struct Workspace {
    directory: TempDir,
}

/// The command before it runs.
pub(crate) struct Stackgen {
    command: Command,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// An empty folder in memory where there is such a place, for tests that wait for the disk again and again.
    pub(crate) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self { directory: directory.unwrap() }
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let workspace = Self::new();
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    /// A copy of a folder.
    pub(crate) fn copy_of(folder: &Path) -> Self {
        let workspace = Self::new();
        for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap();
                workspace.write(path, &std::fs::read_to_string(entry.path()).unwrap());
            }
        }
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Every file below `folder` with its content, by its path with `/`.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| {
                let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                (path, std::fs::read(entry.path()).unwrap_or_default())
            })
            .collect()
    }

    /// The command in this folder.
    pub(crate) fn stackgen<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Stackgen {
        stackgen_in(self.root(), arguments)
    }

    /// Runs the command in this folder.
    pub(crate) fn run<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Run {
        self.stackgen(arguments).run()
    }
}

/// The command in a folder that it only reads.
pub(crate) fn stackgen_in<I: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = I>,
) -> Stackgen {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackgen"));
    command.args(arguments).current_dir(folder).env_clear();
    Stackgen { command }
}

/// Whether files' rights do not hold for whoever runs the tests.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    tempfile::tempdir().unwrap().path().metadata().unwrap().uid() == 0
}

impl Stackgen {
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// As the user `nobody` if this is root, who may write everywhere.
    #[cfg(unix)]
    pub(crate) fn by_nobody(mut self) -> Self {
        use std::os::unix::process::CommandExt as _;
        const NOBODY: u32 = 65_534;
        if is_root() {
            self.command.uid(NOBODY).gid(NOBODY);
        }
        self
    }

    /// What it writes to a terminal of `width` columns; nothing where the system has no terminals to give.
    #[cfg(unix)]
    pub(crate) fn on_terminal(mut self, width: u16) -> Option<String> {
        use rustix::{pty, termios};
        let terminal = pty::openpt(pty::OpenptFlags::RDWR | pty::OpenptFlags::NOCTTY).ok()?;
        pty::grantpt(&terminal).unwrap();
        pty::unlockpt(&terminal).unwrap();
        let size = termios::Winsize { ws_row: 40, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 };
        let name = pty::ptsname(&terminal, Vec::new()).unwrap();
        let screen = std::fs::File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        termios::tcsetwinsize(&screen, size).unwrap();
        self.command.stdin(std::process::Stdio::null()).stderr(screen.try_clone().unwrap()).stdout(screen);
        let mut process = self.command.spawn().unwrap();
        drop(self.command); // its side of the terminal, or reading has no end
        let mut written = Vec::new();
        // Linux ends a terminal that nobody writes to any more with an error.
        let _ = std::io::Read::read_to_end(&mut std::fs::File::from(terminal), &mut written);
        process.wait().unwrap();
        Some(String::from_utf8(written).unwrap())
    }

    /// Starts it; others may run at the same time.
    pub(crate) fn start(mut self) -> std::process::Child {
        use std::process::Stdio;
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn run(mut self) -> Run {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// Says that a test shows nothing here, also where the output of tests is kept back. In CI no tool may be missing.
pub(crate) fn skip(test: &str, needs: &str) {
    use std::io::Write as _;
    assert!(std::env::var_os("STACKGEN_REQUIRE_TOOLS").is_none(), "{test} needs {needs}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test} needs {needs}");
}

impl Run {
    /// Exactly this happened.
    #[track_caller]
    pub(crate) fn is(self, status: i32, stdout: &str, stderr: &str) {
        assert_eq!(
            (self.status, self.stdout.as_str(), self.stderr.as_str()),
            (Some(status), stdout, stderr),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
    }

    /// It went well and said nothing on stderr; gives what is on stdout.
    #[track_caller]
    pub(crate) fn quiet_success(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{}{}", self.stderr, self.stdout);
        self.stdout
    }

    /// It ended with `status` and nothing on stdout; gives what is on stderr.
    #[track_caller]
    pub(crate) fn fails_with(self, status: i32) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (Some(status), ""), "{}", self.stderr);
        self.stderr
    }
}
