//! Schemas as a run of bytes that is read in place.
//!
//! A table holds strings, nodes and kinds, each counted and with the places where they end, so that nothing is decoded
//! before it is asked for. Equal nodes stand once, and names of nodes and strings are 16 bits: thirteen releases, which
//! differ in little, take the room of three. Reading never fails: what lies outside the bytes is nothing.
//!
//! ```text
//! magic, first minor u8, count of minors u8, then sections, each with its length in bytes before it (u32):
//!   ends of strings (u32 each) | text | ends of nodes (u32 each) | nodes | recursive nodes (u16 each)
//!   | kinds (rows) | metadata of objects, a node for each minor (u16 each)
//! ```
//! All numbers are little endian; [`super::shape`] has the form of a node, [`KindRow`] that of a kind.

use std::borrow::Cow;

/// How a table begins; the last byte is the version of the form.
pub(super) const MAGIC: [u8; 4] = *b"SGK\x01";
/// Stands for no string and no node.
pub(super) const NONE: u16 = u16::MAX;
/// Bytes of a kind's row before its roots.
pub(super) const KIND_ROW: usize = 12;

/// A string of a table.
pub(super) type TextId = u16;
/// A node of a table.
pub(super) type NodeId = u16;

/// The schemas of one source.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) first_minor: u8,
    pub(super) minors: u8,
    pub(super) text_ends: Cow<'static, [u8]>,
    pub(super) text: Cow<'static, str>,
    pub(super) node_ends: Cow<'static, [u8]>,
    pub(super) nodes: Cow<'static, [u8]>,
    pub(super) recursive: Cow<'static, [u8]>,
    pub(super) kinds: Cow<'static, [u8]>,
    pub(super) metadata: Cow<'static, [u8]>,
}

/// What is known of one version of a kind. Its roots, a node for each minor, follow the row.
#[derive(Clone, Copy, Debug)]
pub(super) struct KindRow<'t> {
    pub(super) group: &'t str,
    pub(super) kind: &'t str,
    pub(super) version: &'t str,
    pub(super) is_cluster_wide: bool,
    pub(super) is_custom: bool,
    /// The minor that deprecates it, if any does.
    pub(super) deprecated: Option<u8>,
    /// The minor that serves it first, as far as a release that is not in the table matters.
    pub(super) introduced: Option<u8>,
    /// The minor that serves it no longer.
    pub(super) removed: Option<u8>,
    /// What takes its place, as `group/version Kind`.
    pub(super) replacement: Option<&'t str>,
    roots: &'t [u8],
}

impl Table {
    /// The table that these bytes hold; an empty one if they hold none.
    pub(super) fn embedded(bytes: &'static [u8]) -> Self {
        Self::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let ([first_minor, minors], mut rest) = rest.split_first_chunk::<2>()?;
        let mut section = || -> Option<&'static [u8]> {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (content, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(content)
        };
        Some(Self {
            first_minor: *first_minor,
            minors: *minors,
            text_ends: Cow::Borrowed(section()?),
            text: Cow::Borrowed(std::str::from_utf8(section()?).ok()?),
            node_ends: Cow::Borrowed(section()?),
            nodes: Cow::Borrowed(section()?),
            recursive: Cow::Borrowed(section()?),
            kinds: Cow::Borrowed(section()?),
            metadata: Cow::Borrowed(section()?),
        })
    }

    /// The table as bytes, which [`Table::embedded`] reads.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([self.first_minor, self.minors]);
        let text = self.text.as_bytes();
        let sections = [
            &*self.text_ends,
            text,
            &self.node_ends,
            &self.nodes,
            &self.recursive,
            &self.kinds,
            &self.metadata,
        ];
        for section in sections {
            bytes.extend(u32::try_from(section.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(section);
        }
        bytes
    }

    /// A string.
    pub(super) fn text(&self, id: TextId) -> &str {
        let (start, end) = span(&self.text_ends, id);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The bytes of a node.
    pub(super) fn node(&self, id: NodeId) -> &[u8] {
        let (start, end) = span(&self.node_ends, id);
        self.nodes.get(start..end).unwrap_or_default()
    }

    /// The node that leads to itself by way of others.
    pub(super) fn recursive(&self, slot: u16) -> NodeId {
        u16_at(&self.recursive, usize::from(slot)).unwrap_or(NONE)
    }

    /// The schema of `metadata` in a release.
    pub(super) fn metadata(&self, minor: u8) -> Option<NodeId> {
        self.of_minor(&self.metadata, minor)
    }

    /// How many kinds there are, each version for itself.
    pub(super) fn kind_count(&self) -> usize {
        self.kinds.len() / self.row_length()
    }

    /// The kind in row `index`; rows are sorted by group, kind and version.
    pub(super) fn kind(&self, index: usize) -> Option<KindRow<'_>> {
        let start = index.checked_mul(self.row_length())?;
        let row = self.kinds.get(start..start + self.row_length())?;
        let (fixed, roots) = row.split_at_checked(KIND_ROW)?;
        let text = |at| self.text(u16_at(fixed, at).unwrap_or(NONE));
        let minor = |at: usize| fixed.get(at).copied().filter(|minor| *minor != 0);
        Some(KindRow {
            group: text(0),
            kind: text(1),
            version: text(2),
            is_cluster_wide: fixed[6] & 1 != 0,
            is_custom: fixed[6] & 2 != 0,
            introduced: minor(7),
            deprecated: minor(8),
            removed: minor(9),
            replacement: u16_at(fixed, 5).filter(|id| *id != NONE).map(|id| self.text(id)),
            roots,
        })
    }

    /// The node of a kind in a release.
    pub(super) fn root(&self, row: &KindRow<'_>, minor: u8) -> Option<NodeId> {
        self.of_minor(row.roots, minor)
    }

    fn of_minor(&self, nodes: &[u8], minor: u8) -> Option<NodeId> {
        let index = minor.checked_sub(self.first_minor)?;
        u16_at(nodes, usize::from(index)).filter(|node| *node != NONE)
    }

    fn row_length(&self) -> usize {
        KIND_ROW + 2 * usize::from(self.minors)
    }
}

/// The number at `index` in a row of 16 bit numbers.
pub(super) fn u16_at(bytes: &[u8], index: usize) -> Option<u16> {
    let two = bytes.get(index * 2..)?.first_chunk::<2>()?;
    Some(u16::from_le_bytes(*two))
}

/// Where the thing with this number begins and ends.
fn span(ends: &[u8], id: u16) -> (usize, usize) {
    let end = |index: usize| {
        let four = ends.get(index * 4..).and_then(|rest| rest.first_chunk::<4>());
        four.map_or(0, |four| u32::from_le_bytes(*four) as usize)
    };
    let index = usize::from(id);
    (index.checked_sub(1).map_or(0, end), end(index))
}
