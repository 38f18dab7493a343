//! One node of a table: what a value must be.
//!
//! A node is a byte for the kind of value, flags as a varint, then what the flags announce, in the order of the flags:
//! numbers of strings and nodes as 16 bits, counts as varints. What a walk needs at every object comes first; the
//! rarer limits are decoded when a node has some.

use super::table::{NodeId, Table, TextId, u16_at};

/// What kind of value a schema asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    IntOrString,
    Quantity,
    /// Another node, by its number among those that lead to themselves.
    Recursive,
}

/// A set of things that a node says. The bits are those of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags(pub(super) u32);

impl Flags {
    pub(super) const PROPERTIES: u32 = 1;
    pub(super) const VALUES: u32 = 1 << 1;
    pub(super) const ITEMS: u32 = 1 << 2;
    pub(super) const REQUIRED: u32 = 1 << 3;
    pub(super) const ENUM: u32 = 1 << 4;
    pub(super) const LIST_KEYS: u32 = 1 << 5;
    pub(super) const SET: u32 = 1 << 6;
    pub(super) const PRESERVE: u32 = 1 << 7;
    pub(super) const FORMAT: u32 = 1 << 8;
    pub(super) const PATTERN: u32 = 1 << 9;
    pub(super) const MINIMUM: u32 = 1 << 10;
    pub(super) const MAXIMUM: u32 = 1 << 11;
    /// The smallest and greatest length, or count of items or fields; which one follows from the kind.
    pub(super) const LEAST: u32 = 1 << 12;
    pub(super) const MOST: u32 = 1 << 13;
    pub(super) const DEFAULT: u32 = 1 << 14;
    pub(super) const RULES: u32 = 1 << 15;
    pub(super) const ALL_OF: u32 = 1 << 16;
    pub(super) const ANY_OF: u32 = 1 << 17;
    pub(super) const ONE_OF: u32 = 1 << 18;
    pub(super) const NOT: u32 = 1 << 19;
    pub(super) const EMBEDDED: u32 = 1 << 20;
    pub(super) const NULLABLE: u32 = 1 << 21;
    pub(super) const EXCLUSIVE_MINIMUM: u32 = 1 << 22;
    pub(super) const EXCLUSIVE_MAXIMUM: u32 = 1 << 23;
    /// There is a default that is no scalar.
    pub(super) const OPAQUE_DEFAULT: u32 = 1 << 24;

    const LIMITS: u32 = Self::FORMAT
        | Self::PATTERN
        | Self::MINIMUM
        | Self::MAXIMUM
        | Self::LEAST
        | Self::MOST
        | Self::DEFAULT
        | Self::RULES
        | Self::ALL_OF
        | Self::ANY_OF
        | Self::ONE_OF
        | Self::NOT;

    pub(super) fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'t> {
    pub(super) kind: Kind,
    pub(super) flags: Flags,
    pub(super) properties: Properties<'t>,
    /// What the values of fields without a name of their own must be.
    pub(super) values: Option<NodeId>,
    pub(super) items: Option<NodeId>,
    pub(super) required: Ids<'t>,
    pub(super) allowed: Ids<'t>,
    pub(super) list_keys: Ids<'t>,
    rest: &'t [u8],
}

/// What few nodes have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits<'t> {
    pub(super) format: u8,
    pub(super) pattern: Option<TextId>,
    pub(super) minimum: Option<TextId>,
    pub(super) maximum: Option<TextId>,
    pub(super) least: Option<u32>,
    pub(super) most: Option<u32>,
    pub(super) default: Option<TextId>,
    /// CEL rules, each with its message, or [`super::table::NONE`].
    pub(super) rules: Ids<'t>,
    pub(super) all_of: Ids<'t>,
    pub(super) any_of: Ids<'t>,
    pub(super) one_of: Ids<'t>,
    pub(super) not: Option<NodeId>,
}

/// Numbers of strings or nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ids<'t>(&'t [u8]);

/// The named fields of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Properties<'t> {
    hashes: &'t [u8],
    rows: &'t [u8],
}

impl<'t> Shape<'t> {
    /// The shape with this number; that of anything where there is none.
    pub(super) fn read(table: &'t Table, id: NodeId) -> Self {
        let mut bytes = Reader(table.node(id));
        let mut kind = kind(bytes.byte());
        if kind == Kind::Recursive {
            bytes = Reader(table.node(table.recursive(bytes.u16())));
            kind = self::kind(bytes.byte());
        }
        let flags = Flags(bytes.varint());
        let properties =
            if flags.has(Flags::PROPERTIES) { bytes.properties() } else { Properties::default() };
        let values = flags.has(Flags::VALUES).then(|| bytes.u16());
        let items = flags.has(Flags::ITEMS).then(|| bytes.u16());
        let required = bytes.ids_if(flags, Flags::REQUIRED);
        let allowed = bytes.ids_if(flags, Flags::ENUM);
        let list_keys = bytes.ids_if(flags, Flags::LIST_KEYS);
        Self { kind, flags, properties, values, items, required, allowed, list_keys, rest: bytes.0 }
    }

    /// The limits, if there are any.
    pub(super) fn limits(&self) -> Option<Limits<'t>> {
        let flags = self.flags;
        if !flags.has(Flags::LIMITS) {
            return None;
        }
        let mut bytes = Reader(self.rest);
        Some(Limits {
            format: if flags.has(Flags::FORMAT) { bytes.byte() } else { 0 },
            pattern: flags.has(Flags::PATTERN).then(|| bytes.u16()),
            minimum: flags.has(Flags::MINIMUM).then(|| bytes.u16()),
            maximum: flags.has(Flags::MAXIMUM).then(|| bytes.u16()),
            least: flags.has(Flags::LEAST).then(|| bytes.varint()),
            most: flags.has(Flags::MOST).then(|| bytes.varint()),
            default: flags.has(Flags::DEFAULT).then(|| bytes.u16()),
            rules: if flags.has(Flags::RULES) { bytes.pairs() } else { Ids::default() },
            all_of: bytes.ids_if(flags, Flags::ALL_OF),
            any_of: bytes.ids_if(flags, Flags::ANY_OF),
            one_of: bytes.ids_if(flags, Flags::ONE_OF),
            not: flags.has(Flags::NOT).then(|| bytes.u16()),
        })
    }

    /// Whether fields without a name of their own are taken as they are.
    pub(super) fn is_open(&self) -> bool {
        self.flags.has(Flags::PRESERVE) || self.kind == Kind::Any && self.properties.is_empty()
    }
}

impl<'t> Ids<'t> {
    pub(super) fn len(self) -> usize {
        self.0.len() / 2
    }

    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = u16> + Clone + 't {
        self.0.as_chunks::<2>().0.iter().map(|two| u16::from_le_bytes(*two))
    }

    /// The numbers two by two.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u16, u16)> + 't {
        let two = |one: &[u8; 2]| u16::from_le_bytes(*one);
        self.0.as_chunks::<2>().0.as_chunks::<2>().0.iter().map(move |[one, other]| (two(one), two(other)))
    }
}

impl<'t> Properties<'t> {
    pub(super) fn is_empty(self) -> bool {
        self.hashes.is_empty()
    }

    /// The schema of a field.
    pub(super) fn get(self, table: &Table, name: &str) -> Option<NodeId> {
        let hash = name_hash(name);
        let mut from = 0;
        while let Some(found) = memchr::memchr(hash, self.hashes.get(from..)?) {
            let index = from + found;
            if table.text(u16_at(self.rows, 2 * index)?) == name {
                return u16_at(self.rows, 2 * index + 1);
            }
            from = index + 1;
        }
        None
    }

    /// Name and schema of each field, sorted by name.
    pub(super) fn iter(self) -> impl Iterator<Item = (TextId, NodeId)> + Clone + 't {
        (0..self.hashes.len())
            .filter_map(move |index| Some((u16_at(self.rows, 2 * index)?, u16_at(self.rows, 2 * index + 1)?)))
    }
}

/// A byte that tells most names of one object apart.
pub(super) fn name_hash(name: &str) -> u8 {
    let bytes = name.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let length = u8::try_from(bytes.len() % 251).unwrap_or_default();
    at(0)
        .wrapping_mul(31)
        .wrapping_add(at(bytes.len() / 2).wrapping_mul(59))
        .wrapping_add(at(bytes.len().saturating_sub(1)).wrapping_mul(113))
        .wrapping_add(length.wrapping_mul(7))
}

fn kind(byte: u8) -> Kind {
    const KINDS: [Kind; 10] = [
        Kind::Any,
        Kind::Object,
        Kind::Array,
        Kind::String,
        Kind::Integer,
        Kind::Number,
        Kind::Boolean,
        Kind::IntOrString,
        Kind::Quantity,
        Kind::Recursive,
    ];
    KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Any)
}

/// Takes things off the front of bytes; zeros where they end.
struct Reader<'t>(&'t [u8]);

impl<'t> Reader<'t> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    fn varint(&mut self) -> u32 {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte();
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    fn take(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.0.split_at_checked(length).unwrap_or_default();
        self.0 = rest;
        taken
    }

    fn ids_if(&mut self, flags: Flags, flag: u32) -> Ids<'t> {
        if !flags.has(flag) {
            return Ids::default();
        }
        let count = self.varint() as usize;
        Ids(self.take(2 * count))
    }

    fn pairs(&mut self) -> Ids<'t> {
        let count = self.varint() as usize;
        Ids(self.take(4 * count))
    }

    fn properties(&mut self) -> Properties<'t> {
        let count = self.varint() as usize;
        Properties { hashes: self.take(count), rows: self.take(4 * count) }
    }
}
