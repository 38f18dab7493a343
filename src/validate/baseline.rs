//! Findings that were there when somebody began to look: only what comes after them counts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use crate::fs::git;
use crate::yaml::Sources;

/// What the file is, for programs that read it.
const SCHEMA: &str = "stackgen.baseline/v1";

/// The findings of an earlier run. Lines are not among what is compared, because they move.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: String,
    findings: Vec<Known>,
}

/// A finding, as often as it was there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    #[serde(flatten)]
    about: About,
    count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct About {
    rule: String,
    file: String,
    object: String,
    path: String,
    message: String,
}

impl About {
    /// Files are named from `root`, with `/`.
    fn of(finding: &Finding, sources: &Sources, root: &Path) -> Self {
        let file = sources.offset(finding.origin).map_or(Path::new(""), |(file, _)| file);
        Self {
            rule: finding.rule.id.to_owned(),
            file: git::shown(file, root).replace('\\', "/"),
            object: finding.object.clone().unwrap_or_default(),
            path: finding.path.clone(),
            message: finding.message.clone(),
        }
    }
}

impl Baseline {
    /// The baseline that knows these findings.
    pub fn of(findings: &[Finding], sources: &Sources, root: &Path) -> Self {
        let mut counts: BTreeMap<About, usize> = BTreeMap::new();
        for finding in findings {
            *counts.entry(About::of(finding, sources, root)).or_default() += 1;
        }
        let findings = counts.into_iter().map(|(about, count)| Known { about, count }).collect();
        Self { schema: SCHEMA.to_owned(), findings }
    }

    /// Reads a file; the error is a text for people.
    pub fn read(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if baseline.schema == SCHEMA {
            Ok(baseline)
        } else {
            Err(format!("it is `{}`, and `{SCHEMA}` was expected", baseline.schema))
        }
    }

    /// Takes out the findings that are known; says how many known ones were not found any more.
    pub fn hide(self, findings: &mut Vec<Finding>, sources: &Sources, root: &Path) -> usize {
        let mut left: BTreeMap<About, usize> =
            self.findings.into_iter().map(|known| (known.about, known.count)).collect();
        findings.retain(|finding| match left.get_mut(&About::of(finding, sources, root)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        left.values().sum()
    }
}
