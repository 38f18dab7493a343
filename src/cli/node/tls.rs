//! The file of `--tls-config`: what Prometheus, promtool and amtool have under `tls_config`, as far as it is needed here.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::backup::node::Tls;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Paths are relative to the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "Prometheus' own names")]
struct TlsConfig {
    /// Whose certificates are believed; those that browsers believe if there is none.
    ca_file: Option<PathBuf>,
    /// The certificate that servers get to see.
    cert_file: Option<PathBuf>,
    /// Its key.
    key_file: Option<PathBuf>,
}

/// The certificates that a file names.
pub(super) fn read(path: &Path) -> Result<Tls, Diagnostics> {
    let text = bytes(path)?;
    let config: TlsConfig = serde_yaml::from_slice(&text).map_err(|error| {
        Diagnostic::error(format!("is no tls_config: {error}"))
            .in_path(path)
            .hint("ca_file, cert_file and key_file were expected, each with a path beside this file")
    })?;
    let beside = |file: &Option<PathBuf>| -> Result<Option<(String, Vec<u8>)>, Diagnostics> {
        let Some(file) = file else { return Ok(None) };
        let place = path.parent().unwrap_or(Path::new("")).join(file);
        Ok(Some((place.display().to_string(), bytes(&place)?)))
    };
    let authority = beside(&config.ca_file)?;
    let (certificate, key) = (beside(&config.cert_file)?, beside(&config.key_file)?);
    if certificate.is_some() != key.is_some() {
        return Err(half(path).into());
    }
    Ok(Tls::new(authority.as_ref(), certificate.as_ref().zip(key.as_ref()))?)
}

fn half(path: &Path) -> Diagnostic {
    Diagnostic::error("a certificate needs its key, and a key its certificate")
        .in_path(path)
        .hint("name both: cert_file and key_file")
}

fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostics> {
    std::fs::read(path)
        .map_err(|error| Diagnostic::error(format!("cannot be read: {error}")).in_path(path).into())
}
