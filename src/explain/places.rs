//! Places that people can open: what was made in memory is shown as the template, and the setting, that it came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::stack::Made;
use crate::yaml::{Location, Node, Origin, Sources};

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The file, seen from the working directory.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1; none in a template, whose text is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// For a line of a template: the values that it asks for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Setting>,
}

/// A value that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Setting {
    /// Its name: `values.region`
    pub name: String,
    /// Where it was set; none if it is what stackgen takes by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Finds places.
pub struct Places<'a, 's> {
    /// The texts that origins point into.
    pub sources: &'s Sources,
    /// Paths below this folder are shown relative to it.
    pub directory: &'a Path,
    /// Files that are in memory only.
    pub made: BTreeMap<PathBuf, Made>,
    /// What `stackgen.yaml` says, and which of its clusters this is about.
    pub settings: Option<(&'a Node<'s>, usize)>,
}

impl<'s> Places<'_, 's> {
    /// The place of an origin.
    pub fn of(&self, origin: Origin) -> Option<Place> {
        self.below(origin, 0)
    }

    /// The place as many lines below an origin.
    pub(super) fn below(&self, origin: Origin, lines: usize) -> Option<Place> {
        let mut location = self.sources.locate(origin)?;
        if lines > 0 {
            location.line += u32::try_from(lines).unwrap_or_default();
            location.column = 1;
        }
        match self.made.get(&location.file) {
            Some(Made::Template { template, lines }) => {
                let behind = lines.as_ref().and_then(|lines| lines.behind(location.line as usize));
                let (line, names) = behind.unwrap_or((1, Vec::new()));
                let values = names.into_iter().map(|name| self.setting(name)).collect();
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                Some(Place { file: format!("templates/{template}"), line, column: None, values })
            }
            Some(Made::Entry) => Some(self.file_place(&self.sources.locate(self.cluster()?.origin())?)),
            None => Some(self.file_place(&location)),
        }
    }

    /// The name of a kustomization's file.
    pub fn kustomization(&self, file: &Path) -> String {
        match self.made.get(file) {
            Some(Made::Template { template, .. }) => format!("templates/{template}"),
            Some(Made::Entry) => "stackgen.yaml".to_owned(),
            None => self.shown(file),
        }
    }

    /// Whether a file was made for a cluster because there is an entry of it, or would be one.
    pub fn is_entry(&self, file: &Path) -> bool {
        matches!(self.made.get(file), Some(Made::Entry))
    }

    fn file_place(&self, location: &Location) -> Place {
        let file = self.shown(&location.file);
        Place { file, line: location.line, column: Some(location.column), values: Vec::new() }
    }

    /// The way to a file from the working directory, with `/`.
    pub fn shown(&self, file: &Path) -> String {
        file.strip_prefix(self.directory).unwrap_or(file).display().to_string()
    }

    fn cluster(&self) -> Option<&Node<'s>> {
        let (node, index) = self.settings?;
        node.get("clusters")?.as_sequence()?.get(index)
    }

    /// Where a value stands that a template calls `values.region`, `cluster.name` or `gitops.branch`.
    fn setting(&self, name: &str) -> Setting {
        let mut parts = name.split('.');
        let node = match parts.next() {
            Some("cluster") => self.cluster(),
            Some("values") => self.cluster().and_then(|cluster| cluster.get("values")),
            Some("gitops") => self.settings.and_then(|(node, _)| node.get("gitops")),
            _ => None,
        };
        let node = parts.try_fold(node, |node, part| node.map(|node| node.get(part))).flatten();
        let location = node.and_then(|node| self.sources.locate(node.origin()));
        let place = location.map(|location| self.file_place(&location));
        let (file, line) = place.map(|place| (place.file, place.line)).unzip();
        Setting { name: name.to_owned(), file, line }
    }
}
