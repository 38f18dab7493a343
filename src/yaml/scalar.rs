//! What a scalar means: null, boolean, number, date or string.
//!
//! kustomize reads manifests with go-yaml v3's rules ([`Typing::Core`]) and kustomization files, and its own
//! output once more, with go-yaml v2's ([`Typing::Legacy`]). Both differ from the YAML specification (`0777` and
//! `0b101` are numbers, `1e400` is a string), so the rules here follow what go-yaml does, not what the
//! specification says.

mod number;
mod timestamp;

use super::node::{Node, Style, Value};
pub use timestamp::Timestamp;

/// Which words are typed. The two differ in booleans and in `0o17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Typing {
    /// go-yaml v3: only `true` and `false`, in three spellings, are booleans.
    #[default]
    Core,
    /// go-yaml v2: `y`, `yes`, `on` and their opposites are booleans too.
    Legacy,
}

/// The meaning of a scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// Nothing, `~`, `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer between the least `i64` and the greatest `u64`.
    Integer(i128),
    /// Any other number, infinities and "not a number" included.
    Float(f64),
    /// A date, with or without a time, that was written without quotes.
    Timestamp(Timestamp),
    /// The text itself.
    String,
}

impl Node<'_> {
    /// What this scalar means; `None` for collections.
    pub fn scalar(&self, typing: Typing) -> Option<Scalar> {
        let Value::Scalar(text) = self.value() else { return None };
        Some(match self.style() {
            Style::Plain => resolve(text, typing),
            Style::Flow => Scalar::Null,
            _ => Scalar::String,
        })
    }
}

/// The meaning of a plain scalar with this text.
pub fn resolve(text: &str, typing: Typing) -> Scalar {
    match text.as_bytes().first() {
        None | Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O') => {
            resolve_word(text, typing)
        }
        Some(b'.') => {
            number::special(text).or_else(|| number::dotted(text)).map_or(Scalar::String, Scalar::Float)
        }
        Some(b'0'..=b'9' | b'+' | b'-') => resolve_number(text, typing),
        Some(_) => Scalar::String,
    }
}

/// Whether a plain scalar with this text is a string.
pub fn is_string(text: &str, typing: Typing) -> bool {
    resolve(text, typing) == Scalar::String
}

fn resolve_word(text: &str, typing: Typing) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        _ if typing == Typing::Legacy => legacy_bool(text).map_or(Scalar::String, Scalar::Bool),
        _ => Scalar::String,
    }
}

/// The value of a word that only YAML 1.1 calls a boolean.
pub fn legacy_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn resolve_number(text: &str, typing: Typing) -> Scalar {
    if let Some(value) = number::special(text) {
        return Scalar::Float(value);
    }
    if let Some(timestamp) = Timestamp::parse(text) {
        return Scalar::Timestamp(timestamp);
    }
    number::resolve(text, typing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(text: &str) -> Scalar {
        resolve(text, Typing::Core)
    }

    #[test]
    fn words_differ_between_the_typings() {
        for text in ["y", "Yes", "ON"] {
            assert_eq!(core(text), Scalar::String);
            assert_eq!(resolve(text, Typing::Legacy), Scalar::Bool(true));
        }
        for text in ["n", "No", "OFF"] {
            assert_eq!(core(text), Scalar::String);
            assert_eq!(resolve(text, Typing::Legacy), Scalar::Bool(false));
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(core(text), Scalar::Null);
        }
        for text in ["tRue", "nUll", "yEs", "nil", "None", "<<", "=", "o", "x"] {
            assert_eq!(core(text), Scalar::String);
            assert_eq!(resolve(text, Typing::Legacy), Scalar::String);
        }
        assert_eq!(core("TRUE"), Scalar::Bool(true));
        assert_eq!(core("False"), Scalar::Bool(false));
    }

    #[test]
    fn integers_as_go_reads_them() {
        let rows = [
            ("0", 0),
            ("-0", 0),
            ("+1", 1),
            ("007", 7),
            ("0777", 511),
            ("-0777", -511),
            ("0o17", 15),
            ("0O17", 15),
            ("-0o17", -15),
            ("+0o17", 15),
            ("0o-7", -7),
            ("0x1f", 31),
            ("0X1F", 31),
            ("-0x1F", -31),
            ("0x_1f", 31),
            ("0b101", 5),
            ("0B11", 3),
            ("0b+1", 1),
            ("0b-1", -1),
            ("-0b101", -5),
            ("+0b1", 1),
            ("1_", 1),
            ("-_1", -1),
            ("1__0", 10),
            ("0_7", 7),
            ("18446744073709551615", u64::MAX.into()),
            ("-9223372036854775808", i64::MIN.into()),
            ("0xFFFFFFFFFFFFFFFF", u64::MAX.into()),
        ];
        for (text, value) in rows {
            assert_eq!(core(text), Scalar::Integer(value), "{text}");
        }
    }

    #[test]
    fn octal_with_a_letter_is_no_special_case_in_version_two_but_still_a_number() {
        assert_eq!(resolve("0o17", Typing::Legacy), Scalar::Integer(15));
        assert_eq!(resolve("0o-7", Typing::Legacy), Scalar::String);
    }

    #[test]
    fn floats_as_go_reads_them() {
        let rows = [
            (".5", 0.5),
            (".1_0", 0.1),
            (".5e3", 500.0),
            ("+.5", 0.5),
            ("1.", 1.0),
            ("1.e3", 1000.0),
            ("08", 8.0),
            ("0_8", 8.0),
            ("1e3", 1000.0),
            ("1_e3", 1000.0),
            ("1_000.5", 1000.5),
            ("0.1_", 0.1),
            ("-0.0", 0.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("-1e-400", 0.0),
            (".inf", f64::INFINITY),
            ("+18446744073709551615", 18_446_744_073_709_551_615.0),
            ("-.INF", f64::NEG_INFINITY),
        ];
        for (text, value) in rows {
            assert_eq!(core(text), Scalar::Float(value), "{text}");
        }
        assert!(matches!(core(".NaN"), Scalar::Float(value) if value.is_nan()));
    }

    #[test]
    fn strings_that_look_like_numbers() {
        for text in [
            "._1",
            ".1_",
            ".5e400",
            "0x",
            "0b",
            "0b12",
            "0o8",
            "1e400",
            "0x1p4",
            "1:30",
            "08:00",
            "+",
            "-",
            "-_",
            ".",
            "._",
            ".e1",
            "0xFFFFFFFFFFFFFFFFF",
            "1e",
            "1e+",
            "_1",
            "+.nan",
            "-.NaN",
            ".iNF",
            "1.2.3",
            "-a",
            "10m",
            "--1",
            ".5e",
            ".5e+",
            ".5_e3",
            ".0x1",
            ".5_",
            ".infinity",
        ] {
            assert_eq!(core(text), Scalar::String, "{text}");
        }
    }

    #[test]
    fn dates_are_written_in_full() {
        let rows = [
            ("2001-12-14", "2001-12-14T00:00:00Z"),
            ("2001-1-2T3:4:5Z", "2001-01-02T03:04:05Z"),
            ("2001-1-2t3:4:5,5+01:30", "2001-01-02T03:04:05.5+01:30"),
            ("2001-1-2   3:4:5.50", "2001-01-02T03:04:05.5Z"),
            ("2001-1-2T3:4:5-00:30", "2001-01-02T03:04:05-00:30"),
            ("2001-1-2T3:4:5.1234567899Z", "2001-01-02T03:04:05.123456789Z"),
            ("2001-1-2T3:4:5+05:60", "2001-01-02T03:04:05+06:00"),
            ("2001-1-2T3:4:5+00:00", "2001-01-02T03:04:05Z"),
            ("2001-1-2T3:4:5-24:00", "2001-01-02T03:04:05-24:00"),
            ("0000-1-1", "0000-01-01T00:00:00Z"),
            ("2004-02-29", "2004-02-29T00:00:00Z"),
        ];
        for (text, written) in rows {
            let Scalar::Timestamp(timestamp) = core(text) else { panic!("{text} is no date") };
            assert_eq!(timestamp.to_string(), written);
        }
    }

    #[test]
    fn impossible_dates_are_strings() {
        for text in [
            "2001-12-14T21:59:43",
            "2001-12-14t21:59:60Z",
            "2001-12-14 23:59",
            "2001-12-014",
            "2001-00-1",
            "2100-02-29",
            "2001-02-30",
            "2001-1-2T3:4:5.Z",
            "2001-1-2T003:4:5Z",
            "2001-1-2 3:4:5.",
            "2001-1-2T3:4:5z",
            "2001-13-45",
            "2001-12-14 21:59:43.10 -5",
            "2001-1-2T3:4:5+1:00",
            "2001-1-2T3:4:5-25:00",
            "2001-1-",
            "2001-",
        ] {
            assert_eq!(core(text), Scalar::String, "{text}");
        }
    }
}
