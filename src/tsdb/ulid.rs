//! The names of blocks: 26 characters for 48 bits of time and 80 of chance, which sort as the numbers do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

/// The name of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ulid(u128);

impl Ulid {
    /// A name for content: chance would give the same samples a new name, and a second copy, with each run.
    pub fn for_content(milliseconds: i64, digest: [u8; 10]) -> Self {
        let time = u128::try_from(milliseconds).unwrap_or(0) & 0xffff_ffff_ffff;
        Self(digest.iter().fold(time, |value, &byte| value << 8 | u128::from(byte)))
    }
}

impl FromStr for Ulid {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != LENGTH || text.as_bytes()[0] > b'7' {
            return Err("not a ULID");
        }
        let digit = |byte: u8| ALPHABET.iter().position(|&letter| letter == byte).ok_or("not a ULID");
        text.bytes().try_fold(0, |value, byte| Ok(value << 5 | digit(byte)? as u128)).map(Self)
    }
}

impl fmt::Display for Ulid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..LENGTH).rev() {
            let digit = (self.0 >> (5 * place)).to_le_bytes()[0] & 31;
            write!(formatter, "{}", char::from(ALPHABET[usize::from(digit)]))?;
        }
        Ok(())
    }
}

impl Serialize for Ulid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ulid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_and_other_text_is_refused() {
        for text in ["00000000000000000000000000", "01HXYZ9K3M4N5P6Q7R8S9TABCD", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"]
        {
            assert_eq!(text.parse::<Ulid>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "wal",
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "01hxyz9k3m4n5p6q7r8s9tabcd",
            "01HXYZ9K3M4N5P6Q7R8S9TABCU",
        ] {
            assert!(text.parse::<Ulid>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_for_content_sort_by_time() {
        let early = Ulid::for_content(1_000, [0xff; 10]);
        assert!(early < Ulid::for_content(1_001, [0; 10]));
        assert_eq!(early, Ulid::for_content(1_000, [0xff; 10]));
        assert_eq!(Ulid::for_content(-5, [0; 10]), Ulid::default());
    }
}
