//! `scrape/...`: less is measured, or less often, or kept nowhere else.

use std::collections::BTreeMap;

use super::documents::OPERATOR;
use super::engine::Act;
use super::place::Place;
use super::units::{from_to, milliseconds};
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "scrape/removed",
        Level::Caution,
        (
            "something is not scraped any more: alerts about it stay silent",
            "take out or rewrite the alerts and dashboards that read it in the same change",
        ),
        removed,
    ),
    Rule::new(
        "scrape/interval",
        Level::Caution,
        (
            "something is scraped or evaluated more than five times as seldom",
            "keep it below a quarter of the shortest range in any `rate()`, and below five minutes at that",
        ),
        interval,
    ),
    Rule::new(
        "scrape/remote-write-removed",
        Level::Caution,
        (
            "samples are not sent to a storage any more",
            "make sure that nobody reads them there, or that something else sends them",
        ),
        remote_write,
    ),
];

/// Objects that say what is scraped.
const MONITORS: [(&str, &str); 4] =
    [(OPERATOR, "ServiceMonitor"), (OPERATOR, "PodMonitor"), (OPERATOR, "Probe"), (OPERATOR, "ScrapeConfig")];
/// How many times as long an interval may be.
const FACTOR: u128 = 5;

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if let Some(before) = subject.before().filter(|_| subject.is_removed() && subject.is_any(&MONITORS)) {
        return vec![
            Found::of(before.origin(), "nothing that it selects is scraped any more").act(Act::Delete),
        ];
    }
    let mut found: Vec<Found<'s>> = Vec::new();
    for job in subject.documents_before().jobs() {
        if !subject.around.has_job(job.name()) {
            found.push(Found::at(&job, format!("the job `{}` is scraped no more", job.name())));
        }
    }
    let Some((before, after)) = subject.both().filter(|_| subject.is_any(&MONITORS)) else { return found };
    let now: Vec<String> = endpoints(&after).iter().map(endpoint).collect();
    // An endpoint of another port or path is another one; if there are as many, one was changed.
    let earlier = endpoints(&before);
    let gone = earlier.iter().filter(|old| now.len() < earlier.len() && !now.contains(&endpoint(old)));
    found.extend(
        gone.map(|old| Found::at(old, format!("the endpoint `{}` is scraped no more", endpoint(old)))),
    );
    found
}

/// The endpoints of a monitor.
fn endpoints<'o, 's>(monitor: &Place<'o, 's>) -> Vec<Place<'o, 's>> {
    let lists = [["spec", "endpoints"], ["spec", "podMetricsEndpoints"]];
    lists.iter().flat_map(|list| monitor.items(list, &["port", "targetPort"])).collect()
}

fn endpoint(place: &Place<'_, '_>) -> String {
    format!("{}{}", place.name(), place.text(&["path"]).unwrap_or("/metrics"))
}

/// The intervals of an object, by what they are of.
fn intervals<'o, 's>(
    places: Vec<Place<'o, 's>>,
    root: Option<Place<'o, 's>>,
) -> BTreeMap<String, Place<'o, 's>> {
    let mut found = BTreeMap::new();
    for configuration in places {
        for field in ["scrape_interval", "evaluation_interval"] {
            let place = configuration.at(&["global", field]);
            found.extend(place.map(|place| (format!("`global.{field}`"), place)));
        }
        for job in configuration.items(&["scrape_configs"], &["job_name"]) {
            let place = job.at(&["scrape_interval"]);
            found.extend(place.map(|place| (format!("the interval of the job `{}`", job.name()), place)));
        }
    }
    let Some(root) = root else { return found };
    for field in ["scrapeInterval", "evaluationInterval", "interval"] {
        found.extend(root.at(&["spec", field]).map(|place| (format!("`{field}`"), place)));
    }
    for place in endpoints(&root) {
        let interval = place.at(&["interval"]);
        found.extend(interval.map(|interval| (format!("the interval of `{}`", endpoint(&place)), interval)));
    }
    found
}

fn interval<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let is_operated = subject.change.object().id.gvk.group == OPERATOR;
    let mut before = intervals(subject.documents_before().whole(), None);
    let mut after = intervals(subject.documents_after().whole(), None);
    if is_operated {
        before.extend(intervals(Vec::new(), subject.before()));
        after.extend(intervals(Vec::new(), subject.after()));
    }
    let found = after.into_iter().filter_map(|(name, new)| {
        let old = before.get(&name)?;
        let (was, is) = (milliseconds(old.node.text()?)?, milliseconds(new.node.text()?)?);
        (was > 0 && is > was.checked_mul(FACTOR)?).then(|| Found::at(&new, from_to(&name, old, &new)))
    });
    found.collect()
}

fn remote_write<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if subject.object_after().is_none() {
        return Vec::new();
    }
    let targets = |places: Vec<Place<'_, 's>>, root: Option<Place<'_, 's>>| -> Vec<(String, Found<'s>)> {
        let configured = places.into_iter().flat_map(|place| place.items(&["remote_write"], &["name"]));
        let operated = root.into_iter().flat_map(|place| place.items(&["spec", "remoteWrite"], &["name"]));
        let all = configured.chain(operated);
        all.map(|place| {
            let url = place.text(&["url"]).unwrap_or_default();
            let message = format!("samples are not sent to `{}` any more", without_credentials(url));
            (url.to_owned(), Found::at(&place, message))
        })
        .collect()
    };
    let is_operated = subject.change.object().id.gvk.group == OPERATOR;
    let operated = |place: Option<_>| if is_operated { place } else { None };
    let before = targets(subject.documents_before().configurations(), operated(subject.before()));
    let after = targets(subject.documents_after().configurations(), operated(subject.after()));
    // As many as there were: one has another address.
    if after.len() >= before.len() {
        return Vec::new();
    }
    let is_gone = |url: &String| !after.iter().any(|(known, _)| known == url);
    before.into_iter().filter(|(url, _)| is_gone(url)).map(|(_, found)| found).collect()
}

/// An address without what may stand in front of the host.
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let path = host.split(['?', '#']).next().unwrap_or_default();
    if scheme.is_empty() { path.to_owned() } else { format!("{scheme}://{path}") }
}
