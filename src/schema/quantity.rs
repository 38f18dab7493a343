//! Amounts of a resource as the API writes them: `500m`, `2Gi`, `1e3`.
//!
//! Read by the rules of `k8s.io/apimachinery/pkg/api/resource`: a decimal number and a suffix, either binary
//! (`Ki`), decimal (`k`, `m`, nothing) or an exponent (`e3`). `MB` is none: that is the mistake people make.

use std::cmp::Ordering;

/// An amount, exact to a billionth; whatever is too large to count is the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nanos: i128,
}

/// The text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuantity {
    /// It does not begin with a number.
    #[error("an amount begins with a number")]
    Number,
    /// What follows the number means nothing.
    #[error("`{suffix}` is no suffix of an amount")]
    Suffix {
        /// What follows the number.
        suffix: String,
        /// The suffix that was probably meant.
        meant: Option<&'static str>,
    },
}

const NANOS: i128 = 1_000_000_000;

impl Quantity {
    /// Reads an amount.
    pub fn parse(text: &str) -> Result<Self, InvalidQuantity> {
        let (is_negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let length = unsigned.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, suffix) = unsigned.split_at(length);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(InvalidQuantity::Number);
        }
        let nanos = Scale::of(suffix)?.apply(whole, fraction);
        Ok(Self { nanos: if is_negative { -nanos } else { nanos } })
    }

    /// Whether this is less than nothing.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// The amount in whole units, rounded up as the API server does.
    pub fn whole(self) -> i128 {
        let up = i128::from(self.nanos.rem_euclid(NANOS) != 0);
        self.nanos.div_euclid(NANOS) + up
    }
}

/// What a suffix multiplies by.
#[derive(Clone, Copy)]
enum Scale {
    Binary(u32),
    Decimal(i32),
}

impl Scale {
    fn of(suffix: &str) -> Result<Self, InvalidQuantity> {
        Ok(match suffix {
            "n" => Self::Decimal(-9),
            "u" => Self::Decimal(-6),
            "m" => Self::Decimal(-3),
            "" => Self::Decimal(0),
            "k" => Self::Decimal(3),
            "M" => Self::Decimal(6),
            "G" => Self::Decimal(9),
            "T" => Self::Decimal(12),
            "P" => Self::Decimal(15),
            "E" => Self::Decimal(18),
            "Ki" => Self::Binary(10),
            "Mi" => Self::Binary(20),
            "Gi" => Self::Binary(30),
            "Ti" => Self::Binary(40),
            "Pi" => Self::Binary(50),
            "Ei" => Self::Binary(60),
            _ => Self::exponent(suffix)
                .ok_or_else(|| InvalidQuantity::Suffix { suffix: suffix.to_owned(), meant: meant(suffix) })?,
        })
    }

    fn exponent(suffix: &str) -> Option<Self> {
        let digits = suffix.strip_prefix(['e', 'E'])?;
        let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // A longer exponent is beyond every amount anyway.
        let power = unsigned.parse::<i32>().unwrap_or(i32::MAX).min(40);
        Some(Self::Decimal(if digits.starts_with('-') { -power } else { power }))
    }

    /// The number in billionths, rounded up, as large as can be counted.
    fn apply(self, whole: &str, fraction: &str) -> i128 {
        let count = |text: &str| {
            text.bytes()
                .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(i128::from(digit - b'0')))
        };
        // More digits than a billionth has, after any scale, change nothing.
        let fraction = &fraction[..fraction.len().min(18)];
        let (Some(whole), Some(part)) = (count(whole), count(fraction)) else { return i128::MAX };
        let places = u32::try_from(fraction.len()).unwrap_or(18);
        let Some(digits) = whole.checked_mul(10_i128.pow(places)).and_then(|sum| sum.checked_add(part))
        else {
            return i128::MAX;
        };
        let places = i32::try_from(places).unwrap_or(18);
        match self {
            Self::Decimal(power) => shifted(digits, power + 9 - places),
            Self::Binary(power) => match digits.checked_mul(1_i128 << power) {
                Some(product) => shifted(product, 9 - places),
                None => i128::MAX,
            },
        }
    }
}

/// `number` times ten to the `power`, rounded up.
fn shifted(number: i128, power: i32) -> i128 {
    let factor = 10_i128.checked_pow(power.unsigned_abs());
    match (power.cmp(&0), factor) {
        (Ordering::Less, Some(factor)) => number / factor + i128::from(number % factor != 0),
        (Ordering::Less, None) => i128::from(number != 0),
        (_, Some(factor)) => number.checked_mul(factor).unwrap_or(i128::MAX),
        (_, None) if number == 0 => 0,
        (_, None) => i128::MAX,
    }
}

/// The suffix that people mean by one that does not exist.
fn meant(suffix: &str) -> Option<&'static str> {
    let lower = suffix.to_ascii_lowercase();
    Some(match lower.as_str() {
        "kb" | "kib" | "ki" | "k" => "Ki",
        "mb" | "mib" | "mi" => "Mi",
        "gb" | "gib" | "gi" | "g" => "Gi",
        "tb" | "tib" | "ti" | "t" => "Ti",
        "pb" | "pib" | "pi" | "p" => "Pi",
        "b" | "bytes" | "cpu" | "cpus" | "core" | "cores" => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_compare_across_suffixes() {
        let value = |text| Quantity::parse(text).unwrap();
        assert_eq!(value("1000m"), value("1"));
        assert_eq!(value("1Ki"), value("1024"));
        assert_eq!(value("1.5Gi"), value("1536Mi"));
        assert_eq!(value("1e3"), value("1k"));
        assert_eq!(value("12E-1"), value("1200m"));
        assert_eq!(value("5."), value("5"));
        assert_eq!(value("1E"), value("1000P"));
        assert!(value(".5") < value("1") && value("-1").is_negative() && value("0m").is_zero());
        assert_eq!((value("1.1").whole(), value("2").whole(), value("-1.5").whole()), (2, 2, -1));
    }

    #[test]
    fn what_cannot_be_counted_is_the_largest_or_the_least() {
        let value = |text: &str| Quantity::parse(text).unwrap();
        assert_eq!(value(&"9".repeat(60)), value("1e999999999999"));
        assert_eq!(value("1e-999999999999"), value("1n"));
        assert_eq!(value("0e99"), value("0"));
        assert_eq!(value(&format!("0.{}1", "0".repeat(5000))), value("0"));
    }

    #[test]
    fn what_is_no_amount() {
        for text in ["", "Gi", ".", "-", "1.2.3", "--1", "a", "one"] {
            assert_eq!(Quantity::parse(text), Err(InvalidQuantity::Number), "{text}");
        }
        for (text, meant) in [
            ("256MB", Some("Mi")),
            ("1GB", Some("Gi")),
            ("2g", Some("Gi")),
            ("1K", Some("Ki")),
            ("1mi", Some("Mi")),
            ("3x", None),
            ("1 Gi", None),
            ("1e", None),
            ("1e+", None),
            ("1Kii", None),
        ] {
            let Err(InvalidQuantity::Suffix { meant: found, .. }) = Quantity::parse(text) else {
                panic!("{text}")
            };
            assert_eq!(found, meant, "{text}");
        }
    }
}
