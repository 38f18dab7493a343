//! Patches that make an overlay say what runs.

use std::fmt::Write as _;
use std::path::Path;

use super::tree;
use crate::cli::build::write_file;
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::drift::Identity;
use crate::yaml::{Node, emit_for_all_readers};

/// Writes one file for each patch and prints the lines for the kustomization; everything to stdout instead for `-`.
pub(super) fn write(
    folder: &Path,
    (patches, refused): &(Vec<(Identity<'_>, Node<'_>)>, Vec<String>),
    printer: &Printer,
) -> Result<(), Diagnostics> {
    for object in refused {
        printer.note(&format!("{object}: no patch; values of Secrets do not belong into Git"));
    }
    let is_stdout = folder == Path::new("-");
    if !is_stdout && is_generated(folder) {
        let error = Diagnostic::error(format!("{}/ is generated: patches in it would be lost", tree::ROOT));
        return Err(error.hint("name a folder beside an overlay, as `overlays/gke/patches`").into());
    }
    let mut lines = String::from("patches:\n");
    let mut all = String::new();
    for (id, patch) in patches {
        let name = file_name(id);
        let mut text = String::new();
        emit_for_all_readers(patch, &mut text)
            .map_err(|error| Diagnostics::from(Diagnostic::error(error.to_string())))?;
        let _ = writeln!(
            lines,
            "  - path: {}",
            if is_stdout { name.clone() } else { folder.join(&name).display().to_string() }
        );
        let _ = write!(all, "{}# {name}\n{text}", if all.is_empty() { "" } else { "---\n" });
        if !is_stdout {
            std::fs::create_dir_all(folder).map_err(|error| {
                Diagnostics::from(Diagnostic::error(format!("cannot make it: {error}")).in_path(folder))
            })?;
            write_file(&folder.join(&name), text.as_bytes())?;
        }
    }
    match (patches.is_empty(), is_stdout) {
        (true, _) => printer.note("nothing to codify"),
        (false, true) => printer.data(all.as_bytes())?,
        (false, false) => {
            printer
                .note(&format!("for the kustomization, with paths as seen from it:\n{}", lines.trim_end()));
        }
    }
    Ok(())
}

/// Whether a folder is in the tree that `render` writes.
fn is_generated(folder: &Path) -> bool {
    let real = |path: &Path| path.ancestors().find_map(|above| above.canonicalize().ok());
    let root = Path::new(tree::ROOT).canonicalize().ok();
    let folder = if folder.is_absolute() { folder.to_owned() } else { Path::new(".").join(folder) };
    real(&folder).zip(root).is_some_and(|(folder, root)| folder.starts_with(root))
}

/// `statefulset-monitoring-prometheus.yaml`
fn file_name(id: &Identity<'_>) -> String {
    let parts = [id.kind, id.namespace, id.name].into_iter().filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join("-").to_lowercase();
    let safe =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' });
    format!("{}.yaml", safe.collect::<String>())
}
