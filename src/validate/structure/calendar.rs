//! Parts of a calendar, as Alertmanager's time intervals write them.

const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A part of a calendar; all but a time of the day are one value or two with a colon between them.
#[derive(Clone, Copy)]
pub(super) enum Calendar {
    /// A time of the day.
    Clock,
    Weekdays,
    Months,
    Days,
    Years,
}

impl Calendar {
    /// Whether a text is one that Alertmanager reads.
    pub(super) fn reads(self, text: &str) -> bool {
        if matches!(self, Self::Clock) {
            return is_clock(text);
        }
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        let (Some(first), Some(last)) = (self.number(first), self.number(last)) else { return false };
        match self {
            // Days from the end of the month on are negative, and -1 is the last.
            Self::Days if first < 0 && last > 0 => false,
            Self::Days if first > 0 && last < 0 => first <= 31 + last + 1,
            _ => first <= last,
        }
    }

    fn number(self, text: &str) -> Option<i32> {
        let lower = text.to_ascii_lowercase();
        let position = |words: &[&str]| {
            words.iter().position(|word| *word == lower).and_then(|at| i32::try_from(at).ok())
        };
        match self {
            Self::Weekdays => position(&WEEKDAYS),
            Self::Months => position(&MONTHS)
                .map(|at| at + 1)
                .or_else(|| text.parse().ok().filter(|month| (1..=12).contains(month))),
            Self::Days => text.parse().ok().filter(|day: &i32| (1..=31).contains(&day.abs())),
            Self::Years => text.parse().ok(),
            Self::Clock => None,
        }
    }

    /// What it is called behind "no".
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Clock => "time of the day",
            Self::Weekdays => "day of the week, nor from one to a later one",
            Self::Months => "month, nor from one to a later one",
            Self::Days => "day of the month, nor from one to a later one",
            Self::Years => "year, nor from one to a later one",
        }
    }

    /// What to write.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Clock => "write hours and minutes, as `\"09:00\"`; the end of the day is `\"24:00\"`",
            Self::Weekdays => "write `monday` or `monday:friday`; a week begins on Sunday",
            Self::Months => "write `march`, `3` or `march:may`",
            Self::Days => "write `1`, `1:7` or, from the end, `-7:-1`",
            Self::Years => "write `2030` or `2030:2031`",
        }
    }
}

fn is_clock(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let number = |text: &str| {
        let is_pair = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_pair.then(|| text.parse::<u32>().ok()).flatten()
    };
    match (number(hours), number(minutes)) {
        (Some(24), Some(0)) => true,
        (Some(hours), Some(minutes)) => hours < 24 && minutes < 60,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_alertmanager_reads() {
        use Calendar::{Clock, Days, Months, Weekdays, Years};
        for (part, text) in [
            (Clock, "09:00"),
            (Clock, "24:00"),
            (Weekdays, "monday:friday"),
            (Weekdays, "Sunday"),
            (Months, "1:3"),
            (Months, "december"),
            (Days, "-3:-1"),
            (Days, "1:-1"),
            (Years, "2030:2031"),
        ] {
            assert!(part.reads(text), "{text}");
        }
        for (part, text) in [
            (Clock, "9:00"),
            (Clock, "24:01"),
            (Weekdays, "mon"),
            (Weekdays, "friday:monday"),
            (Months, "13"),
            (Days, "0"),
            (Days, "-1:3"),
            (Days, "32"),
            (Years, "2031:2030"),
        ] {
            assert!(!part.reads(text), "{text}");
        }
    }
}
