//! A tree of files: kept as values, so that the shrinker can take parts away, and written out for both programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use crate::random::mix;
use crate::write;

/// What the reference program understands.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// Fields and behaviour that are newer than the newest release.
    pub(crate) recent: bool,
    /// Whether `volumeClaimTemplates` may come up: who gets labels there changed between versions.
    pub(crate) claim_templates: bool,
}

/// What stands before the first document of a file.
const HEADS: [&str; 8] = ["", "", "", "", "---\n", "# about this file\n", "# about\n\n---\n", "\n\n"];

#[derive(Clone)]
pub(crate) enum File {
    /// YAML documents.
    Documents(Vec<Value>),
    /// What a generator reads.
    Bytes(Vec<u8>),
}

/// All files of one case, by path, and the folder to build.
#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) seed: u64,
    pub(crate) root: String,
    pub(crate) files: BTreeMap<String, File>,
}

impl Tree {
    /// Writes the tree into an empty folder; what was there is removed.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for (path, file) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, self.bytes(file))?;
        }
        fs::create_dir_all(folder.join(&self.root))
    }

    fn bytes(&self, file: &File) -> Vec<u8> {
        match file {
            File::Bytes(bytes) => bytes.clone(),
            File::Documents(documents) => {
                let seed = mix(self.seed);
                let texts = documents.iter().map(|document| write::document(document, seed));
                let joined = texts.collect::<Vec<_>>().join("---\n");
                format!("{}{joined}", HEADS[usize::try_from(seed % 8).unwrap()]).into_bytes()
            }
        }
    }
}
