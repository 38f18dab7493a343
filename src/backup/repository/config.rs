//! `config.json` of a repository: what has to be the same for everybody who writes to it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::blob::{bytes_of, hexadecimal};
use crate::backup::{BackupError, Failure};

pub(super) const NAME: &str = "config.json";
const FORMAT: &str = "stackgen.repository/v1";

/// What the names of blobs are made with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Salt([u8; 32]);

/// What has to be the same for everybody.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    pub(super) format: String,
    /// Public keys of age; none where nothing is encrypted.
    pub(super) recipients: Vec<String>,
    pub(super) salt: Salt,
}

impl Salt {
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Config {
    /// Of a new repository.
    pub(super) fn new(recipients: Vec<String>) -> Result<Self, BackupError> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(|error| {
            BackupError::new(Failure::Other, NAME, format!("the system gives no random numbers: {error}"))
        })?;
        Ok(Self { format: FORMAT.to_owned(), recipients, salt: Salt(salt) })
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>, BackupError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| BackupError::new(Failure::Other, NAME, error.to_string()))?;
        Ok(format!("{text}\n").into_bytes())
    }

    pub(super) fn of_json(place: &str, bytes: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Version {
            format: String,
        }
        let broken = |message: String| {
            BackupError::new(Failure::Content, format!("{place}/{NAME}"), message)
                .hint("name the folder of a repository that `stackgen backup` wrote")
        };
        let version: Version =
            serde_json::from_slice(bytes).map_err(|error| broken(format!("is broken: {error}")))?;
        if version.format != FORMAT {
            return Err(broken(format!("has the format `{}`, `{FORMAT}` was expected", version.format)));
        }
        serde_json::from_slice(bytes).map_err(|error| broken(format!("is broken: {error}")))
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hexadecimal(&self.0))
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        bytes_of(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("64 hexadecimal digits were expected"))
    }
}
