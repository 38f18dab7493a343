//! `definition/removed`, `definition/version-dropped`: kinds of objects that are no more.

use super::engine::Act;
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "definition/removed",
        Level::Blocking,
        (
            "a CustomResourceDefinition is gone: every object of its kind is deleted with it",
            "keep the definition, or take all objects of the kind out first",
        ),
        removed,
    ),
    Rule::new(
        "definition/version-dropped",
        Level::Blocking,
        (
            "a version that objects may be written or stored in is no longer defined or served",
            "write all objects in the new version first, and take the old one out of `status.storedVersions`",
        ),
        dropped,
    ),
];

const KIND: (&str, &str) = ("apiextensions.k8s.io", "CustomResourceDefinition");

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(before) = subject.before().filter(|_| subject.is_removed() && subject.is(KIND.0, KIND.1)) else {
        return Vec::new();
    };
    let kind = before.text(&["spec", "names", "kind"]).unwrap_or("the kind");
    vec![
        Found::of(before.origin(), format!("every {kind} of the cluster is deleted with it"))
            .act(Act::Delete),
    ]
}

fn dropped<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is(KIND.0, KIND.1)) else {
        return Vec::new();
    };
    let versions = ["spec", "versions"];
    let now = after.items(&versions, &["name"]);
    let mut found = Vec::new();
    for old in before.items(&versions, &["name"]) {
        let (name, was_stored) = (old.name(), old.is_true(&["storage"]));
        let was_served = old.text(&["served"]) != Some("false");
        match now.iter().find(|version| version.name() == name) {
            None if was_stored => {
                let message = format!("version `{name}`, which objects are stored in, is gone");
                found.push(Found::at(&old, message).act(Act::Refused));
            }
            None if was_served => {
                found.push(Found::at(
                    &old,
                    format!("version `{name}` is gone: objects written in it are refused"),
                ));
            }
            Some(new) if was_served && new.text(&["served"]) == Some("false") => {
                let message =
                    format!("version `{name}` is served no more: objects written in it are refused");
                found.push(Found::at(new, message));
            }
            _ => {}
        }
    }
    found
}
