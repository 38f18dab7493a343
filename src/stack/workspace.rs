//! The stack as seen from a folder: its files, its templates and its settings, read once.

use std::path::Path;
use std::sync::Arc;

use super::files::StackFiles;
use super::settings::Settings;
use super::templates::Templates;
use crate::diagnostic::Diagnostics;
use crate::fs::{Disk, FileSystem};
use crate::yaml::Sources;

/// Everything that clusters are built from.
#[derive(Debug)]
pub struct Workspace<'s> {
    /// The files of the stack.
    pub files: StackFiles,
    /// What is rendered for each cluster.
    pub templates: Templates<'s>,
    /// Which clusters there are, and what is said about them.
    pub settings: Settings,
}

impl<'s> Workspace<'s> {
    /// Reads what `directory`, a canonical path, holds of the stack; the rest comes from the binary.
    pub fn open(directory: &Path, sources: &'s Sources) -> Result<Self, Diagnostics> {
        Self::open_in(Arc::new(Disk), directory, sources)
    }

    /// The same in another place, such as the tree of a commit, in which `directory` is a canonical path.
    pub fn open_in(
        place: Arc<dyn FileSystem>,
        directory: &Path,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostics> {
        let files = StackFiles::new(place, directory);
        let templates = Templates::read(&files, sources)?;
        let settings = Settings::read(&files, directory, templates.values_asked_for().as_deref(), sources)?;
        Ok(Self { files, templates, settings })
    }
}
