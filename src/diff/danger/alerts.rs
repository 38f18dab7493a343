//! `alerts/...`: alerts that are gone, come later, or are heard by fewer.

use super::around::severity;
use super::documents::OPERATOR;
use super::place::Place;
use super::units::{from_to, milliseconds};
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "alerts/removed",
        Level::Caution,
        ("an alert is gone", "say in the commit what tells of the same trouble now"),
        |subject| gone(subject, |name| !is_heartbeat(name), "nobody is told of `", "` any more"),
    ),
    Rule::new(
        "alerts/heartbeat-removed",
        Level::Blocking,
        (
            "the alert that always fires is gone: nobody hears that alerting itself is broken",
            "keep it: whoever waits for it calls when it stops coming",
        ),
        |subject| gone(subject, is_heartbeat, "`", "`, which tells that alerting works, is gone"),
    ),
    Rule::new(
        "alerts/delayed",
        Level::Caution,
        (
            "an alert comes later: its `for` is longer",
            "look at how long the trouble may last before somebody must act",
        ),
        delayed,
    ),
    Rule::new(
        "alerts/severity-lowered",
        Level::Caution,
        (
            "an alert is less severe than before",
            "look at the routes: who was woken by it may only find it in the morning",
        ),
        lowered,
    ),
    Rule::new(
        "alerts/never-fires",
        Level::Blocking,
        (
            "the expression of an alert can never be true",
            "take the alert out if it is not wanted, or silence it in Alertmanager until a date",
        ),
        never,
    ),
    Rule::new(
        "alerts/unloaded",
        Level::Caution,
        (
            "files of rules are loaded no more, and all alerts in them are gone",
            "keep the pattern that finds them",
        ),
        unloaded,
    ),
    Rule::new(
        "alerts/undelivered",
        Level::Blocking,
        (
            "Prometheus knows no Alertmanager any more: alerts fire and nobody hears of them",
            "keep at least one under `alerting.alertmanagers`",
        ),
        undelivered,
    ),
];

/// Names that people give to the alert that always fires.
fn is_heartbeat(name: &str) -> bool {
    ["watchdog", "deadmansswitch", "deadmanssnitch", "heartbeat"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// The alerts of the object as it was and as it is, of the same name and severity; if only one of a name is left on each
/// side, they are the same whatever their severity.
fn pairs<'c, 's>(subject: &Subject<'c, '_, 's>) -> Vec<(Place<'c, 's>, Place<'c, 's>)> {
    let before = subject.documents_before().alerts(subject.object_before());
    let mut after: Vec<Option<Place<'c, 's>>> =
        subject.documents_after().alerts(subject.object_after()).into_iter().map(Some).collect();
    let mut take = |old: &Place<'c, 's>, is_same: &dyn Fn(&Place<'c, 's>) -> bool| {
        let mut fits = after
            .iter_mut()
            .filter(|new| new.as_ref().is_some_and(|new| new.name() == old.name() && is_same(new)));
        let new = fits.next()?.take()?;
        Some((old.clone(), new))
    };
    let mut found = Vec::new();
    let mut rest = Vec::new();
    for old in before {
        match take(&old, &|new| severity(new) == severity(&old)) {
            Some(pair) => found.push(pair),
            None => rest.push(old),
        }
    }
    found.extend(rest.iter().filter_map(|old| take(old, &|_| true)));
    found
}

fn gone<'s>(
    subject: &Subject<'_, '_, 's>,
    is_meant: fn(&str) -> bool,
    begin: &str,
    end: &str,
) -> Vec<Found<'s>> {
    let kept: Vec<Place<'_, 's>> = pairs(subject).into_iter().map(|(old, _)| old).collect();
    let alerts = subject.documents_before().alerts(subject.object_before());
    let is_kept = |alert: &Place<'_, 's>| kept.iter().any(|kept| std::ptr::eq(kept.node, alert.node));
    let now = subject.documents_after().alerts(subject.object_after());
    // An alert of another name that looks for the same is the same one, but for those who route it by its name.
    let is_renamed = |alert: &Place<'_, 's>| {
        let is_new = |new: &Place<'_, 's>| !alerts.iter().any(|old| old.name() == new.name());
        now.iter().any(|new| is_new(new) && expression(new) == expression(alert))
    };
    let gone = alerts.iter().filter(|alert| is_meant(alert.name()) && !is_kept(alert));
    let gone = gone.filter(|alert| is_heartbeat(alert.name()) || !is_renamed(alert));
    let gone = gone.filter(|alert| !subject.around.has_alert(alert.name(), severity(alert)));
    gone.map(|alert| {
        let severity = severity(alert);
        let of = if severity.is_empty() { String::new() } else { format!(" ({severity})") };
        Found::at(alert, format!("{begin}{}{of}{end}", alert.name()))
    })
    .collect()
}

/// What an alert looks for, however it is broken into lines.
fn expression(alert: &Place<'_, '_>) -> String {
    alert.text(&["expr"]).unwrap_or_default().split_ascii_whitespace().collect()
}

fn delayed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let wait = |alert: &Place<'_, 's>| alert.text(&["for"]).map_or(Some(0), milliseconds);
    let found = pairs(subject).into_iter().filter_map(|(old, new)| {
        let place = new.at(&["for"]).filter(|_| wait(&new) > wait(&old) && wait(&old).is_some())?;
        let before =
            old.text(&["for"]).map_or("did not wait".to_owned(), |text| format!("waited for {text}"));
        let message = format!("`{}` waits for {}, and {before}", new.name(), place.node.text()?);
        Some(Found::at(&place, message))
    });
    found.collect()
}

/// How severe the names are that people give; nobody knows of others.
fn rank(severity: &str) -> Option<usize> {
    const RANKS: [&[&str]; 5] = [
        &["none", "debug"],
        &["info", "information", "notice"],
        &["warning", "warn", "minor", "ticket"],
        &["error", "major", "high"],
        &["critical", "page", "emergency", "disaster"],
    ];
    RANKS.iter().position(|names| names.iter().any(|name| severity.eq_ignore_ascii_case(name)))
}

fn lowered<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const SEVERITY: [&str; 2] = ["labels", "severity"];
    let found = pairs(subject).into_iter().filter_map(|(old, new)| {
        let (before, after) = (old.at(&SEVERITY)?, new.at(&SEVERITY)?);
        let is_lower = rank(after.node.text()?)? < rank(before.node.text()?)?;
        let what = format!("the severity of `{}`", new.name());
        is_lower.then(|| Found::at(&after, from_to(&what, &before, &after)))
    });
    found.collect()
}

fn never<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let found = pairs(subject).into_iter().filter_map(|(old, new)| {
        let expression = new.at(&["expr"])?;
        let was = old.text(&["expr"]).is_some_and(is_never_true);
        let is_found = is_never_true(expression.node.text()?) && !was;
        is_found.then(|| Found::at(&expression, format!("`{}` can never fire", new.name())))
    });
    found.collect()
}

/// Whether an expression is certain to find nothing: a constant that is compared with another one, alone or behind the
/// last `and`. Nothing is said of any other.
fn is_never_true(expression: &str) -> bool {
    let text = expression.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let last = text.rsplit_once(" and ").map_or(text.as_str(), |(_, last)| last);
    // What stands behind `or` counts beside it.
    let is_alone = !text.contains(" or ") && !text.contains('#');
    is_alone && is_false_comparison(last.strip_prefix("on() ").unwrap_or(last))
}

fn is_false_comparison(text: &str) -> bool {
    const OPERATORS: [&str; 6] = ["==", "!=", ">=", "<=", ">", "<"];
    let constant = |text: &str| {
        let inner = text.trim().strip_prefix("vector(").and_then(|text| text.strip_suffix(')'));
        inner.and_then(|text| text.trim().parse::<f64>().ok())
    };
    let compared = OPERATORS.iter().find_map(|operator| {
        let (one, other) = text.split_once(operator)?;
        Some((*operator, constant(one)?.partial_cmp(&other.trim().parse().ok()?)?))
    });
    let Some((operator, order)) = compared else { return false };
    !match operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        ">=" => order.is_ge(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_lt(),
    }
}

fn unloaded<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let after = subject.documents_after().configurations();
    if after.is_empty() {
        return Vec::new();
    }
    let now: Vec<&str> = after.iter().flat_map(|place| place.texts(&["rule_files"])).collect();
    let before = subject.documents_before().configurations();
    let files: Vec<_> = before.iter().flat_map(|place| place.items(&["rule_files"], &[])).collect();
    // As many as there were: one is called otherwise.
    let gone = files.iter().filter(|place| {
        now.len() < files.len() && place.node.text().is_some_and(|text| !now.contains(&text))
    });
    gone.map(|place| {
        Found::at(place, format!("rules in `{}` are loaded no more", place.node.text().unwrap_or_default()))
    })
    .collect()
}

fn undelivered<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if subject.object_after().is_none() {
        return Vec::new();
    }
    let is_operated = subject.is(OPERATOR, "Prometheus");
    let (old, new) = (subject.before().filter(|_| is_operated), subject.after().filter(|_| is_operated));
    let count = |places: Vec<Place<'_, 's>>, own: Option<Place<'_, 's>>| {
        let configured = places.iter().map(|place| place.items(&["alerting", "alertmanagers"], &[]).len());
        let operated = own.map(|place| place.items(&["spec", "alerting", "alertmanagers"], &[]).len());
        configured.sum::<usize>() + operated.unwrap_or_default()
    };
    let before = subject.documents_before().configurations();
    let place = before.iter().find_map(|place| place.at(&["alerting", "alertmanagers"]));
    let own = old.as_ref().and_then(|place| place.at(&["spec", "alerting", "alertmanagers"]));
    let was = count(subject.documents_before().configurations(), old);
    let is = count(subject.documents_after().configurations(), new);
    let place = place.or(own).filter(|_| was > 0 && is == 0);
    place.map(|place| Found::at(&place, "alerts are sent to no Alertmanager any more")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_never_fires() {
        for text in [
            "vector(0) > 0",
            "vector(1) == 2",
            "up == 0 and on() vector(0) == 1",
            "up == 0\n  and vector(0) > 0",
        ] {
            assert!(is_never_true(text), "{text}");
        }
        for text in [
            "vector(1)",
            "vector(1) > 0",
            "up == 0",
            "up == 0 or vector(0) > 0",
            "up and on() x == 1",
            "a - vector(1) == 2",
        ] {
            assert!(!is_never_true(text), "{text}");
        }
    }

    #[test]
    fn severities_have_ranks() {
        assert!(rank("critical") > rank("warning") && rank("Warning") > rank("info"));
        assert_eq!(rank("team-a"), None);
    }
}
