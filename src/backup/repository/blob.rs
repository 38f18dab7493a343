//! The names of blobs.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

use super::config::Salt;
use crate::backup::manifest::Encoding;

/// A digest of a blob's content that is keyed by the repository's salt: names alone tell nobody what is known already.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 32]);

/// The folder of all blobs.
pub(super) const FOLDER: &str = "blobs";

impl BlobId {
    pub(super) fn of(salt: &Salt, content: &[u8]) -> Self {
        let mut key = [0; 64]; // as long as a block of SHA-256; shorter keys are filled up with zeros
        key[..32].copy_from_slice(salt.bytes());
        let mut code = Hmac::<Sha256>::new(&key.into());
        code.update(content);
        Self(code.finalize().into_bytes().into())
    }

    /// The name of the object that holds it.
    pub(super) fn object(self, encoding: Encoding, is_encrypted: bool) -> String {
        let compressed = if encoding == Encoding::Zstd { ".zst" } else { "" };
        let encrypted = if is_encrypted { ".age" } else { "" };
        format!("{FOLDER}/{:02x}/{self}{compressed}{encrypted}", self.0[0])
    }

    /// Which blob an object holds, and how.
    pub(super) fn of_object(name: &str) -> Option<(Self, Encoding)> {
        let file = name.rsplit('/').next()?;
        let file = file.strip_suffix(".age").unwrap_or(file);
        let (text, encoding) =
            file.strip_suffix(".zst").map_or((file, Encoding::Raw), |text| (text, Encoding::Zstd));
        Some((text.parse().ok()?, encoding))
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        text
    })
}

/// So many bytes of hexadecimal digits.
pub(super) fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

impl FromStr for BlobId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bytes_of(text).map(Self).ok_or("not the name of a blob")
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl Serialize for BlobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
