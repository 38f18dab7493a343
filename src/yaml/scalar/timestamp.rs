//! Dates as go-yaml recognises them, and as kustomize writes them.

use std::fmt;

/// A day, a time and an offset from UTC. [`Display`](fmt::Display) writes RFC 3339 as Go does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    /// Minutes east of UTC.
    offset: i32,
}

impl Timestamp {
    /// Reads `2006-1-2`, `2006-1-2T15:4:5.9+07:00` (or with `t`, or `Z`), or `2006-1-2 15:4:5.9`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.as_bytes();
        let year = four_digits(&mut rest)?;
        literal(&mut rest, b'-')?;
        let month = one_or_two_digits(&mut rest)?;
        literal(&mut rest, b'-')?;
        let day = one_or_two_digits(&mut rest)?;
        let mut timestamp =
            Self { year, month, day, hour: 0, minute: 0, second: 0, nanosecond: 0, offset: 0 };
        let separator = rest.first().copied();
        match separator {
            None => {}
            Some(b'T' | b't') => {
                rest = &rest[1..];
                timestamp.read_time(&mut rest)?;
                timestamp.offset = offset(&mut rest)?;
            }
            Some(b' ') => {
                while literal(&mut rest, b' ').is_some() {}
                timestamp.read_time(&mut rest)?;
            }
            Some(_) => return None,
        }
        (rest.is_empty() && timestamp.is_possible()).then_some(timestamp)
    }

    fn read_time(&mut self, rest: &mut &[u8]) -> Option<()> {
        self.hour = one_or_two_digits(rest)?;
        literal(rest, b':')?;
        self.minute = one_or_two_digits(rest)?;
        literal(rest, b':')?;
        self.second = one_or_two_digits(rest)?;
        if let [b'.' | b',', digit, ..] = rest
            && digit.is_ascii_digit()
        {
            *rest = &rest[1..];
            self.nanosecond = nanoseconds(rest);
        }
        Some(())
    }

    fn is_possible(&self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in(self.month, self.year)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, nanosecond, offset } = self;
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if *nanosecond > 0 {
            let digits = format!("{nanosecond:09}");
            write!(formatter, ".{}", digits.trim_end_matches('0'))?;
        }
        if *offset == 0 {
            return formatter.write_str("Z");
        }
        let sign = if *offset < 0 { '-' } else { '+' };
        write!(formatter, "{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
    }
}

fn literal(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

fn four_digits(rest: &mut &[u8]) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    digits.iter().try_fold(0, |value, byte| Some(value * 10 + digit(*byte)?))
}

fn two_digits(digits: &[u8]) -> Option<u32> {
    let [tens, ones] = digits else { return None };
    Some(digit(*tens)? * 10 + digit(*ones)?)
}

fn one_or_two_digits(rest: &mut &[u8]) -> Option<u32> {
    let value = match rest.get(..2).and_then(two_digits) {
        Some(value) => {
            *rest = &rest[1..];
            value
        }
        None => digit(*rest.first()?)?,
    };
    *rest = &rest[1..];
    Some(value)
}

/// Any number of digits; those after the ninth do not count.
fn nanoseconds(rest: &mut &[u8]) -> u32 {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = rest[..length].iter().chain(std::iter::repeat(&b'0')).take(9);
    let value = digits.fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    *rest = &rest[length..];
    value
}

/// `Z`, or hours and minutes with a sign, in minutes.
fn offset(rest: &mut &[u8]) -> Option<i32> {
    if literal(rest, b'Z').is_some() {
        return Some(0);
    }
    let (zone, after) = rest.split_at_checked(6)?;
    *rest = after;
    let sign = match zone[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (two_digits(&zone[1..3])?, two_digits(&zone[4..])?);
    // Go lets 24 hours and 60 minutes pass when it reads, and fails on 24 hours when it writes.
    let valid = zone[3] == b':' && hours <= 24 && minutes <= 60;
    valid.then_some(sign * i32::try_from(hours * 60 + minutes).ok()?)
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
