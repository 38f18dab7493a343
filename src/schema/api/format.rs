//! The formats of strings and numbers that the API server holds to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::yaml::Timestamp;

/// A format with a rule of its own. The numbers are those of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Int32 = 1,
    Int64,
    Byte,
    DateTime,
    Date,
    Duration,
    Ipv4,
    Ipv6,
    Cidr,
    Mac,
    Uuid,
}

const FORMATS: [(&str, Format); 11] = [
    ("int32", Format::Int32),
    ("int64", Format::Int64),
    ("byte", Format::Byte),
    ("date-time", Format::DateTime),
    ("date", Format::Date),
    ("duration", Format::Duration),
    ("ipv4", Format::Ipv4),
    ("ipv6", Format::Ipv6),
    ("cidr", Format::Cidr),
    ("mac", Format::Mac),
    ("uuid", Format::Uuid),
];

impl Format {
    /// The format with this name; none for those that hold nothing or that nobody checks.
    pub(super) fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The format with this number.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        FORMATS.iter().find(|(_, format)| *format as u8 == number).map(|(_, format)| *format)
    }

    /// The least and the greatest number.
    pub(super) fn range(self) -> Option<(i128, i128)> {
        match self {
            Self::Int32 => Some((i32::MIN.into(), i32::MAX.into())),
            Self::Int64 => Some((i64::MIN.into(), i64::MAX.into())),
            _ => None,
        }
    }

    /// What a string of this format is, in words for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Int32 => "a 32-bit integer",
            Self::Int64 => "a 64-bit integer",
            Self::Byte => "base64",
            Self::DateTime => "a date and time such as `2030-01-31T12:00:00Z`",
            Self::Date => "a date such as `2030-01-31`",
            Self::Duration => "a duration such as `90s` or `1h30m`",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Cidr => "a range of addresses such as `10.0.0.0/8`",
            Self::Mac => "a MAC address",
            Self::Uuid => "a UUID",
        }
    }

    /// Whether a string has this format.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Int32 | Self::Int64 => true,
            Self::Byte => is_base64(text),
            Self::DateTime => is_date_time(text),
            Self::Date => text.len() == 10 && is_date(text),
            Self::Duration => is_duration(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Cidr => is_cidr(text),
            Self::Mac => is_mac(text),
            Self::Uuid => is_uuid(text),
        }
    }
}

/// Standard base64 with padding; Go skips line ends inside.
fn is_base64(text: &str) -> bool {
    let (mut letters, mut padding) = (0_usize, 0_usize);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => letters += 1,
            b'=' => padding += 1,
            _ => return false,
        }
    }
    padding <= 2 && (letters + padding).is_multiple_of(4)
}

/// RFC 3339, which asks for all digits, a `T` and an offset.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_full = bytes.len() >= 20 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b'T';
    is_full && bytes[13] == b':' && bytes[16] == b':' && Timestamp::parse(text).is_some()
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && Timestamp::parse(text).is_some()
}

/// Numbers with units, as Go writes them; `0` needs no unit.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, after) = rest.split_at(length);
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(after) =
            units.iter().filter_map(|unit| after.strip_prefix(unit)).min_by_key(|one| one.len())
        else {
            return false;
        };
        rest = after;
    }
    true
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains('-') { '-' } else { ':' };
    let parts: Vec<&str> = text.split(separator).take(21).collect();
    matches!(parts.len(), 6 | 8 | 20)
        && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let dashes = text.bytes().filter(|byte| *byte == b'-').count();
    digits == 32 && digits + dashes == text.len() && matches!(dashes, 0 | 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_good_and_bad_text() {
        let rows = [
            (Format::Byte, ["", "YQ==", "YWI=\n"], ["not base64!", "YQ=", "Y=Q="]),
            (
                Format::DateTime,
                ["2030-01-31T12:00:00Z", "2030-01-31T12:00:00.5+02:00", "2028-02-29T23:59:59-08:00"],
                ["2030-01-31", "2030-02-30T12:00:00Z", "2030-01-31 12:00:00Z"],
            ),
            (Format::Date, ["2030-01-31", "2028-02-29", "0001-01-01"], ["2030-1-31", "2029-02-29", "x"]),
            (Format::Duration, ["90s", "1h30m", "0"], ["90", "30 s", "1.2.3s"]),
            (Format::Ipv4, ["10.0.0.1", "0.0.0.0", "255.255.255.255"], ["10.0.0", "256.0.0.1", "::1"]),
            (Format::Ipv6, ["::1", "fe80::", "::ffff:10.0.0.1"], ["10.0.0.1", ":::", "g::"]),
            (Format::Cidr, ["10.0.0.0/8", "::/0", "fe80::/64"], ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/+8"]),
            (
                Format::Mac,
                ["00:00:5e:00:53:01", "00-00-5e-00-53-01", "02:00:5e:10:00:00:00:01"],
                ["00:00", "zz:00:5e:00:53:01", "0:0:5e:0:53:1"],
            ),
            (
                Format::Uuid,
                [
                    "123e4567-e89b-12d3-a456-426614174000",
                    "123e4567e89b12d3a456426614174000",
                    "00000000-0000-0000-0000-000000000000",
                ],
                ["123e4567", "123e4567-e89b-12d3-a456-42661417400g", ""],
            ),
        ];
        for (format, good, bad) in rows {
            for text in good {
                assert!(format.fits(text), "{format:?} {text}");
            }
            for text in bad {
                assert!(!format.fits(text), "{format:?} {text}");
            }
        }
    }

    #[test]
    fn names_and_numbers_agree() {
        for (name, format) in FORMATS {
            assert_eq!(Format::named(name), Some(format));
            assert_eq!(Format::numbered(format as u8), Some(format));
        }
        assert_eq!(Format::named("password"), None);
        assert_eq!(Format::numbered(0), None);
    }
}
