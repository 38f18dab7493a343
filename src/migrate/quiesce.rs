//! A source that takes no more samples, so that there is a last one.
//!
//! Its configuration loses what it scrapes and evaluates; what it had is kept beside it. A server that reads such a
//! configuration writes no staleness markers, so the last samples are the last samples.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_yaml::{Mapping, Value};

use crate::backup::node::Node;
use crate::backup::prometheus::{active_targets, facts, reload};
use crate::backup::{BackupError, Failure};

/// What makes a server take or send something.
const BUSY: [&str; 4] = ["scrape_configs", "scrape_config_files", "rule_files", "alerting"];
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// Makes the server stop; gives its last sample's time once that stays the same.
pub(super) fn quiesce(node: &dyn Node, configuration: &Path, run: &str) -> Result<Option<i64>, BackupError> {
    let kept = kept(configuration, run);
    if !kept.exists() {
        copy(configuration, &kept)?;
    }
    let text = fs::read(&kept).map_err(|error| of(&kept, &error))?;
    write_like(configuration, &without_work(&kept, &text)?, &kept)?;
    reload(node)?;
    wait_until_quiet(node)
}

/// Gives the server its configuration again; one that has it already is fine.
pub(super) fn resume(node: &dyn Node, configuration: &Path, run: &str) -> Result<bool, BackupError> {
    let kept = kept(configuration, run);
    match fs::rename(&kept, configuration) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        other => other.map_err(|error| of(&kept, &error))?,
    }
    reload(node)?;
    Ok(true)
}

/// Where the configuration is kept: beside it, so that whatever secrets are in it stay where they were.
pub(super) fn kept(configuration: &Path, run: &str) -> PathBuf {
    let mut name = configuration.file_name().map(OsString::from).unwrap_or_default();
    name.push(format!(".{run}.kept"));
    configuration.with_file_name(name)
}

/// The configuration without what makes a server busy.
fn without_work(path: &Path, text: &[u8]) -> Result<Vec<u8>, BackupError> {
    // What the text is, is not repeated: there may be secrets in it.
    let wrong = || {
        BackupError::new(
            Failure::Content,
            path.display().to_string(),
            "is no configuration of Prometheus that can be read",
        )
        .hint("`promtool check config` says why")
    };
    let value: Value = serde_yaml::from_slice(text).map_err(|_| wrong())?;
    let mut configuration = match value {
        Value::Null => Mapping::new(),
        Value::Mapping(mapping) => mapping,
        _ => return Err(wrong()),
    };
    for key in BUSY {
        configuration.shift_remove(key);
    }
    serde_yaml::to_string(&configuration).map(String::into_bytes).map_err(|_| wrong())
}

fn wait_until_quiet(node: &dyn Node) -> Result<Option<i64>, BackupError> {
    let begin = Instant::now();
    let mut last = None;
    loop {
        let newest = facts(node)?.head.map(|(_, newest)| newest);
        if active_targets(node)? == 0 && last == Some(newest) {
            return Ok(newest);
        }
        if begin.elapsed() > PATIENCE {
            let message = "still takes samples";
            return Err(BackupError::new(Failure::Answer, node.describe(), message).hint(
                "does somebody else write to it (remote write), or change its configuration? Stop that first",
            ));
        }
        last = Some(newest);
        std::thread::sleep(PAUSE);
    }
}

/// A whole copy under another name, or none.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let text = fs::read(from).map_err(|error| of(from, &error))?;
    write_like(to, &text, from)
}

/// Writes a file that everybody may read who may read `model`, and nobody else.
fn write_like(path: &Path, text: &[u8], model: &Path) -> Result<(), BackupError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".stackgen-part");
    let part = PathBuf::from(part);
    let write = || {
        // Readable by us alone until it is what it is to be.
        let mut file = private_file(&part)?;
        std::io::Write::write_all(&mut file, text)?;
        let metadata = fs::metadata(model)?;
        give(&part, &metadata)?;
        fs::set_permissions(&part, metadata.permissions())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| of(path, &error))
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    fs::File::create(path)
}

#[cfg(unix)]
fn give(path: &Path, model: &fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let own = fs::metadata(path)?;
    if (own.uid(), own.gid()) == (model.uid(), model.gid()) {
        return Ok(());
    }
    chown(path, Some(model.uid()), Some(model.gid()))
}

#[cfg(not(unix))]
fn give(_: &Path, _: &fs::Metadata) -> std::io::Result<()> {
    Ok(())
}

fn of(path: &Path, error: &std::io::Error) -> BackupError {
    BackupError::of(path.display().to_string(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_server_busy_goes_and_the_rest_stays() {
        let text = "global: {external_labels: {cluster: aks}}\nscrape_configs: [{job_name: a}]\nrule_files: [a]\n\
            alerting: {}\nstorage: {tsdb: {out_of_order_time_window: 1h}}\nremote_write: [{url: 'http://a'}]\n";
        let quiet = without_work(Path::new("prometheus.yml"), text.as_bytes()).unwrap();
        let quiet = String::from_utf8(quiet).unwrap();
        assert_eq!(
            quiet,
            "global:\n  external_labels:\n    cluster: aks\nstorage:\n  tsdb:\n    out_of_order_time_window: 1h\n\
             remote_write:\n- url: http://a\n"
        );
        assert_eq!(without_work(Path::new("a"), b"").unwrap(), b"{}\n");
        let error = without_work(Path::new("a"), b"password: [canary").unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
