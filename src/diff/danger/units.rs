//! Values that have a size: spans of time, amounts of data, counts and percentages.

use super::Found;
use super::place::Place;
use crate::diff::scalar::duration;
use crate::schema::Quantity;

/// Milliseconds that a text says.
pub(super) fn milliseconds(text: &str) -> Option<u128> {
    duration(text)
}

/// How a value is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Prometheus' spans of time: `30d`.
    Time,
    /// Prometheus' amounts of data: `512MB`, `50GiB`; both are powers of two.
    Size,
}

impl Unit {
    /// The number that a text says.
    pub(super) fn read(self, text: &str) -> Option<u128> {
        match self {
            Self::Time => milliseconds(text),
            Self::Size => bytes(text),
        }
    }
}

fn bytes(text: &str) -> Option<u128> {
    const PREFIXES: &str = "KMGTPE";
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let prefix = unit.strip_suffix("iB").or_else(|| unit.strip_suffix('B')).unwrap_or(unit);
    let power = match prefix {
        "" => 0,
        _ => PREFIXES.find(prefix).filter(|_| prefix.len() == 1)? + 1,
    };
    number.parse::<u128>().ok()?.checked_mul(1024_u128.checked_pow(u32::try_from(power).ok()?)?)
}

/// The amount that a value of the API says.
pub(super) fn quantity(place: &Place<'_, '_>) -> Option<Quantity> {
    Quantity::parse(place.node.text()?).ok()
}

/// A whole number.
pub(super) fn count(place: &Place<'_, '_>) -> Option<i64> {
    place.node.text()?.parse().ok()
}

/// A count or a percentage, which can only be compared with its own kind.
pub(super) fn share(place: &Place<'_, '_>) -> Option<(bool, i64)> {
    let text = place.node.text()?;
    let (number, is_percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    Some((is_percent, number.parse().ok()?))
}

/// `spec.replicas`, `name`: from what to what a value goes.
pub(super) fn from_to(what: &str, before: &Place<'_, '_>, after: &Place<'_, '_>) -> String {
    let text = |place: &Place<'_, '_>| place.node.text().unwrap_or_default().to_owned();
    format!("{what} goes from {} to {}", text(before), text(after))
}

/// A finding for a number that is lower than it was.
pub(super) fn lowered<'s>(
    what: &str,
    before: Option<Place<'_, 's>>,
    after: Option<Place<'_, 's>>,
) -> Option<Found<'s>> {
    let (before, after) = (before?, after?);
    (count(&after)? < count(&before)?).then(|| Found::at(&after, from_to(what, &before, &after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_two_with_either_unit() {
        assert_eq!(Unit::Size.read("1GB"), Unit::Size.read("1024MB"));
        assert_eq!(Unit::Size.read("1GiB"), Unit::Size.read("1GB"));
        assert_eq!(Unit::Size.read("512"), Some(512));
        for text in ["", "GB", "1XB", "1KMB", "99999999999999999999999999999999999999999EB", "$(SIZE)"] {
            assert_eq!(Unit::Size.read(text), None, "{text}");
        }
    }
}
