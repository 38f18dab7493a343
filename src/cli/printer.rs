//! Where output goes: data to stdout, everything else to stderr.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::output::{Screen, Text};
use crate::yaml::Sources;

/// How many bytes go to stdout at a time.
const STDOUT_BUFFER: usize = 1 << 16;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` or `CI` is set or the terminal is dumb
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Prints for one run.
#[derive(Clone, Debug)]
pub(super) struct Printer {
    /// Paths are shown relative to this folder.
    pub(super) directory: PathBuf,
    colour: bool,
    quiet: bool,
}

impl Printer {
    /// A printer for a run in `directory`.
    pub(super) fn new(color: Color, quiet: bool, directory: PathBuf) -> Self {
        Self { directory, colour: color.resolve(), quiet }
    }

    /// One that says nothing of what is not an error.
    pub(super) fn silent(&self) -> Self {
        Self { quiet: true, ..self.clone() }
    }

    /// What goes to stdout is read on this.
    pub(super) fn screen(&self) -> Screen {
        let is_terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size_of(io::stdout()).filter(|_| is_terminal);
        Screen {
            has_colour: self.colour && is_terminal,
            width: size.map(|(terminal_size::Width(width), _)| usize::from(width)),
        }
    }

    /// Whether somebody sits in front of stderr and wants to hear more than errors.
    pub(super) fn shows_progress(&self) -> bool {
        io::stderr().is_terminal() && !self.quiet && std::env::var_os("CI").is_none()
    }

    /// Writes data to stdout.
    pub(super) fn data(&self, bytes: &[u8]) -> Result<(), Diagnostics> {
        self.parts([bytes])
    }

    /// Writes one part after the other to stdout. A reader that has gone away has seen enough: no error.
    #[expect(clippy::unused_self, reason = "whoever prints has a printer")]
    pub(super) fn parts<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> Result<(), Diagnostics> {
        let mut stdout = BufWriter::with_capacity(STDOUT_BUFFER, io::stdout().lock());
        let written = parts.into_iter().try_for_each(|part| stdout.write_all(part));
        match written.and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Diagnostic::error(format!("cannot write to stdout: {error}")).into())
            }
            _ => Ok(()),
        }
    }

    /// Writes messages to stderr; warnings only if they are wanted.
    pub(super) fn report(&self, diagnostics: &[Diagnostic], sources: &Sources) {
        let wanted: Vec<Diagnostic> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error || !self.quiet)
            .cloned()
            .collect();
        let text = Text { sources, directory: &self.directory, colour: self.colour };
        write_stderr(&text.diagnostics(&wanted));
    }

    /// Writes a line of information to stderr, unless the run is to be quiet.
    pub(super) fn note(&self, line: &str) {
        if !self.quiet {
            write_stderr(&format!("{line}\n"));
        }
    }
}

impl Color {
    fn resolve(self) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                io::stderr().is_terminal()
                    && !is_set("NO_COLOR")
                    && !is_set("CI")
                    && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb")
            }
        }
    }
}

/// There is nobody to tell that stderr is closed.
fn write_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
