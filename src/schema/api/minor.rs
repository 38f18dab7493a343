//! A release of Kubernetes, such as 1.33.

use std::fmt;
use std::str::FromStr;

/// A minor release of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor(u8);

/// The text names no release of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a release of Kubernetes such as `1.33`")]
pub struct InvalidMinor;

impl Minor {
    /// The release 1.`number`.
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The number after `1.`
    pub fn number(self) -> u8 {
        self.0
    }
}

impl FromStr for Minor {
    type Err = InvalidMinor;

    /// Reads `1.33`, `v1.33` and `1.33.4`.
    fn from_str(text: &str) -> Result<Self, InvalidMinor> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let number = |part: Option<&str>| {
            part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|part| part.parse::<u8>().ok())
        };
        if number(parts.next()) != Some(1) {
            return Err(InvalidMinor);
        }
        let minor = number(parts.next()).ok_or(InvalidMinor)?;
        match (parts.next(), parts.next()) {
            (None, None) => Ok(Self(minor)),
            (patch, None) if number(patch).is_some() => Ok(Self(minor)),
            _ => Err(InvalidMinor),
        }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_written() {
        for text in ["1.33", "v1.33", "1.33.4", "v1.33.0"] {
            assert_eq!(text.parse::<Minor>().map(|minor| minor.to_string()), Ok("1.33".to_owned()), "{text}");
        }
        for text in ["", "1", "2.1", "1.x", "1.33.4.5", "1.+3", "1.300", "1.33-eks", "33"] {
            assert_eq!(text.parse::<Minor>(), Err(InvalidMinor), "{text}");
        }
        assert!(Minor::new(9) < Minor::new(33));
    }
}
