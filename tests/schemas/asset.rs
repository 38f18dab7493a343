//! The table that is part of the program is what its generator makes of the public packages.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stackgen::yaml::{ParseOptions, Sources, parse_one};

const COLLECTED: &str = "STACKGEN_COLLECTED_SCHEMAS";

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/api/kubernetes.bin")
}

/// `tools/kubernetes-schemas/generate` calls this with what it collected, and with `STACKGEN_WRITE_SCHEMAS` to have it
/// written.
#[test]
fn the_committed_table_is_what_the_generator_makes() {
    let Some(collected) = std::env::var_os(COLLECTED) else {
        // CI calls the generator, which calls this.
        let needs = "SKIPPED: the committed table is compared by tools/kubernetes-schemas/generate --check";
        return std::io::stderr().write_all(format!("{needs}\n").as_bytes()).unwrap();
    };
    let sources = Sources::new();
    let source =
        sources.add(Path::new("collected.json"), std::fs::read_to_string(collected).unwrap()).unwrap();
    let collected = parse_one(source, &sources, &ParseOptions::default()).unwrap().node.unwrap();
    let made = stackgen::schema::compile(&collected).unwrap();
    if std::env::var_os("STACKGEN_WRITE_SCHEMAS").is_some() {
        std::fs::write(table(), &made).unwrap();
    }
    assert!(std::fs::read(table()).unwrap() == made, "run tools/kubernetes-schemas/generate");
}

#[test]
fn the_manifest_names_the_committed_table() {
    let bytes = std::fs::read(table()).unwrap();
    let digest = Sha256::digest(&bytes);
    let hash = digest.iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
    let manifest = std::fs::read_to_string(table().with_extension("txt")).unwrap();
    let named = manifest.lines().find_map(|line| line.strip_prefix("kubernetes.bin sha256:"));
    assert_eq!(named, Some(hash.as_str()));
    assert!(bytes.len() < 250_000, "{} bytes are too many to carry along", bytes.len());
}
