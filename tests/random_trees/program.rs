//! The two programs: ours and the reference, what they answer, and how two answers compare.

use std::path::Path;
use std::process::Command;
use std::{env, io};

use crate::tree::Limits;

/// Refusals that are faults of kustomize, where ours builds on purpose (see `docs/differences.md`).
const REFERENCE_FAULTS: [&str; 4] = [
    "unsupported type: map[interface",
    "validator shouldn't modify the resource map",
    "\ngoroutine 1 [",
    "number of previous names",
];

/// Refusals of ours on purpose (see `docs/differences.md`): a replacement that does not fit the type, which upstream
/// notices only if nothing else writes over it; a hash of what is neither ConfigMap nor Secret.
const OUR_REFUSALS: [&str; 2] = ["cannot take the place of", "can have their content in their name"];

/// A JSON patch that copies all annotations copies kustomize's own among them.
const BOOKKEEPING: &str = "internal.config.kubernetes.io/";

/// How to call a program that builds a folder.
#[derive(Clone)]
pub(crate) struct Program {
    words: Vec<String>,
    pub(crate) limits: Limits,
    /// The number of a released reference, which it prints about itself.
    release: Option<String>,
}

/// What a program answered.
pub(crate) struct Answer {
    pub(crate) success: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// How our answer differs from the reference's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    OursPanics,
    OursFails,
    OursBuilds,
    OtherBytes,
}

/// The answers to one tree, side by side.
pub(crate) enum Verdict {
    Built,
    Refused,
    /// The reference has a known fault here, or does not answer twice the same.
    Unfit,
    Differs(Difference),
}

impl Program {
    pub(crate) fn ours() -> Self {
        let words = vec![env!("CARGO_BIN_EXE_stackgen").into(), "build".into()];
        Self { words, limits: Limits { recent: true, claim_templates: true }, release: None }
    }

    /// `$STACKGEN_KUSTOMIZE` when set (a kustomize of the reference version, or the newest release), else
    /// `kubectl kustomize`, if there is one.
    pub(crate) fn reference() -> Option<Self> {
        if let Ok(path) = env::var("STACKGEN_KUSTOMIZE") {
            // A release says its number, a build from the newer source does not.
            let version = Command::new(&path).arg("version").output().ok()?;
            let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
            let release = Some(version).filter(|version| version.starts_with('v'));
            let limits = Limits { recent: release.is_none(), claim_templates: release.is_none() };
            return Some(Self { words: vec![path, "build".into()], limits, release });
        }
        let kubectl = Command::new("kubectl").args(["version", "--client"]).output().ok()?;
        let limits = Limits { recent: false, claim_templates: false };
        kubectl.status.success().then(|| Self {
            words: vec!["kubectl".into(), "kustomize".into()],
            limits,
            release: None,
        })
    }

    pub(crate) fn name(&self) -> String {
        self.words.join(" ")
    }

    pub(crate) fn build(&self, folder: &Path) -> io::Result<Answer> {
        let output = Command::new(&self.words[0]).args(&self.words[1..]).arg(folder).output()?;
        let mut stdout = output.stdout;
        if let Some(release) = &self.release {
            let label = format!("managed-by: kustomize-{release}");
            stdout = String::from_utf8_lossy(&stdout).replace(&label, "managed-by: kustomize-(devel)").into();
        }
        Ok(Answer {
            success: output.status.success(),
            stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

impl Answer {
    fn is_fault(&self) -> bool {
        REFERENCE_FAULTS.iter().any(|fault| self.stderr.contains(fault))
            || String::from_utf8_lossy(&self.stdout).contains(BOOKKEEPING)
    }

    fn is_on_purpose(&self) -> bool {
        !self.success && OUR_REFUSALS.iter().any(|refusal| self.stderr.contains(refusal))
    }

    /// The innermost part of the message, without warnings.
    pub(crate) fn reason(&self) -> &str {
        let line = self.stderr.lines().find(|line| line.starts_with("Error")).unwrap_or(&self.stderr);
        line.rsplit_once("recursed ").map_or(line, |(_, inner)| inner)
    }
}

/// Builds a folder with both programs and compares.
pub(crate) fn compare(ours: &Program, reference: &Program, folder: &Path) -> io::Result<Verdict> {
    let expected = reference.build(folder)?;
    let found = ours.build(folder)?;
    let difference = match (expected.success, found.success) {
        _ if found.stderr.contains("panicked at") || found.stderr.contains("overflowed its stack") => {
            Difference::OursPanics
        }
        (true, true) if expected.stdout == found.stdout => return Ok(Verdict::Built),
        (false, false) => return Ok(Verdict::Refused),
        (true, true) => Difference::OtherBytes,
        (true, false) => Difference::OursFails,
        (false, true) => Difference::OursBuilds,
    };
    if expected.is_fault() || found.is_on_purpose() || !is_steady(reference, folder, &expected)? {
        return Ok(Verdict::Unfit);
    }
    Ok(Verdict::Differs(difference))
}

/// Whether the reference gives the same answer again: its key order is random for some sets of keys.
fn is_steady(reference: &Program, folder: &Path, first: &Answer) -> io::Result<bool> {
    for _ in 0..5 {
        let again = reference.build(folder)?;
        if again.success != first.success || again.stdout != first.stdout {
            return Ok(false);
        }
    }
    Ok(true)
}
