//! `-o FORMAT[=FILE]`, which may repeat: one run, several reports.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use super::build::write_file;
use super::printer::Printer;
use crate::diagnostic::Diagnostics;
use crate::output::{DifferenceFormat, FindingsFormat, HistoryFormat, Screen};

/// How something is written.
pub(super) trait Format: Copy + 'static {
    /// All ways in which it can be.
    const ALL: &'static [Self];

    /// The word for it on the command line.
    fn name(self) -> &'static str;
}

impl Format for DifferenceFormat {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Format for FindingsFormat {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

impl Format for HistoryFormat {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

/// A format, and the file that it goes to; without one it goes to stdout.
#[derive(Clone, Debug)]
pub(super) struct Output<F> {
    pub(super) format: F,
    file: Option<PathBuf>,
}

impl<F: Format> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) =
            text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file.into())));
        let format = F::ALL.iter().copied().find(|format| format.name() == name).ok_or_else(|| {
            let names: Vec<&str> = F::ALL.iter().map(|format| format.name()).collect();
            format!("the formats are {}", names.join(", "))
        })?;
        Ok(Self { format, file })
    }
}

/// Writes all reports, those into files first: a broken pipe must not keep a file from being written. `write` is told
/// what it is read on: a file has neither colours nor a width.
pub(super) fn write_all<F: Format>(
    outputs: &[Output<F>],
    printer: &Printer,
    write: impl Fn(F, Screen) -> Result<String, Diagnostics>,
) -> Result<(), Diagnostics> {
    let mut to_stdout = BTreeSet::new();
    let (files, stdout): (Vec<&Output<F>>, Vec<&Output<F>>) =
        outputs.iter().partition(|output| output.file.is_some());
    for output in files.into_iter().chain(stdout) {
        let screen = if output.file.is_none() { printer.screen() } else { Screen::default() };
        let text = write(output.format, screen)?;
        match &output.file {
            Some(file) => write_file(file, text.as_bytes())?,
            None if to_stdout.insert(output.format.name()) => printer.data(text.as_bytes())?,
            None => {}
        }
    }
    Ok(())
}
