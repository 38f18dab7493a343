//! How much a server keeps, in the words in which it says so.

use std::str::FromStr;

/// How much a server keeps; whichever bound is met first counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Milliseconds before the newest block's end.
    pub time: Option<i64>,
    /// Bytes of blocks and logs.
    pub size: Option<u64>,
}

impl FromStr for Retention {
    type Err = String;

    /// Such as `15d`, `50MiB` or `30d or 50MB`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut retention = Self::default();
        for bound in text.split(" or ").map(str::trim).filter(|bound| !bound.is_empty()) {
            if let Some(time) = milliseconds(bound) {
                retention.time = Some(time);
            } else if let Some(size) = bytes(bound) {
                retention.size = Some(size);
            } else {
                return Err(format!("`{text}` is no retention; a time, a size or both were expected"));
            }
        }
        Ok(retention)
    }
}

/// A duration in Prometheus' form: `15d`, `1h30m`, `500ms`.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    let (mut rest, mut sum) = (text, 0_i64);
    if text == "0" {
        return Some(0);
    }
    while !rest.is_empty() || text.is_empty() {
        let (number, behind) = number(rest)?;
        let end = behind.find(|letter: char| letter.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => DAY,
            "w" => 7 * DAY,
            "y" => 365 * DAY,
            _ => return None,
        };
        sum = sum.checked_add(i64::try_from(number).ok()?.checked_mul(factor)?)?;
        rest = behind;
    }
    Some(sum)
}

/// A size; to Prometheus `MB` is a power of two too. It writes sizes that are not round in parts: `1GiB512MiB`.
fn bytes(text: &str) -> Option<u64> {
    let (mut rest, mut sum) = (text, 0_u64);
    while !rest.is_empty() || text.is_empty() {
        let (number, behind) = number(rest)?;
        let end = behind.find(|letter: char| letter.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(end);
        let power = ["", "K", "M", "G", "T", "P", "E"].iter().position(|prefix| {
            unit.strip_prefix(prefix).is_some_and(|unit| unit == "B" || (!prefix.is_empty() && unit == "iB"))
        })?;
        sum = sum.checked_add(number.checked_mul(1 << (10 * power))?)?;
        rest = behind;
    }
    Some(sum)
}

/// The digits in front, and what follows.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn times_and_sizes_are_read_in_every_form() {
        let cases = [
            ("15d", Some(15 * DAY), None),
            ("30d or 50MiB", Some(30 * DAY), Some(50 << 20)),
            ("1h30m or 1GB", Some(5_400_000), Some(1 << 30)),
            ("1GiB512MiB", None, Some((1 << 30) + (512 << 20))),
            ("512B", None, Some(512)),
            ("100y", Some(36_500 * DAY), None),
            ("", None, None),
        ];
        for (text, time, size) in cases {
            assert_eq!(text.parse(), Ok(Retention { time, size }), "{text}");
        }
    }

    #[test]
    fn what_is_no_retention_is_refused_and_nothing_overflows() {
        for wrong in
            ["15", "15x", "d", "99999999999999999999d", "9223372036854775807y", "99999999999EB", "1iB"]
        {
            assert!(wrong.parse::<Retention>().is_err(), "{wrong}");
        }
    }
}
