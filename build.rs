//! Embeds the stack: every file of `base/`, `components/`, `overlays/` and `templates/` becomes part of the binary.
//!
//! Written here because it is ten lines, follows new files by itself, and gives the program a plain table.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const FOLDERS: [&str; 4] = ["base", "components", "overlays", "templates"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::from("&[\n");
    for folder in FOLDERS.into_iter().filter(|folder| Path::new(folder).is_dir()) {
        println!("cargo::rerun-if-changed={folder}");
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.expect("the stack can be read");
            if entry.file_type().is_file() {
                let path = entry.path().to_str().expect("names are UTF-8").replace('\\', "/");
                writeln!(
                    table,
                    "({path:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),",
                    format!("/{path}")
                )
                .expect("a string takes all text");
            }
        }
    }
    table.push_str("]\n");
    let folder = env::var("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&folder).join("embedded_stack.rs"), table).expect("the output folder can be written");
}
