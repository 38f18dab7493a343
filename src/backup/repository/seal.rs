//! What is done to bytes before they are stored, and undone when they are read: zstd, then age.

use std::io::{Read as _, Write as _};

use age::x25519::Recipient;

use super::SEGMENT;
use crate::backup::manifest::Encoding;
use crate::backup::{BackupError, Failure};

/// Higher levels take much longer for little.
const LEVEL: i32 = 3;
/// What is tried first: chunks of samples are dense, and trying all of them costs more than reading them.
const SAMPLE: usize = 128 << 10;

/// Who may read: everybody, or those who have an identity of one of the recipients.
pub(super) struct Recipients(Vec<Recipient>);

/// What opens what was encrypted. Whoever only writes needs none.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

impl Recipients {
    /// Public keys, such as `age1…`.
    pub(super) fn of(keys: &[String]) -> Result<Self, BackupError> {
        let parse = |key: &String| {
            key.parse().map_err(|error: &str| {
                BackupError::new(Failure::Content, key, format!("is no recipient: {error}"))
                    .hint("a recipient begins with age1; `age-keygen` makes one")
            })
        };
        keys.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are stored.
    pub(super) fn encrypt(&self, bytes: Vec<u8>) -> Result<Vec<u8>, BackupError> {
        if self.0.is_empty() {
            return Ok(bytes);
        }
        let failed = |message: String| BackupError::new(Failure::Other, "age", message);
        let encryptor = age::Encryptor::with_recipients(self.0.iter().map(|one| one as &dyn age::Recipient))
            .map_err(|error| failed(error.to_string()))?;
        let mut encrypted = Vec::with_capacity(bytes.len() + 1024);
        let written = encryptor.wrap_output(&mut encrypted).and_then(|mut writer| {
            writer.write_all(&bytes)?;
            writer.finish()
        });
        written.map_err(|error| failed(error.to_string()))?;
        Ok(encrypted)
    }
}

impl Identities {
    /// Of the text of a file as `age-keygen` writes it. Nothing of it is in an error.
    pub fn of(place: &str, text: &[u8]) -> Result<Self, BackupError> {
        let wrong = |_| {
            BackupError::new(Failure::Content, place, "holds something that is no identity")
                .hint("name the file that `age-keygen` wrote: lines with AGE-SECRET-KEY-1…")
        };
        let file = age::IdentityFile::from_buffer(text).map_err(wrong)?;
        let identities =
            file.into_identities().map_err(|_| std::io::ErrorKind::InvalidData.into()).map_err(wrong)?;
        Ok(Self(identities))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What [`Recipients::encrypt`] was given.
    pub(super) fn decrypt(&self, place: &str, bytes: &[u8], limit: usize) -> Result<Vec<u8>, BackupError> {
        let failed = |message: String| BackupError::new(Failure::Content, place, message);
        let decryptor = age::Decryptor::new(bytes).map_err(|error| failed(error.to_string()))?;
        let identities = self.0.iter().map(|one| &**one as &dyn age::Identity);
        let reader = decryptor.decrypt(identities).map_err(|error| {
            let hint = "name the file with the secret key of one of its recipients: --identity FILE";
            failed(format!("cannot be decrypted: {error}")).hint(hint)
        })?;
        let mut plain = Vec::with_capacity(bytes.len());
        reader
            .take(limit as u64 + 1)
            .read_to_end(&mut plain)
            .map_err(|error| failed(format!("cannot be decrypted: {error}")))?;
        if plain.len() > limit {
            return Err(failed("is longer than it can be".to_owned()));
        }
        Ok(plain)
    }
}

/// Smaller, where that saves more than a twentieth.
pub(super) fn compress(bytes: &[u8]) -> (Encoding, Vec<u8>) {
    let saves = |length: usize, of: usize| length < of - of / 20;
    let squeeze = |bytes: &[u8]| zstd::bulk::compress(bytes, LEVEL).ok();
    let is_dense =
        bytes.len() > SAMPLE && squeeze(&bytes[..SAMPLE]).is_none_or(|sample| !saves(sample.len(), SAMPLE));
    let compressed = if is_dense { None } else { squeeze(bytes) };
    match compressed.filter(|compressed| saves(compressed.len(), bytes.len())) {
        Some(compressed) => (Encoding::Zstd, compressed),
        None => (Encoding::Raw, bytes.to_owned()),
    }
}

/// What [`compress`] was given: exactly `size` bytes.
pub(super) fn expand(
    place: &str,
    stored: Vec<u8>,
    encoding: Encoding,
    size: u32,
) -> Result<Vec<u8>, BackupError> {
    let size = (size as usize).min(SEGMENT);
    let plain = match encoding {
        Encoding::Raw => Ok(stored),
        // Stops where the promised size ends, whatever the bytes would become.
        Encoding::Zstd => zstd::bulk::decompress(&stored, size).map_err(|error| error.to_string()),
    };
    match plain {
        Ok(plain) if plain.len() == size => Ok(plain),
        Ok(plain) => Err(format!("holds {} bytes, {size} were expected", plain.len())),
        Err(error) => Err(format!("cannot be expanded: {error}")),
    }
    .map_err(|message| BackupError::new(Failure::Content, place, message))
}
