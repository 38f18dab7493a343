//! Fields that do not exist, and what was probably meant: another name, or another place.

use super::shape::{Properties, Shape};
use super::violation::{Edit, Violation, ViolationKind};
use super::walk::{Frame, Step, Walk, named};
use crate::schema::suggest::closest;
use crate::yaml::{Mapping, Origin};

/// Reports the field `name` of the object in `frame`.
pub(super) fn report(
    walk: &mut Walk<'_>,
    name: &str,
    origin: Origin,
    mapping: &Mapping<'_>,
    frame: &Frame<'_>,
) {
    let place = match frame.path() {
        path if path.is_empty() => "the object".to_owned(),
        path => named(&path),
    };
    let shape = Shape::read(walk.table, frame.schema);
    let names = names(walk, shape.properties);
    let near = closest(name, names.clone().filter(|known| !mapping.contains(known)));
    let far = || closest(name, names.clone());
    let help = near
        .map(|meant| format!("did you mean `{meant}`?"))
        .or_else(|| below(walk, name, mapping, &shape))
        .or_else(|| above(walk, name, frame))
        .or_else(|| far().map(|meant| format!("did you mean `{meant}`?")))
        .or_else(|| known(names.clone()));
    // Another name is all that is wrong if the value is what a field of that name holds.
    let step = Step::Key(name, origin);
    let fits = |meant: &str| {
        let schema = shape.properties.get(walk.table, meant)?;
        let value = mapping.get(name)?;
        walk.fits(value, &frame.below(step, schema), schema).then(|| meant.to_owned())
    };
    let edit = near.and_then(fits).map(|is| Edit::Rename { was: name.to_owned(), is });
    walk.violations.push(Violation {
        kind: ViolationKind::UnknownField,
        origin,
        path: frame.path_of(name),
        message: format!("{place} has no field `{name}`"),
        help,
        related: Vec::new(),
        is_secret: walk.is_sensitive(&frame.below(step, frame.schema)),
        edit,
    });
}

fn names<'n>(walk: &Walk<'n>, properties: Properties<'n>) -> impl Iterator<Item = &'n str> + Clone + use<'n> {
    let table = walk.table;
    properties.iter().map(move |(name, _)| table.text(name))
}

/// The field is one of a field beside it: `readinessProbe` beside `containers`.
fn below(walk: &Walk<'_>, name: &str, mapping: &Mapping<'_>, shape: &Shape<'_>) -> Option<String> {
    let table = walk.table;
    let homes = shape.properties.iter().filter_map(|(field, schema)| {
        let child = Shape::read(table, schema);
        let of_item = || {
            let items = Shape::read(table, child.items?);
            items.properties.get(table, name).map(|_| (table.text(field), true))
        };
        child.properties.get(table, name).map(|_| (table.text(field), false)).or_else(of_item)
    });
    let written = homes.clone().find(|(field, _)| mapping.contains(field));
    let (field, is_list) = written.or_else(|| {
        // Names such as `name` are everywhere and say nothing.
        let mut homes = homes;
        homes.next().filter(|_| homes.next().is_none())
    })?;
    Some(if is_list {
        format!("`{name}` belongs to the items of `{field}`: move it down")
    } else {
        format!("`{name}` belongs into `{field}`: move it down")
    })
}

/// The field is one of the object around this one.
fn above(walk: &Walk<'_>, name: &str, frame: &Frame<'_>) -> Option<String> {
    let mut around = frame.parent?;
    while matches!(around.step, Step::Index(_))
        || Shape::read(walk.table, around.schema).properties.is_empty()
    {
        around = around.parent?;
    }
    Shape::read(walk.table, around.schema).properties.get(walk.table, name)?;
    Some(match around.path() {
        path if path.is_empty() => format!("`{name}` belongs to the object itself: move it up"),
        path => format!("`{name}` belongs into `{path}`: move it up"),
    })
}

/// All fields, if they are few.
fn known<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<&str> = names.take(9).collect();
    (!names.is_empty() && names.len() < 9).then(|| {
        format!(
            "known fields: {}",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )
    })
}
