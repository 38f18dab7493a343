//! Numbers as kustomize writes them: through JSON and back.

use std::fmt::Write as _;

/// Beyond this a number in JSON has an exponent.
const JSON_LARGE: f64 = 1e21;
const JSON_SMALL: f64 = 1e-6;

/// A decimal number: `0.digits` times ten to the power of `point`.
struct Decimal {
    negative: bool,
    digits: String,
    point: i32,
}

impl Decimal {
    /// The shortest digits that read back as the same number.
    fn shortest(value: f64) -> Self {
        let size = value.abs();
        let text = format!("{size:e}");
        // Two texts of this length may be equally near. Go takes the even one, as writing to a length does.
        let places = text.find('e').map_or(0, |end| end.saturating_sub(2));
        let even = format!("{size:.places$e}");
        let text = if even.parse() == Ok(size) { even } else { text };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.replace('.', "");
        let point = exponent.parse().unwrap_or(0) + 1;
        Self { negative: value.is_sign_negative(), digits, point }
    }

    /// `123.45`
    fn positional(&self, out: &mut String) {
        self.sign(out);
        let point = usize::try_from(self.point).unwrap_or(0);
        if point == 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', usize::try_from(-self.point).unwrap_or(0)));
            out.push_str(&self.digits);
        } else if point >= self.digits.len() {
            out.push_str(&self.digits);
            out.extend(std::iter::repeat_n('0', point - self.digits.len()));
        } else {
            let (whole, fraction) = self.digits.split_at(point);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
    }

    /// `1.2345e+02`, the exponent with at least `width` digits.
    fn exponential(&self, width: usize, out: &mut String) {
        self.sign(out);
        let (first, rest) = self.digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let exponent = self.point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        // Writing to a string cannot fail.
        let _ = write!(out, "e{sign}{:0width$}", exponent.unsigned_abs());
    }

    fn sign(&self, out: &mut String) {
        if self.negative {
            out.push('-');
        }
    }
}

/// A finite number as Go writes it in JSON.
pub(super) fn json(value: f64, out: &mut String) {
    let decimal = Decimal::shortest(value);
    let size = value.abs();
    if size != 0.0 && !(JSON_SMALL..JSON_LARGE).contains(&size) {
        // Negative exponents below ten have one digit, the others two.
        decimal.exponential(if size < 1.0 { 1 } else { 2 }, out);
    } else {
        decimal.positional(out);
    }
}

/// A finite number as kustomize writes it in YAML: an integer where JSON has one of at most 64 bits.
pub(super) fn yaml(value: f64, out: &mut String) {
    let mut text = String::new();
    json(value, &mut text);
    if let Ok(integer) = text.parse::<i64>() {
        let _ = write!(out, "{integer}");
    } else if text.parse::<u64>().is_ok() {
        out.push_str(&text);
    } else {
        general(value, out);
    }
}

/// Go's `%g` with the shortest digits: an exponent below -4 and from six places on.
fn general(value: f64, out: &mut String) {
    let decimal = Decimal::shortest(value);
    let exponent = decimal.point - 1;
    if (-4..6).contains(&exponent) {
        decimal.positional(out);
    } else {
        decimal.exponential(2, out);
    }
}

/// A finite number as go-yaml writes a float.
pub(super) fn general_text(value: f64) -> String {
    let mut text = String::new();
    general(value, &mut text);
    text
}

/// The digits of an integer too large for 64 bits, which go-yaml would round to a float: without sign `+`,
/// separators and leading zeros. `None` if the text is no such integer.
pub(super) fn long_integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return None;
    }
    let digits = digits.replace('_', "");
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    Some(if negative { format!("-{digits}") } else { digits.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml_text(value: f64) -> String {
        let mut out = String::new();
        yaml(value, &mut out);
        out
    }

    fn json_text(value: f64) -> String {
        let mut out = String::new();
        json(value, &mut out);
        out
    }

    #[test]
    fn numbers_in_yaml() {
        let rows = [
            (1.0, "1"),
            (-0.0, "0"),
            (1e3, "1000"),
            (1e19, "10000000000000000000"),
            (1e20, "1e+20"),
            (-1e19, "-1e+19"),
            (1e21, "1e+21"),
            (1e-7, "1e-07"),
            (0.000_001, "1e-06"),
            (0.000_1, "0.0001"),
            (0.000_012, "1.2e-05"),
            (1_234_567.5, "1.2345675e+06"),
            (123_456.5, "123456.5"),
            (1.5e300, "1.5e+300"),
            (2.5, "2.5"),
            (-12.25, "-12.25"),
            (667_169_895_452_177.2, "6.671698954521772e+14"),
        ];
        for (value, text) in rows {
            assert_eq!(yaml_text(value), text);
        }
    }

    #[test]
    fn numbers_in_json() {
        let rows = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-10, "1.5e-10"),
            (100.0, "100"),
            (0.05, "0.05"),
        ];
        for (value, text) in rows {
            assert_eq!(json_text(value), text);
        }
    }

    #[test]
    fn integers_of_any_length() {
        assert_eq!(long_integer("+18_446_744_073_709_551_616").as_deref(), Some("18446744073709551616"));
        assert_eq!(long_integer("-0009").as_deref(), Some("-9"));
        assert_eq!(long_integer("1e3"), None);
        assert_eq!(long_integer("1."), None);
    }
}
