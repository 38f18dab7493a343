//! `image/...`: programs that go back, leap ahead, or are no longer pinned.

use std::cmp::Ordering;

use super::place::Place;
use super::pods::containers;
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "image/downgrade",
        Level::Caution,
        (
            "a program goes back to an earlier version",
            "read in its releases whether the earlier one can read what the later one wrote",
        ),
        downgrade,
    ),
    Rule::new(
        "image/major",
        Level::Caution,
        (
            "a program goes to another major version",
            "read its migration notes: flags, metrics and the format of its data may change",
        ),
        major,
    ),
    Rule::new(
        "image/unpinned",
        Level::Caution,
        (
            "an image had a digest, and has only a tag: what is pulled may change without a commit",
            "keep the digest beside the tag",
        ),
        unpinned,
    ),
    Rule::new(
        "image/latest",
        Level::Caution,
        (
            "an image has no version: each node may run another one",
            "write the version, and better its digest too",
        ),
        latest,
    ),
    Rule::new(
        "image/registry",
        Level::Caution,
        (
            "an image of the same name comes from another registry",
            "make sure that the machines can pull from it, and that it is who you think",
        ),
        registry,
    ),
];

/// An image, taken apart.
struct Image<'s> {
    repository: &'s str,
    tag: Option<&'s str>,
    digest: Option<&'s str>,
}

impl<'s> Image<'s> {
    fn parse(text: &'s str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        match name[last..].find(':') {
            Some(colon) => {
                Self { repository: &name[..last + colon], tag: Some(&name[last + colon + 1..]), digest }
            }
            None => Self { repository: name, tag: None, digest },
        }
    }

    /// The last part of its name.
    fn name(&self) -> &'s str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }

    /// Its name with the registry that is meant if none is written.
    fn full_name(&self) -> String {
        let first = self.repository.split('/').next().unwrap_or_default();
        let has_registry = first != self.repository && (first.contains(['.', ':']) || first == "localhost");
        match (has_registry, self.repository.contains('/')) {
            (true, _) => self.repository.replace("docker.io/library/", "docker.io/"),
            (false, true) => format!("docker.io/{}", self.repository.replacen("library/", "", 1)),
            (false, false) => format!("docker.io/{}", self.repository),
        }
    }

    /// The numbers of its version and what follows them: `v3.1.0-alpine`.
    fn version(&self) -> Option<(Vec<u64>, &'s str)> {
        let tag = self.tag?;
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let length = tag.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (numbers, rest) = tag.split_at(length);
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|number| number.parse().ok()).collect();
        Some((numbers?, rest))
    }
}

/// The images of containers that were there and are, if they are not the same: where, as it was, as it is.
fn changed<'c, 's>(subject: &Subject<'c, '_, 's>) -> Vec<(Place<'c, 's>, Image<'s>, Image<'s>)> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let earlier = containers(old);
    let image = |container: &Place<'c, 's>| container.at(&["image"]);
    let pairs = containers(new).into_iter().filter_map(|container| {
        let before = image(earlier.iter().find(|before| before.name() == container.name())?)?;
        let after = image(&container)?;
        let (was, is) = (before.node.text()?, after.node.text()?);
        (was != is).then(|| (after, Image::parse(was), Image::parse(is)))
    });
    pairs.collect()
}

/// How the versions of an image compare. Nobody knows of variants, of single numbers, which may count builds or be
/// dates, or of other programs.
fn versions<'c, 's>(
    subject: &Subject<'c, '_, 's>,
    is_worth: fn(&[u64], &[u64], Ordering) -> bool,
    words: &str,
) -> Vec<Found<'s>> {
    let found = changed(subject).into_iter().filter_map(|(place, old, new)| {
        let ((before, suffix), (after, other)) = (old.version()?, new.version()?);
        let are_alike = suffix == other && before.len() > 1 && after.len() > 1 && old.name() == new.name();
        let is_found = are_alike && is_worth(&before, &after, after.cmp(&before));
        let message = format!("`{}` {words} from {} to {}", new.name(), old.tag?, new.tag?);
        is_found.then(|| Found::at(&place, message))
    });
    found.collect()
}

fn downgrade<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    versions(subject, |_, _, order| order == Ordering::Less, "goes back")
}

fn major<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    versions(subject, |before, after, order| order == Ordering::Greater && before[0] != after[0], "goes")
}

fn unpinned<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let gone =
        changed(subject).into_iter().filter(|(_, old, new)| old.digest.is_some() && new.digest.is_none());
    gone.map(|(place, _, new)| Found::at(&place, format!("`{}` has no digest any more", new.name())))
        .collect()
}

fn latest<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let is_open = |image: &Image<'_>| image.digest.is_none() && matches!(image.tag, None | Some("latest"));
    let found = changed(subject).into_iter().filter(|(_, old, new)| is_open(new) && !is_open(old));
    found
        .map(|(place, _, new)| Found::at(&place, format!("`{}` has no version any more", new.name())))
        .collect()
}

fn registry<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let found = changed(subject).into_iter();
    let moved = found.filter(|(_, old, new)| old.full_name() != new.full_name() && old.name() == new.name());
    moved
        .map(|(place, old, new)| {
            let message = format!(
                "`{}` comes from `{}`, and came from `{}`",
                new.name(),
                new.repository,
                old.repository
            );
            Found::at(&place, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_taken_apart() {
        let image = Image::parse("registry:5000/team/app:v1.2.3-alpine@sha256:0");
        assert_eq!((image.repository, image.tag), ("registry:5000/team/app", Some("v1.2.3-alpine")));
        assert_eq!((image.name(), image.digest), ("app", Some("sha256:0")));
        assert_eq!(image.version(), Some((vec![1, 2, 3], "-alpine")));
        let image = Image::parse("registry:5000/app");
        assert_eq!((image.repository, image.tag, image.version()), ("registry:5000/app", None, None));
        assert_eq!(Image::parse("app:latest").version(), None);
        assert_eq!(Image::parse("team/app").full_name(), Image::parse("docker.io/team/app:v1").full_name());
        assert_eq!(Image::parse("app").full_name(), Image::parse("docker.io/library/app").full_name());
        assert_ne!(Image::parse("app").full_name(), Image::parse("localhost/app").full_name());
    }
}
