//! Which schema an object has, and why it may have none.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::compiled::Compiled;
use super::definition::CustomKind;
use super::minor::Minor;
use super::table::{KindRow, NodeId, Table};
use crate::schema::suggest::closest;

/// The table that is part of the program.
static EMBEDDED: &[u8] = include_bytes!("kubernetes.bin");

/// The API of every release, and the custom resources that a run found.
#[derive(Debug)]
pub struct Schemas {
    pub(super) builtin: Table,
    /// The tables of definitions that were found.
    pub(super) tables: Vec<Table>,
    /// Group and kind to the versions that a definition brings.
    pub(super) custom: BTreeMap<(String, String), Vec<CustomKind>>,
    pub(super) compiled: Compiled,
}

/// Whether objects of a kind belong to namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each object is in a namespace.
    Namespaced,
    /// Objects belong to the cluster as a whole.
    Cluster,
}

/// What is known of a kind in a release.
#[derive(Clone, Debug)]
pub enum Lookup<'s> {
    /// The release serves it.
    Found(Found<'s>),
    /// Earlier releases served it.
    Removed {
        /// The release that serves it no longer; none for custom resources, which have releases of their own.
        minor: Option<Minor>,
        /// What takes its place, as `group/version Kind`.
        replacement: Option<String>,
    },
    /// Only later releases serve it.
    NotYetServed {
        /// The first of them.
        since: Minor,
    },
    /// The group is known, and has no such kind.
    UnknownKind {
        /// What was probably meant, as `group/version Kind`.
        meant: Option<String>,
    },
    /// The kind is known, and has no such version.
    UnknownVersion {
        /// The versions that it has, as `group/version`.
        served: Vec<String>,
    },
    /// Nothing is known of the group, or it is one of custom resources of which not all are known.
    UnknownGroup {
        /// The group that was probably meant.
        meant: Option<String>,
    },
}

/// A kind as a release serves it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'s> {
    pub(super) table: &'s Table,
    pub(super) root: NodeId,
    pub(super) metadata: Option<(&'s Table, NodeId)>,
    pub(super) is_custom: bool,
    /// Whether objects of it belong to namespaces.
    pub scope: Scope,
    /// The release that deprecated it.
    pub deprecated: Option<Minor>,
    /// The release that will serve it no longer, or serves it no longer.
    pub removed: Option<Minor>,
    /// What takes its place, as `group/version Kind`.
    pub replacement: Option<&'s str>,
    /// Whether its definition says that it should be used no longer.
    pub is_deprecated: bool,
}

impl Scope {
    pub(super) fn of(is_cluster_wide: bool) -> Self {
        if is_cluster_wide { Self::Cluster } else { Self::Namespaced }
    }
}

impl Found<'_> {
    /// Whether two releases say the same of the kind, so that an object needs to be held against one of them only.
    pub fn has_same_schema(&self, other: &Self) -> bool {
        let node = |found: &Self| (found.root, found.metadata.map(|(_, node)| node));
        std::ptr::eq(self.table, other.table) && node(self) == node(other)
    }

    /// Whether it is defined by a custom resource definition.
    pub fn is_custom(&self) -> bool {
        self.is_custom
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self::embedded()
    }
}

impl Schemas {
    /// What is part of the program.
    pub fn embedded() -> Self {
        Self {
            builtin: Table::embedded(EMBEDDED),
            tables: Vec::new(),
            custom: BTreeMap::new(),
            compiled: Compiled::default(),
        }
    }

    /// The oldest and the newest release that is known.
    pub fn minors(&self) -> (Minor, Minor) {
        let first = self.builtin.first_minor;
        (Minor::new(first), Minor::new(first + self.builtin.minors.saturating_sub(1)))
    }

    /// What a release says of a kind. A release that is not known counts as the nearest one that is.
    pub fn find(&self, api_version: &str, kind: &str, minor: Minor) -> Lookup<'_> {
        let (oldest, newest) = self.minors();
        let minor = minor.clamp(oldest, newest);
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        if let Some(versions) = self.found_here(group, kind) {
            return self.find_custom(versions, version, minor);
        }
        match self.row(group, kind, version) {
            Some(row) => self.in_release(&row, minor),
            None => self.missing(group, kind, version, minor),
        }
    }

    /// Whether all of these releases serve a kind of Kubernetes itself and none has deprecated it: what is true of
    /// nearly every object, and quick to say.
    pub fn is_current(&self, api_version: &str, kind: &str, minors: &[Minor]) -> bool {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        let row = if self.found_here(group, kind).is_none() { self.row(group, kind, version) } else { None };
        row.filter(|row| row.deprecated.is_none())
            .is_some_and(|row| minors.iter().all(|minor| self.builtin.root(&row, minor.number()).is_some()))
    }

    /// The versions of a kind that definitions in the tree bring.
    fn found_here(&self, group: &str, kind: &str) -> Option<&Vec<CustomKind>> {
        if self.custom.is_empty() {
            return None;
        }
        self.custom.get(&(group.to_owned(), kind.to_owned()))
    }

    /// Whether objects of a kind belong to namespaces, whatever the release; none where nobody knows.
    pub fn scope(&self, api_version: &str, kind: &str) -> Option<Scope> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        if let Some(versions) = self.found_here(group, kind) {
            return versions.first().map(|version| version.scope);
        }
        let is_served = |row: &KindRow<'_>| self.last_root(row).is_some();
        let row = self.row(group, kind, version).filter(is_served);
        let row =
            row.or_else(|| self.rows().find(|row| row.group == group && row.kind == kind && is_served(row)))?;
        Some(Scope::of(row.is_cluster_wide))
    }

    /// The custom resources that definitions brought, in the order of group and kind.
    pub fn custom_kinds(&self) -> impl Iterator<Item = &CustomKind> {
        self.custom.values().flatten()
    }

    fn find_custom(&self, versions: &[CustomKind], version: &str, minor: Minor) -> Lookup<'_> {
        let named = versions.iter().position(|one| one.version == version);
        let Some(one) = named.map(|index| &versions[index]).filter(|one| one.is_served) else {
            let served: Vec<&CustomKind> = versions.iter().filter(|one| one.is_served).collect();
            let still = served.iter().map(|one| one.version.as_str());
            let Some(first) = versions.first() else { return Lookup::UnknownKind { meant: None } };
            return gone(&first.group, &first.kind, version, named.is_some(), still);
        };
        let metadata = self.metadata(minor);
        let table = self.tables.get(one.table).unwrap_or(&self.builtin);
        Lookup::Found(Found {
            table,
            // A node that is not there allows anything.
            root: one.root.unwrap_or(super::table::NONE),
            metadata,
            is_custom: true,
            scope: one.scope,
            deprecated: None,
            removed: None,
            replacement: None,
            is_deprecated: one.is_deprecated,
        })
    }

    fn metadata(&self, minor: Minor) -> Option<(&Table, NodeId)> {
        self.builtin.metadata(minor.number()).map(|node| (&self.builtin, node))
    }

    fn in_release(&self, row: &KindRow<'_>, minor: Minor) -> Lookup<'_> {
        let some = |minor: Option<u8>| minor.map(Minor::new);
        if let Some(root) = self.builtin.root(row, minor.number()) {
            let row = self.row(row.group, row.kind, row.version);
            let replacement = row.and_then(|row| row.replacement);
            let Some(row) = row else { return Lookup::UnknownKind { meant: None } };
            return Lookup::Found(Found {
                table: &self.builtin,
                root,
                metadata: self.metadata(minor).filter(|_| row.is_custom),
                is_custom: row.is_custom,
                scope: Scope::of(row.is_cluster_wide),
                deprecated: some(row.deprecated),
                removed: some(row.removed),
                replacement,
                is_deprecated: false,
            });
        }
        let served = |number: &u8| self.builtin.root(row, *number).is_some();
        let (oldest, newest) = self.minors();
        let before = (oldest.number()..minor.number()).rfind(served);
        let after = (minor.number()..=newest.number()).find(served);
        match (before, after) {
            (Some(last), _) => Lookup::Removed {
                minor: Some(Minor::new(last + 1)),
                replacement: self.replacement(row, minor),
            },
            (None, Some(since)) => Lookup::NotYetServed { since: Minor::new(since) },
            (None, None) if row.removed.is_some() => {
                Lookup::Removed { minor: some(row.removed), replacement: self.replacement(row, minor) }
            }
            (None, None) => match row.introduced.filter(|since| *since > newest.number()) {
                Some(since) => Lookup::NotYetServed { since: Minor::new(since) },
                None => Lookup::UnknownKind { meant: None },
            },
        }
    }

    /// What takes the place of a kind: what its authors said, if the release serves it, or another version.
    fn replacement(&self, row: &KindRow<'_>, minor: Minor) -> Option<String> {
        let is_served = |name: &str| {
            let (api_version, kind) = name.split_once(' ').unwrap_or_default();
            let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
            self.row(group, kind, version)
                .is_some_and(|row| self.builtin.root(&row, minor.number()).is_some())
        };
        let other = || {
            let versions = self.served(row.group, row.kind, minor);
            versions.last().map(|version| full_name(row.group, version, row.kind))
        };
        row.replacement.filter(|name| is_served(name)).map(str::to_owned).or_else(other)
    }

    /// The versions of a kind that a release serves, the oldest first.
    fn served(&self, group: &str, kind: &str, minor: Minor) -> Vec<&str> {
        let mut versions: Vec<&str> = self
            .rows()
            .filter(|row| row.group == group && row.kind == kind)
            .filter(|row| self.builtin.root(row, minor.number()).is_some())
            .map(|row| row.version)
            .collect();
        versions.sort_by(|one, other| compare_versions(one, other));
        versions
    }

    fn missing(&self, group: &str, kind: &str, version: &str, minor: Minor) -> Lookup<'_> {
        let mut of_group = self.rows().filter(|row| row.group == group).peekable();
        let custom_group = self.custom.keys().any(|(known, _)| known == group);
        let Some(first) = of_group.peek() else {
            if custom_group {
                return self.unknown_kind(group, kind, minor, true);
            }
            return Lookup::UnknownGroup { meant: self.near_group(group, kind) };
        };
        let is_custom = first.is_custom;
        let versions = self.served(group, kind, minor);
        if versions.is_empty() {
            return self.unknown_kind(group, kind, minor, is_custom || custom_group);
        }
        if is_custom {
            return gone(group, kind, version, false, versions.into_iter());
        }
        Lookup::UnknownVersion { served: versions.iter().map(|version| joined(group, version)).collect() }
    }

    fn unknown_kind(&self, group: &str, kind: &str, minor: Minor, is_custom: bool) -> Lookup<'_> {
        let served = |row: &KindRow<'_>| self.builtin.root(row, minor.number()).is_some();
        let of_group = self.rows().filter(|row| row.group == group && served(row)).map(|row| row.kind);
        let found = self.custom.keys().filter(|(known, _)| known == group).map(|(_, kind)| kind.as_str());
        let kinds: Vec<&str> = of_group.chain(found).collect();
        let near = closest(kind, kinds.iter().copied());
        let meant = near.map(|near| (group.to_owned(), near)).or_else(|| {
            let home = self.rows().find(|row| row.kind == kind && !row.is_custom && served(row))?;
            (!is_custom).then(|| (home.group.to_owned(), kind))
        });
        let meant = meant.map(|(group, kind)| {
            let versions = self.served(&group, kind, minor);
            let found = || {
                let custom = self.custom.get(&(group.clone(), kind.to_owned()))?;
                custom.iter().find(|one| one.is_served).map(|one| one.version.as_str())
            };
            full_name(&group, versions.last().copied().or_else(found).unwrap_or_default(), kind)
        });
        match meant {
            // Not every kind of such a group is known here: Argo Rollouts are of Argo CD's group.
            None if is_custom => Lookup::UnknownGroup { meant: None },
            meant => Lookup::UnknownKind { meant },
        }
    }

    /// The group that was probably meant, if it has the kind. `app/v1 Deployment` means `apps/v1`.
    fn near_group(&self, group: &str, kind: &str) -> Option<String> {
        let groups: Vec<&str> = self
            .rows()
            .filter(|row| row.kind == kind && !row.group.is_empty())
            .map(|row| row.group)
            .collect();
        closest(group, groups.iter().copied()).map(str::to_owned)
    }

    fn last_root(&self, row: &KindRow<'_>) -> Option<NodeId> {
        let (oldest, newest) = self.minors();
        (oldest.number()..=newest.number()).rev().find_map(|minor| self.builtin.root(row, minor))
    }

    fn rows(&self) -> impl Iterator<Item = KindRow<'_>> + Clone {
        (0..self.builtin.kind_count()).filter_map(|index| self.builtin.kind(index))
    }

    fn row(&self, group: &str, kind: &str, version: &str) -> Option<KindRow<'_>> {
        let wanted = (group, kind, version);
        let (mut low, mut high) = (0, self.builtin.kind_count());
        while low < high {
            let middle = usize::midpoint(low, high);
            let row = self.builtin.kind(middle)?;
            match (row.group, row.kind, row.version).cmp(&wanted) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(row),
            }
        }
        None
    }
}

/// A version of a custom resource that is not served: an older one was removed, a newer one is unknown.
fn gone<'v, 's>(
    group: &str,
    kind: &str,
    version: &str,
    is_defined: bool,
    served: impl Iterator<Item = &'v str>,
) -> Lookup<'s> {
    let mut served: Vec<&str> = served.collect();
    served.sort_by(|one, other| compare_versions(one, other));
    let newest = served.last().copied();
    if is_defined || newest.is_some_and(|newest| compare_versions(version, newest) == Ordering::Less) {
        let replacement = newest.map(|newest| full_name(group, newest, kind));
        return Lookup::Removed { minor: None, replacement };
    }
    Lookup::UnknownVersion { served: served.iter().map(|version| joined(group, version)).collect() }
}

/// The order in which versions follow each other: alpha, beta, stable; then by numbers.
fn compare_versions(one: &str, other: &str) -> Ordering {
    let rank = |version: &str| {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = version.strip_prefix('v').unwrap_or(version);
        let (major, rest) = rest.split_at(digits(rest));
        let (stage, number) = match rest {
            "" => (3, ""),
            _ => rest
                .strip_prefix("beta")
                .map(|number| (2, number))
                .or_else(|| rest.strip_prefix("alpha").map(|number| (1, number)))
                .unwrap_or((0, "")),
        };
        (stage, major.parse::<u32>().unwrap_or_default(), number.parse::<u32>().unwrap_or_default())
    };
    rank(one).cmp(&rank(other))
}

fn joined(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn full_name(group: &str, version: &str, kind: &str) -> String {
    format!("{} {kind}", joined(group, version))
}
