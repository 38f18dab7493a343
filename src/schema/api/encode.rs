//! `OpenAPI` schemas to the nodes of a table: for the table that is part of the program, and for definitions that are
//! found at run time.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::format::Format;
use super::shape::{Flags, Kind, name_hash};
use super::table::{NONE, NodeId, Table, TextId};
use crate::yaml::{Node, Scalar, Typing};

/// The pattern by which controller-gen writes an amount such as `500m`.
const QUANTITY_PATTERN: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// More different schemas or names than a table can number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schemas are too large: more than 65,000 different ones")]
pub struct TooLarge;

/// Builds a table; equal strings and nodes are kept once.
#[derive(Default)]
pub(super) struct Encoder {
    texts: FxHashMap<String, TextId>,
    nodes: FxHashMap<Vec<u8>, NodeId>,
    text: String,
    text_ends: Vec<u8>,
    node_bytes: Vec<u8>,
    node_ends: Vec<u8>,
    recursive: Vec<NodeId>,
}

/// Where `$ref` leads: definitions by name, with what became of them.
#[derive(Default)]
pub(super) struct Definitions<'d> {
    pub(super) by_name: FxHashMap<&'d str, &'d Node<'d>>,
    done: FxHashMap<&'d str, NodeId>,
    /// Definitions that are being encoded, with their place among the recursive nodes once they are met again.
    open: Vec<(&'d str, Option<u16>)>,
}

impl Definitions<'_> {
    /// Keeps what is known of definitions that every release shares, and forgets the others.
    pub(super) fn next_release(&mut self) {
        self.by_name.clear();
        self.done.retain(|name, _| name.contains('@'));
    }
}

impl Encoder {
    /// The number of a string.
    pub(super) fn text(&mut self, text: &str) -> Result<TextId, TooLarge> {
        if let Some(id) = self.texts.get(text) {
            return Ok(*id);
        }
        let id = number(self.texts.len())?;
        self.text.push_str(text);
        self.text_ends.extend(u32::try_from(self.text.len()).map_err(|_| TooLarge)?.to_le_bytes());
        self.texts.insert(text.to_owned(), id);
        Ok(id)
    }

    /// The number of a schema.
    pub(super) fn schema<'d>(
        &mut self,
        schema: &'d Node<'d>,
        definitions: &mut Definitions<'d>,
    ) -> Result<NodeId, TooLarge> {
        if let Some(reference) = text_of(schema, "$ref") {
            return self.reference(reference, definitions);
        }
        let mut parts = Parts::of(schema);
        let (kind, is_whole) = kind_of(schema);
        self.structure(schema, definitions, &mut parts)?;
        self.allowed(schema, &mut parts)?;
        if !is_whole {
            self.limits(schema, kind, &mut parts)?;
            self.logic(schema, definitions, &mut parts)?;
        }
        self.node(&parts.bytes(kind))
    }

    fn reference<'d>(
        &mut self,
        name: &'d str,
        definitions: &mut Definitions<'d>,
    ) -> Result<NodeId, TooLarge> {
        if let Some(node) = definitions.done.get(name) {
            return Ok(*node);
        }
        if let Some((_, slot)) = definitions.open.iter_mut().find(|(open, _)| *open == name) {
            let slot = if let Some(slot) = slot {
                *slot
            } else {
                self.recursive.push(NONE);
                *slot.insert(number(self.recursive.len() - 1)?)
            };
            return self.node(&[&[Kind::Recursive as u8], &slot.to_le_bytes()[..]].concat());
        }
        // A reference that leads nowhere says nothing.
        let Some(schema) = definitions.by_name.get(name).copied() else { return self.node(&[0, 0]) };
        definitions.open.push((name, None));
        let node = self.schema(schema, definitions)?;
        if let Some((_, Some(slot))) = definitions.open.pop() {
            self.recursive[usize::from(slot)] = node;
        }
        definitions.done.insert(name, node);
        Ok(node)
    }

    fn structure<'d>(
        &mut self,
        schema: &'d Node<'d>,
        definitions: &mut Definitions<'d>,
        parts: &mut Parts,
    ) -> Result<(), TooLarge> {
        let properties = schema.get("properties").and_then(Node::as_mapping);
        let mut rows = Vec::new();
        for entry in properties.into_iter().flatten() {
            rows.push((entry.key.text, self.schema(&entry.value, definitions)?));
        }
        rows.sort_unstable();
        if !rows.is_empty() {
            let body = parts.begin(Flags::PROPERTIES, rows.len());
            body.extend(rows.iter().map(|(name, _)| name_hash(name)));
            for (name, node) in rows {
                body.extend(self.text(name)?.to_le_bytes());
                body.extend(node.to_le_bytes());
            }
        }
        match schema.get("additionalProperties") {
            Some(values) if values.as_mapping().is_some() => {
                parts.id(Flags::VALUES, self.schema(values, definitions)?);
            }
            Some(values) if values.text() == Some("true") => parts.flags |= Flags::PRESERVE,
            _ => {}
        }
        if let Some(items) = schema.get("items").filter(|items| items.as_mapping().is_some()) {
            parts.id(Flags::ITEMS, self.schema(items, definitions)?);
        }
        Ok(())
    }

    fn allowed(&mut self, schema: &Node<'_>, parts: &mut Parts) -> Result<(), TooLarge> {
        self.texts(schema, "required", Flags::REQUIRED, parts)?;
        self.texts(schema, "enum", Flags::ENUM, parts)?;
        if text_of(schema, "x-kubernetes-list-type") == Some("map") {
            self.texts(schema, "x-kubernetes-list-map-keys", Flags::LIST_KEYS, parts)?;
        }
        Ok(())
    }

    fn texts(&mut self, schema: &Node<'_>, key: &str, flag: u32, parts: &mut Parts) -> Result<(), TooLarge> {
        let list = schema.get(key).and_then(Node::as_sequence).unwrap_or_default();
        let texts: Vec<&str> = list.iter().filter_map(Node::text).collect();
        if texts.is_empty() {
            return Ok(());
        }
        let body = parts.begin(flag, texts.len());
        for text in texts {
            body.extend(self.text(text)?.to_le_bytes());
        }
        Ok(())
    }

    fn limits(&mut self, schema: &Node<'_>, kind: Kind, parts: &mut Parts) -> Result<(), TooLarge> {
        if let Some(format) = text_of(schema, "format").and_then(Format::named) {
            parts.begin_plain(Flags::FORMAT).push(format as u8);
        }
        for (key, flag) in
            [("pattern", Flags::PATTERN), ("minimum", Flags::MINIMUM), ("maximum", Flags::MAXIMUM)]
        {
            if let Some(text) = text_of(schema, key) {
                parts.id(flag, self.text(text)?);
            }
        }
        let (least, most) = match kind {
            Kind::Array => ("minItems", "maxItems"),
            Kind::Object => ("minProperties", "maxProperties"),
            _ => ("minLength", "maxLength"),
        };
        for (key, flag) in [(least, Flags::LEAST), (most, Flags::MOST)] {
            if let Some(count) = text_of(schema, key).and_then(|text| text.parse::<usize>().ok()) {
                parts.begin(flag, count);
            }
        }
        match schema.get("default") {
            Some(default) if default.text().is_some() && !default.is_null() => {
                parts.id(Flags::DEFAULT, self.text(default.text().unwrap_or_default())?);
            }
            Some(_) => parts.flags |= Flags::OPAQUE_DEFAULT,
            None => {}
        }
        self.rules(schema, parts)
    }

    fn rules(&mut self, schema: &Node<'_>, parts: &mut Parts) -> Result<(), TooLarge> {
        let rules = schema.get("x-kubernetes-validations").and_then(Node::as_sequence).unwrap_or_default();
        let rules: Vec<(&str, Option<&str>)> = rules
            .iter()
            .filter_map(|rule| Some((text_of(rule, "rule")?, text_of(rule, "message"))))
            .collect();
        if rules.is_empty() {
            return Ok(());
        }
        let body = parts.begin(Flags::RULES, rules.len());
        for (rule, message) in rules {
            let message = message.map_or(Ok(NONE), |message| self.text(message))?;
            body.extend(self.text(rule)?.to_le_bytes());
            body.extend(message.to_le_bytes());
        }
        Ok(())
    }

    fn logic<'d>(
        &mut self,
        schema: &'d Node<'d>,
        definitions: &mut Definitions<'d>,
        parts: &mut Parts,
    ) -> Result<(), TooLarge> {
        for (key, flag) in [("allOf", Flags::ALL_OF), ("anyOf", Flags::ANY_OF), ("oneOf", Flags::ONE_OF)] {
            let branches = schema.get(key).and_then(Node::as_sequence).unwrap_or_default();
            let ids: Vec<NodeId> =
                branches.iter().map(|branch| self.schema(branch, definitions)).collect::<Result<_, _>>()?;
            if !ids.is_empty() {
                parts.begin(flag, ids.len()).extend(ids.iter().flat_map(|id| id.to_le_bytes()));
            }
        }
        if let Some(not) = schema.get("not").filter(|not| not.as_mapping().is_some()) {
            parts.id(Flags::NOT, self.schema(not, definitions)?);
        }
        Ok(())
    }

    fn node(&mut self, bytes: &[u8]) -> Result<NodeId, TooLarge> {
        if let Some(id) = self.nodes.get(bytes) {
            return Ok(*id);
        }
        let id = number(self.nodes.len())?;
        self.node_bytes.extend(bytes);
        self.node_ends.extend(u32::try_from(self.node_bytes.len()).map_err(|_| TooLarge)?.to_le_bytes());
        self.nodes.insert(bytes.to_vec(), id);
        Ok(id)
    }

    /// The table of all that was encoded, without kinds.
    pub(super) fn finish(self) -> Table {
        Table {
            text_ends: Cow::Owned(self.text_ends),
            text: Cow::Owned(self.text),
            node_ends: Cow::Owned(self.node_ends),
            nodes: Cow::Owned(self.node_bytes),
            recursive: Cow::Owned(self.recursive.iter().flat_map(|node| node.to_le_bytes()).collect()),
            ..Table::default()
        }
    }
}

/// The flags of a node and what they announce.
struct Parts {
    flags: u32,
    body: Vec<u8>,
}

impl Parts {
    fn of(schema: &Node<'_>) -> Self {
        let is_set = text_of(schema, "x-kubernetes-list-type") == Some("set");
        let rows = [
            (is_set || is_true(schema, "uniqueItems"), Flags::SET),
            (is_true(schema, "x-kubernetes-preserve-unknown-fields"), Flags::PRESERVE),
            (is_true(schema, "x-kubernetes-embedded-resource"), Flags::EMBEDDED),
            (is_true(schema, "nullable"), Flags::NULLABLE),
            (is_true(schema, "exclusiveMinimum"), Flags::EXCLUSIVE_MINIMUM),
            (is_true(schema, "exclusiveMaximum"), Flags::EXCLUSIVE_MAXIMUM),
        ];
        let flags = rows.iter().filter(|(holds, _)| *holds).map(|(_, flag)| flag).sum();
        Self { flags, body: Vec::new() }
    }

    /// Announces something that begins with a count.
    fn begin(&mut self, flag: u32, count: usize) -> &mut Vec<u8> {
        self.flags |= flag;
        varint(&mut self.body, u32::try_from(count).unwrap_or(u32::MAX));
        &mut self.body
    }

    fn begin_plain(&mut self, flag: u32) -> &mut Vec<u8> {
        self.flags |= flag;
        &mut self.body
    }

    fn id(&mut self, flag: u32, id: u16) {
        self.begin_plain(flag).extend(id.to_le_bytes());
    }

    fn bytes(self, kind: Kind) -> Vec<u8> {
        let mut bytes = vec![kind as u8];
        varint(&mut bytes, self.flags);
        bytes.extend(self.body);
        bytes
    }
}

/// The kind of value, and whether that says all that there is to say.
fn kind_of(schema: &Node<'_>) -> (Kind, bool) {
    if is_true(schema, "x-stackgen-quantity") {
        return (Kind::Quantity, true);
    }
    if is_true(schema, "x-kubernetes-int-or-string") {
        let is_quantity = text_of(schema, "pattern") == Some(QUANTITY_PATTERN);
        // What stands beside it is the same said once more, as `anyOf`.
        return if is_quantity { (Kind::Quantity, true) } else { (Kind::IntOrString, !has_limits(schema)) };
    }
    let kind = match text_of(schema, "type") {
        Some("object") => Kind::Object,
        Some("array") => Kind::Array,
        Some("string") => Kind::String,
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ => Kind::Any,
    };
    (kind, false)
}

fn has_limits(schema: &Node<'_>) -> bool {
    ["pattern", "minimum", "maximum", "x-kubernetes-validations", "allOf", "not", "maxLength", "minLength"]
        .iter()
        .any(|key| schema.get(key).is_some())
}

fn is_true(schema: &Node<'_>, key: &str) -> bool {
    schema.get(key).and_then(|node| node.scalar(Typing::Core)) == Some(Scalar::Bool(true))
}

pub(super) fn text_of<'n>(schema: &'n Node<'_>, key: &str) -> Option<&'n str> {
    schema.get(key).filter(|node| !node.is_null()).and_then(Node::text)
}

fn varint(bytes: &mut Vec<u8>, mut value: u32) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        bytes.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return;
        }
    }
}

fn number(count: usize) -> Result<u16, TooLarge> {
    u16::try_from(count).ok().filter(|number| *number != NONE).ok_or(TooLarge)
}
