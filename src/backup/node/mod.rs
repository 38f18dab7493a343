//! One replica of a running stack: the files of its data folder, and its servers.
//!
//! Paths are relative to the data folder, `/`-separated, and never lead out of it. Whatever is behind a node may cut
//! a stream and call it a success, so every read says what it gave, and every write is held against a digest before
//! the file has its name.

mod http;
mod kubectl;
mod local;
mod tls;

use std::io::{self, Read, Write};
use std::path::PathBuf;

pub use self::http::{Authorization, Endpoint, Method, Request, Response, Service};
pub use self::kubectl::{Container, KubectlNode, Target};
pub use self::local::LocalNode;
pub use self::tls::Tls;
pub use super::failure::{BackupError as NodeError, Failure};

/// A file below the folder that was listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeFile {
    /// Relative to the data folder.
    pub path: String,
    /// In bytes.
    pub size: u64,
}

/// What a read gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// In bytes.
    pub size: u64,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
}

/// Who owns the data folder: restored files have to be theirs too, or the server cannot remove them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's number.
    pub user: u32,
    /// The group's number.
    pub group: u32,
}

/// Nobody else writes to the data folder while this is held.
pub trait NodeLock {}

/// One replica, wherever it runs.
pub trait Node {
    /// What messages call it.
    fn describe(&self) -> String;
    /// All files below a folder, the data folder itself if it is empty, sorted. What vanishes meanwhile is left out; links are an error.
    fn list(&self, folder: &str) -> Result<Vec<NodeFile>, NodeError>;
    /// Copies a file out.
    fn read(&self, path: &str, out: &mut dyn Write) -> Result<Digest, NodeError>;
    /// Writes a file whose folder is there: after a crash it is there as a whole or not at all.
    fn write(&self, path: &str, input: &mut dyn Read, digest: &Digest) -> Result<(), NodeError>;
    /// Gives a file or a folder another name; what has that name already is not replaced.
    fn rename(&self, from: &str, to: &str) -> Result<(), NodeError>;
    /// Removes a folder and all below it; one that is not there is fine.
    fn remove_folder(&self, path: &str) -> Result<(), NodeError>;
    /// Makes a folder and those above it.
    fn make_folder(&self, path: &str) -> Result<(), NodeError>;
    /// Bytes that its owner may still write, where that can be known.
    fn free_space(&self) -> Option<u64>;
    /// Who owns the data folder, where that can be known.
    fn owner(&self) -> Option<Owner>;
    /// Keeps other runs of this program from writing to it; [`Failure::Exists`] if one does. A run that dies holds nothing.
    fn lock(&self) -> Result<Box<dyn NodeLock + '_>, NodeError>;
    /// Whether a server that runs uses the data folder, as far as that can be seen.
    fn is_in_use(&self) -> Result<bool, NodeError>;
    /// Where a path of the data folder is, if it is on this machine.
    fn place_on_this_machine(&self, path: &str) -> Option<PathBuf>;
    /// Asks one of its servers. Answers of any status are answers.
    fn http(&self, service: Service, request: &Request) -> Result<Response, NodeError>;
    /// The same for answers of any length: gives one of status 200 to `take` as it comes, and the status.
    fn stream(
        &self,
        service: Service,
        request: &Request,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
    ) -> Result<u16, NodeError>;
}
