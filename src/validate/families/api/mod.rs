//! `api/`: what the API server of a release serves no longer, or not yet.

use crate::schema::Minor;
use crate::validate::rule::Check;
use crate::validate::{Object, Tree};
use crate::yaml::Node;

mod deprecated;
mod deprecated_annotation;
mod deprecated_field;
mod deprecated_label;
mod removed;
mod removed_volume;
mod too_new;

pub(super) const CHECKS: &[&Check] = &[
    &removed::CHECK,
    &too_new::CHECK,
    &deprecated::CHECK,
    &deprecated_annotation::CHECK,
    &deprecated_field::CHECK,
    &deprecated_label::CHECK,
    &removed_volume::CHECK,
];

/// The oldest release that the clouds still run.
const OLDEST: Minor = Minor::new(32);

/// An object whose API not every release serves as a matter of course.
struct Asked<'a, 's> {
    /// Where the version stands.
    api_version: &'a Node<'s>,
    version: &'s str,
    kind: &'s str,
    /// The releases that it is to run on.
    releases: Vec<Minor>,
}

/// What is to be asked about an object's API; nothing if all releases serve it and go on to.
fn asked<'a, 's>(object: &Object<'a, 's>, tree: &Tree<'_, '_>) -> Option<Asked<'a, 's>> {
    let (api_version, kind) = (object.at(&["apiVersion"])?, object.text(&["kind"])?);
    let (version, releases) = (api_version.text().unwrap_or_default(), releases(tree));
    let is_current = tree.schemas.is_current(version, kind, &releases);
    (!is_current).then_some(Asked { api_version, version, kind, releases })
}

/// The releases that were named; all that the clouds run if none was.
pub(super) fn releases(tree: &Tree<'_, '_>) -> Vec<Minor> {
    let newest = tree.schemas.minors().1;
    match tree.target.releases.as_slice() {
        [] => (OLDEST.number()..=newest.number()).map(Minor::new).collect(),
        named => named.iter().map(|number| Minor::new(*number)).collect(),
    }
}

/// `1.33`, `1.33 and 1.35`, or `1.33 to 1.36` where none is left out.
pub(super) fn joined(releases: &[Minor]) -> String {
    let is_row = releases.windows(2).all(|two| two[0].number() + 1 == two[1].number());
    match releases {
        [first, .., last] if is_row && releases.len() > 2 => format!("{first} to {last}"),
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<String> = rest.iter().map(Minor::to_string).collect();
            format!("{} and {last}", rest.join(", "))
        }
        _ => releases.iter().map(Minor::to_string).collect(),
    }
}
