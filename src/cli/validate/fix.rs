//! `--fix`: mends in the sources what leaves no doubt. What would come of it is validated before a byte is written: a
//! repair stays only if its finding is gone and no other came.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use similar::TextDiff;

use super::Arguments;
use crate::cli::exit_status::ExitStatus;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Disk, Overlay, git, replace_file};
use crate::output::may_hold_secrets;
use crate::validate::{Finding, Repair, Replacement, repair, replace};
use crate::yaml::Sources;

/// How many repairs are tried one by one when they cannot be made all together.
const MOST_TRIES: usize = 50;
/// What a rendered tree has at its top.
const LEDGERS: &str = ".stackgen/clusters";

/// What a finding is about, wherever it stands.
type About = (String, &'static str, String, String, String);

/// What would be, with these files.
struct Trial {
    files: BTreeMap<PathBuf, Vec<u8>>,
    sources: Sources,
    findings: Vec<Finding>,
}

/// A finding that can be mended, by the texts of the files it takes.
struct Candidate<'a> {
    finding: &'a Finding,
    repair: Repair,
}

/// The run so far: what was found, and in which texts.
struct Fix<'a> {
    arguments: &'a Arguments,
    printer: &'a Printer,
    sources: &'a Sources,
    findings: &'a [Finding],
    /// By canonical paths; what is not on disk is not among them.
    texts: BTreeMap<PathBuf, &'a str>,
}

/// Mends what can be, or prints how.
pub(super) fn run(
    arguments: &Arguments,
    findings: &[Finding],
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    arguments.refuse_what_has_no_file(printer)?;
    let texts = sources.files().filter_map(|(path, source)| Some((path.canonicalize().ok()?, source.text)));
    let fix = Fix { arguments, printer, sources, findings, texts: texts.collect() };
    let (candidates, rendered) = fix.candidates();
    let (trial, mended) = fix.choose(&candidates);
    if rendered > 0 {
        printer
            .note(&format!("note: {rendered} of these are in rendered files; mend the sources and render"));
    }
    let Some(trial) = trial else {
        printer.note("nothing can be mended without a decision");
        return if arguments.check {
            Ok(ExitStatus::Success)
        } else {
            arguments.finish(findings, printer, sources)
        };
    };
    if arguments.check {
        printer.data(fix.difference(&trial).as_bytes())?;
        return Ok(ExitStatus::Findings);
    }
    for (file, content) in &trial.files {
        write(file, content)?;
    }
    let files =
        if trial.files.len() == 1 { "1 file".to_owned() } else { format!("{} files", trial.files.len()) };
    printer.note(&format!("mended {mended} of {} findings in {files}", findings.len()));
    arguments.finish(&trial.findings, printer, &trial.sources)
}

impl Arguments {
    /// Only files can be mended.
    fn refuse_what_has_no_file(&self, printer: &Printer) -> Result<(), Diagnostics> {
        let is_of_revisions = self.against(printer)?.is_some_and(|against| against.to.is_some());
        if is_of_revisions {
            let error =
                Diagnostic::error("--fix mends files on disk, and --against names a revision to validate");
            return Err(error.hint("leave out what comes after the dots").into());
        }
        if self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(Diagnostic::error("--fix cannot mend standard input").hint("name a file").into());
        }
        Ok(())
    }
}

impl<'a> Fix<'a> {
    /// What can be mended, and how many findings could be if their files were not rendered.
    fn candidates(&self) -> (Vec<Candidate<'a>>, usize) {
        let (mut candidates, mut rendered) = (Vec::new(), 0);
        for finding in self.findings {
            let Some(repair) = repair(finding, self.sources) else { continue };
            let of_disk = repair.iter().map(|(file, replacements)| {
                let file = file.canonicalize().ok()?;
                Some((file, replacements.clone()))
            });
            let Some(repair) = of_disk.collect::<Option<Repair>>() else { continue };
            if repair.keys().any(|file| is_rendered(file)) {
                rendered += 1;
            } else if repair.keys().all(|file| self.is_meant(file) && self.knows(file)) {
                candidates.push(Candidate { finding, repair });
            }
        }
        (candidates, rendered)
    }

    /// Whether a file is one that somebody named, or of the working directory.
    fn is_meant(&self, file: &Path) -> bool {
        let named = self.arguments.paths.iter().filter_map(|path| path.canonicalize().ok());
        file.starts_with(&self.printer.directory) || named.into_iter().any(|named| file.starts_with(named))
    }

    /// Whether the file still holds what was read, byte by byte.
    fn knows(&self, file: &Path) -> bool {
        let Some(text) = self.texts.get(file) else { return false };
        std::fs::read(file).is_ok_and(|bytes| bytes == text.as_bytes() || bytes == with_returns(text))
    }

    /// The bytes of a text in a file, with the line ends that it has: reading leaves them out.
    fn bytes(&self, file: &Path, text: String) -> Vec<u8> {
        let is_same = |text: &&str| std::fs::read(file).is_ok_and(|bytes| bytes == text.as_bytes());
        if self.texts.get(file).is_some_and(is_same) { text.into_bytes() } else { with_returns(&text) }
    }

    /// The repairs that keep what they promise: all of them, or those that do one after the other.
    fn choose(&self, candidates: &[Candidate<'a>]) -> (Option<Trial>, usize) {
        let all: Vec<&Candidate<'_>> = candidates.iter().collect();
        if all.is_empty() {
            return (None, 0);
        }
        if let Some(trial) = self.try_out(&all) {
            return (Some(trial), all.len());
        }
        let (mut chosen, mut best) = (Vec::new(), None);
        for candidate in all.into_iter().take(MOST_TRIES) {
            chosen.push(candidate);
            match self.try_out(&chosen) {
                Some(trial) => best = Some(trial),
                None => drop(chosen.pop()),
            }
        }
        (best, chosen.len())
    }

    /// What would be with these repairs, if each does what it is for and nothing else changes.
    fn try_out(&self, candidates: &[&Candidate<'_>]) -> Option<Trial> {
        let mut replacements: BTreeMap<&Path, Vec<Replacement>> = BTreeMap::new();
        for (file, some) in candidates.iter().flat_map(|candidate| &candidate.repair) {
            replacements.entry(file).or_default().extend(some.iter().cloned());
        }
        let changed = replacements.into_iter().map(|(file, some)| {
            let text = replace(self.texts.get(file)?, &some)?;
            Some((file.to_owned(), self.bytes(file, text)))
        });
        let files: BTreeMap<PathBuf, Vec<u8>> = changed.collect::<Option<_>>()?;
        let overlay = Overlay::new(Arc::new(Disk), files.clone());
        let sources = Sources::new();
        let findings = self.arguments.findings(Arc::new(overlay), &self.printer.silent(), &sources).ok()?;
        let mut left = self.counts(self.findings.iter(), self.sources);
        for candidate in candidates {
            *left.entry(self.about(candidate.finding, self.sources)).or_default() -= 1;
        }
        let now = self.counts(findings.iter(), &sources);
        let is_kept = now.iter().all(|(about, count)| left.get(about).is_some_and(|left| count <= left));
        is_kept.then_some(Trial { files, sources, findings })
    }

    fn counts<'f>(
        &self,
        findings: impl Iterator<Item = &'f Finding>,
        sources: &Sources,
    ) -> BTreeMap<About, isize> {
        let mut counts = BTreeMap::new();
        for finding in findings {
            *counts.entry(self.about(finding, sources)).or_default() += 1;
        }
        counts
    }

    fn about(&self, finding: &Finding, sources: &Sources) -> About {
        let file = sources.offset(finding.origin).map(|(file, _)| git::shown(file, &self.printer.directory));
        let object = finding.object.clone().unwrap_or_default();
        (file.unwrap_or_default(), finding.rule.id, object, finding.path.clone(), finding.message.clone())
    }

    /// What would change, as a patch.
    fn difference(&self, trial: &Trial) -> String {
        let mut text = String::new();
        for (file, new) in &trial.files {
            let name = git::shown(file, &self.printer.directory);
            let old = self.texts.get(file).copied().unwrap_or_default().to_owned();
            let (old, new) = (self.bytes(file, old), String::from_utf8_lossy(new));
            let old = String::from_utf8_lossy(&old);
            if may_hold_secrets(&old) {
                text.push_str(&hidden(&name));
                continue;
            }
            let difference = TextDiff::from_lines(&*old, &*new);
            let mut patch = difference.unified_diff();
            patch.header(&format!("a/{name}"), &format!("b/{name}"));
            text.push_str(&patch.to_string());
        }
        text
    }
}

/// The bytes of a text whose lines end in two characters.
fn with_returns(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// What stands for the changes of a file that must not be shown.
fn hidden(name: &str) -> String {
    format!("# {name} would change; it has to do with Secrets and is not shown\n")
}

/// Whether a file is part of a tree that a run writes.
fn is_rendered(file: &Path) -> bool {
    file.ancestors().skip(1).any(|folder| folder.join(LEDGERS).is_dir())
}

/// Writes a file that was there, and leaves it to whom it belongs.
fn write(file: &Path, content: &[u8]) -> Result<(), Diagnostics> {
    let failed = |error: &dyn std::fmt::Display| Diagnostic::error(error.to_string()).in_path(file);
    let permissions = std::fs::metadata(file).map_err(|error| failed(&error))?.permissions();
    replace_file(file, content).map_err(|error| failed(&error))?;
    std::fs::set_permissions(file, permissions).map_err(|error| failed(&error).into())
}
