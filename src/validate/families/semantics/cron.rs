//! `sem/cron`

use super::fields::has_variable;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};

static RULE: Rule = Rule {
    id: "sem/cron",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "the schedule of a CronJob cannot be read",
    why: "the API server refuses the CronJob",
    fix: "write minute, hour, day of month, month and day of week, as `0 3 * * 1`; the time zone goes into `timeZone`",
    example: example!("sem/cron"),
};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// The five fields with their bounds, as the library reads them that Kubernetes uses.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of month", 1, 31, &[]),
    ("month", 1, 12, &MONTHS),
    ("day of week", 0, 6, &DAYS),
];
const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    if !object.is("batch", "CronJob") {
        return;
    }
    let Some(schedule) = object.at(&["spec", "schedule"]) else { return };
    let text = schedule.text().unwrap_or_default();
    if let Some(Err(reason)) = (!has_variable(text)).then(|| read(text)) {
        findings.add(Finding::new(&RULE, schedule.origin(), reason).object(object.id).path("spec.schedule"));
    }
}

fn read(schedule: &str) -> Result<(), String> {
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        return Err("a time zone in the schedule is refused".to_owned());
    }
    if schedule.starts_with('@') {
        let is_every = schedule.strip_prefix("@every ").is_some_and(|duration| !duration.trim().is_empty());
        let is_known = MACROS.contains(&schedule) || is_every;
        return if is_known { Ok(()) } else { Err(format!("there is no schedule `{schedule}`")) };
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("a schedule has 5 fields, and `{schedule}` has {}", fields.len()));
    }
    for (text, field) in fields.iter().zip(FIELDS) {
        for part in text.split(',') {
            of_field(part, field).map_err(|reason| format!("the {} `{text}` {reason}", field.0))?;
        }
    }
    Ok(())
}

/// One part of a field: `*`, a number, a range, each perhaps with a step.
fn of_field(part: &str, (_, low, high, names): (&str, u32, u32, &[&str])) -> Result<(), String> {
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    if let Some(step) = step
        && !step.parse::<u32>().is_ok_and(|step| step > 0)
    {
        return Err(format!("has a step `{step}` that is no number above zero"));
    }
    if matches!(range, "*" | "?") {
        return Ok(());
    }
    let value = |text: &str| {
        let word = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let word = word.and_then(|index| u32::try_from(index).ok()).map(|index| index + low);
        let value = word
            .or_else(|| text.parse().ok())
            .ok_or_else(|| format!("has a part `{text}` that is no number"))?;
        if (low..=high).contains(&value) { Ok(value) } else { Err(format!("is not from {low} to {high}")) }
    };
    match range.split_once('-') {
        None => value(range).map(drop),
        Some((from, to)) if value(from)? > value(to)? => Err("ends before it begins".to_owned()),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn schedules() {
        for good in
            ["0 3 * * 1", "*/15 0-6,22 1 JAN-mar mon", "@daily", "@every 1h", "0 0 ? * *", "5/10 * * * *"]
        {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "0 24 * * *",
            "* * 0 * *",
            "* * * * 7",
            "*/0 * * * *",
            "5-1 * * * *",
            "0 0 * * * *",
            "@dayly",
            "TZ=UTC 0 3 * * *",
            "a * * * *",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
