//! `routing/...`: alerts that fire and reach fewer people, or reach them later.

use std::collections::BTreeMap;

use super::matchers::{inhibitions, matched};
use super::place::Place;
use super::units::{from_to, milliseconds};
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "routing/receiver-emptied",
        Level::Blocking,
        (
            "a receiver sends nothing any more: what is routed to it reaches nobody",
            "route these alerts to a receiver that sends, or take the routes out in the same change",
        ),
        emptied,
    ),
    Rule::new(
        "routing/route-removed",
        Level::Caution,
        (
            "a route is gone: its alerts go where those go that no route names",
            "look at what `amtool config routes test` says of the labels that it matched",
        ),
        removed,
    ),
    Rule::new(
        "routing/receiver-changed",
        Level::Caution,
        ("a route leads to another receiver", "make sure that somebody reads there"),
        changed,
    ),
    Rule::new(
        "routing/inhibition-added",
        Level::Caution,
        (
            "an inhibition is new: while one alert fires, others are silent",
            "keep it narrow with `equal`, so that trouble in one place does not hide that in another",
        ),
        inhibited,
    ),
    Rule::new(
        "routing/muted",
        Level::Caution,
        (
            "a route is silent at certain times",
            "look at the time zone, and at what is severe enough to be sent anyway",
        ),
        muted,
    ),
    Rule::new(
        "routing/delayed",
        Level::Caution,
        (
            "notifications wait more than five times as long, or are repeated that much later",
            "`group_wait` is what a first notification waits, `repeat_interval` what a forgotten one does",
        ),
        delayed,
    ),
];

/// How many times as long a wait may be.
const FACTOR: u128 = 5;
/// The waits of a route, as configurations and as the operator's objects write them.
const WAITS: [(&str, &str); 3] =
    [("group_wait", "groupWait"), ("group_interval", "groupInterval"), ("repeat_interval", "repeatInterval")];
/// Fields of a receiver that send nothing.
const SILENT: [&str; 1] = ["name"];

/// Calls `look` with each configuration of Alertmanager as it was and as it is.
fn each<'c, 's>(
    subject: &Subject<'c, '_, 's>,
    look: impl Fn(&Place<'c, 's>, &Place<'c, 's>) -> Vec<Found<'s>>,
) -> Vec<Found<'s>> {
    let after = subject.documents_after().routings(subject.object_after());
    let mut found = Vec::new();
    for old in subject.documents_before().routings(subject.object_before()) {
        if let Some(new) = after.iter().find(|new| new.path == old.path) {
            found.extend(look(&old, new));
        }
    }
    found
}

fn emptied<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let earlier = old.items(&["receivers"], &["name"]);
        let sent = |name: &str| earlier.iter().any(|receiver| receiver.name() == name && sends(receiver));
        let receivers = new.items(&["receivers"], &["name"]).into_iter();
        let silent = receivers.filter(|receiver| !sends(receiver) && sent(receiver.name()));
        silent
            .map(|receiver| {
                Found::at(&receiver, format!("the receiver `{}` sends nothing any more", receiver.name()))
            })
            .collect()
    })
}

fn sends(receiver: &Place<'_, '_>) -> bool {
    let fields = receiver.fields(&[]);
    fields.iter().any(|(name, place)| {
        !SILENT.contains(name) && place.node.as_sequence().is_some_and(|items| !items.is_empty())
    })
}

/// The routes below the first one, each by what it matches and what those around it match.
fn routes<'o, 's>(configuration: &Place<'o, 's>) -> BTreeMap<String, Place<'o, 's>> {
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, Place<'o, 's>)> = vec![(String::new(), configuration.clone())];
    while let Some((name, place)) = open.pop() {
        let children = if name.is_empty() {
            place.at(&["route"]).map(|root| vec![(String::from("the first route"), root)]).unwrap_or_default()
        } else {
            let children = place.items(&["routes"], &[]).into_iter();
            children
                .map(|child| {
                    (format!("{name} > {}", matched(&child, &["matchers", "match", "match_re"])), child)
                })
                .collect()
        };
        for (name, child) in children {
            found.entry(name.clone()).or_insert_with(|| child.clone());
            open.push((name, child));
        }
    }
    found
}

/// A route without the way that leads to it.
fn last(name: &str) -> &str {
    name.rsplit(" > ").next().unwrap_or_default()
}

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let now = routes(new);
        let gone = routes(old).into_iter().filter(|(name, _)| !now.contains_key(name));
        // What is below a route that is gone went with it.
        let mut gone: Vec<(String, Place<'_, 's>)> = gone.collect();
        let names: Vec<String> = gone.iter().map(|(name, _)| format!("{name} > ")).collect();
        gone.retain(|(name, _)| !names.iter().any(|above| name.starts_with(above.as_str())));
        gone.into_iter()
            .map(|(name, place)| Found::at(&place, format!("no route is for {} any more", last(&name))))
            .collect()
    })
}

fn changed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let earlier = routes(old);
        let found = routes(new).into_iter().filter_map(|(name, route)| {
            let (before, after) = (earlier.get(&name)?.at(&["receiver"])?, route.at(&["receiver"])?);
            let is_other = before.node.text() != after.node.text();
            is_other.then(|| {
                Found::at(&after, from_to(&format!("the receiver of {}", last(&name)), &before, &after))
            })
        });
        found.collect()
    })
}

fn inhibited<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let known = inhibitions(old);
        let added = inhibitions(new).into_iter();
        let added = added.filter(|rule| !known.iter().any(|known| known.covers(rule)));
        added.map(|rule| Found::at(&rule.place, rule.to_string())).collect()
    })
}

fn muted<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let earlier = routes(old);
        let mut found = Vec::new();
        for (name, route) in routes(new) {
            let Some(before) = earlier.get(&name) else { continue };
            for list in
                ["mute_time_intervals", "active_time_intervals", "muteTimeIntervals", "activeTimeIntervals"]
            {
                let known = before.texts(&[list]);
                let added = route.items(&[list], &[]).into_iter();
                // One more time at which it is active mutes nothing, if there was one already.
                let is_more = list.starts_with("mute") || known.is_empty();
                let added = added
                    .filter(|place| is_more && place.node.text().is_some_and(|text| !known.contains(&text)));
                found.extend(added.map(|place| {
                    let time = place.node.text().unwrap_or_default();
                    let when = if list.starts_with("mute") { "at" } else { "at any time but" };
                    Found::at(&place, format!("{} is silent {when} `{time}`", last(&name)))
                }));
            }
        }
        found
    })
}

fn delayed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    each(subject, |old, new| {
        let earlier = routes(old);
        let mut found = Vec::new();
        for (name, route) in routes(new) {
            let Some(before) = earlier.get(&name) else { continue };
            for (field, other) in WAITS {
                let at = |place: &Place<'_, 's>| {
                    place.text(&[field]).or_else(|| place.text(&[other])).and_then(milliseconds)
                };
                let (Some(was), Some(is)) = (at(before), at(&route)) else { continue };
                let place = route.at(&[field]).or_else(|| route.at(&[other]));
                let earlier = before.at(&[field]).or_else(|| before.at(&[other]));
                let is_longer = was > 0 && was.checked_mul(FACTOR).is_some_and(|most| is > most);
                if let (Some(place), Some(earlier), true) = (place, earlier, is_longer) {
                    let message = from_to(&format!("`{field}` of {}", last(&name)), &earlier, &place);
                    found.push(Found::at(&place, message));
                }
            }
        }
        found
    })
}
