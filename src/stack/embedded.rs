//! The stack that is part of the binary.

/// Path and content of each file, in order of their paths; the table is made by `build.rs`.
pub(super) static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_stack.rs"));

/// The folders that are embedded, and that win as a whole when they are on disk.
pub(super) const FOLDERS: [&str; 4] = ["base", "components", "overlays", "templates"];
