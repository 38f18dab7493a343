//! L4: the expressions of rules and dashboards have the same answers on both sides.
//!
//! Compared is the time before the target had samples of its own: from then on it should have other answers. A grid
//! that is a millisecond late keeps samples off the edges of ranges, where releases disagree.

use std::collections::BTreeMap;

use super::{Level, Work};
use crate::backup::BackupError;
use crate::backup::prometheus::{Matrix, query_range};

/// How many times are compared.
const INSTANTS: i64 = 24;
const MINUTE: i64 = 60_000;
const LATE: i64 = 1;
/// By how much releases may disagree on a number.
const TOLERANCE: f64 = 1e-9;

pub(super) fn compare(work: &Work<'_>) -> Result<Level, BackupError> {
    let mut level = Level::new("L4", "expressions of rules and dashboards have the same answers");
    let Some(grid) = grid(work) else {
        let compared = "nothing: the target has samples of its own for the whole time".to_owned();
        return Ok(Level { compared, ..level });
    };
    let is_same_release = work.run.plan.from.facts.prometheus == work.run.plan.to.facts.prometheus;
    let (mut with_answer, mut refused) = (0_usize, 0_usize);
    for expression in work.run.expressions {
        let source = query_range(work.run.source, expression, grid)?;
        let target = query_range(work.run.target, expression, grid)?;
        match (source, target) {
            (Ok(source), Ok(target)) => {
                with_answer += usize::from(!source.is_empty());
                if let Some(difference) = difference(&source, &target, is_same_release) {
                    level.differs(|| format!("{expression}: {difference}"));
                }
            }
            // What both refuse is no expression of theirs: another release wrote it.
            (Err(_), Err(_)) => refused += 1,
            (Err(message), _) => level.differs(|| format!("{expression}: the source refuses it: {message}")),
            (_, Err(message)) => level.differs(|| format!("{expression}: the target refuses it: {message}")),
        }
    }
    let (count, instants) = (work.run.expressions.len(), (grid.1 - grid.0) / grid.2 + 1);
    level.compared = format!(
        "{count} expressions at {instants} times: {with_answer} have answers, {refused} are refused by both"
    );
    Ok(level)
}

/// First and last time, and the step.
fn grid(work: &Work<'_>) -> Option<(i64, i64, i64)> {
    let first = (work.range.0.div_euclid(MINUTE) + 1) * MINUTE + LATE;
    let own = work.before.oldest.unwrap_or(i64::MAX);
    let last = work.range.1.min(own.saturating_sub(1));
    let step = ((last.checked_sub(first)?) / INSTANTS / MINUTE).max(1) * MINUTE;
    (first <= last).then(|| (first, last - (last - first) % step, step))
}

/// The first difference of two answers.
fn difference(source: &Matrix, target: &Matrix, is_same_release: bool) -> Option<String> {
    let shown = |labels: &BTreeMap<String, String>| {
        let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    for (labels, values) in source {
        let Some(others) = target.get(labels) else {
            return Some(format!("{} is not on the target", shown(labels)));
        };
        let others: BTreeMap<i64, &str> =
            others.iter().map(|(time, value)| (*time, value.as_str())).collect();
        for (time, value) in values {
            let other = others.get(time).copied();
            if !other.is_some_and(|other| is_same(value, other, is_same_release)) {
                let other = other.unwrap_or("nothing");
                return Some(format!(
                    "{} at {time}: the source says {value}, the target {other}",
                    shown(labels)
                ));
            }
        }
        if others.len() > values.len() {
            return Some(format!("{} has more values on the target", shown(labels)));
        }
    }
    let more = target.keys().find(|labels| !source.contains_key(*labels))?;
    Some(format!("{} is on the target alone", shown(more)))
}

fn is_same(source: &str, target: &str, is_same_release: bool) -> bool {
    if source == target || is_same_release {
        return source == target;
    }
    match (source.parse::<f64>(), target.parse::<f64>()) {
        (Ok(source), Ok(target)) => {
            source.is_nan() && target.is_nan() || (source - target).abs() <= TOLERANCE * source.abs()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(values: &[(&str, &[(i64, &str)])]) -> Matrix {
        let series = |(name, values): &(&str, &[(i64, &str)])| {
            let labels = BTreeMap::from([("instance".to_owned(), (*name).to_owned())]);
            (labels, values.iter().map(|(time, value)| (*time, (*value).to_owned())).collect())
        };
        values.iter().map(series).collect()
    }

    #[test]
    fn a_real_difference_is_told_and_the_last_digit_of_another_release_is_none() {
        let source = matrix(&[("a", &[(1, "0.1"), (2, "NaN")])]);
        assert_eq!(difference(&source, &source, true), None);
        let close = matrix(&[("a", &[(1, "0.10000000000000002"), (2, "NaN")])]);
        assert_eq!(difference(&source, &close, false), None);
        assert!(difference(&source, &close, true).unwrap().contains("0.10000000000000002"));
        let other = matrix(&[("a", &[(1, "0.1001"), (2, "NaN")])]);
        assert!(difference(&source, &other, false).is_some());
        let fewer = matrix(&[("a", &[(1, "0.1")])]);
        assert!(difference(&source, &fewer, false).unwrap().contains("at 2"));
        assert!(difference(&fewer, &source, false).unwrap().contains("more values"));
        assert!(difference(&matrix(&[]), &source, false).unwrap().contains("target alone"));
        assert!(difference(&source, &matrix(&[]), false).unwrap().contains("not on the target"));
    }
}
