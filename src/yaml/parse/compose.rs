//! From parsing events to nodes: anchors, aliases, keys and limits.

use rustc_hash::FxHashMap;

use super::merge::Entries;
use super::tag::{self, Tagged};
use super::{DuplicateKey, MAX_DEPTH, ParseError, ParseErrorKind, ParseOptions};
use crate::yaml::node::{Entry, Key, Node, Style};
use crate::yaml::scalar::{Scalar, Typing, resolve};
use crate::yaml::source::{Origin, Sources};

/// Aliases may make that many nodes out of a small file.
const MIN_NODE_LIMIT: usize = 1_000_000;

/// What the parts of the composer share.
pub(super) struct Context {
    pub(super) options: ParseOptions,
    pub(super) errors: Vec<ParseError>,
    pub(super) duplicates: Vec<DuplicateKey>,
}

/// What may stand in front of a value.
#[derive(Clone, Copy, Default)]
pub(super) struct Properties<'e> {
    pub(super) anchor: Option<&'e str>,
    pub(super) tag: Option<&'e str>,
}

/// The document cannot be read on.
pub(super) struct Stop;

/// Builds one document.
pub(super) struct Composer<'s> {
    pub(super) context: Context,
    sources: &'s Sources,
    frames: Vec<Frame<'s>>,
    anchors: FxHashMap<String, Anchored<'s>>,
    root: Option<Node<'s>>,
    nodes: usize,
    /// Nodes kept for aliases. Anchors inside anchors must not cost more than aliases may.
    kept: usize,
    node_limit: usize,
}

/// A collection that is not complete yet.
struct Frame<'s> {
    origin: Origin,
    flow: bool,
    anchor: Option<String>,
    /// How many nodes there were before it.
    nodes_before: usize,
    /// How deep the deepest collection in it goes.
    height: usize,
    members: Members<'s>,
}

enum Members<'s> {
    Sequence(Vec<Node<'s>>),
    Mapping { entries: Entries<'s>, key: Option<PendingKey> },
}

enum PendingKey {
    Key(Key),
    Merge(Origin),
    /// It was reported; its value is of no use.
    Invalid,
}

/// What an alias stands for.
enum Anchored<'s> {
    /// The alias stands inside the value of its anchor.
    Open,
    Complete {
        node: Node<'s>,
        nodes: usize,
        height: usize,
    },
}

impl<'s> Composer<'s> {
    pub(super) fn new(sources: &'s Sources, options: ParseOptions, input: usize) -> Self {
        Self {
            context: Context { options, errors: Vec::new(), duplicates: Vec::new() },
            sources,
            frames: Vec::new(),
            anchors: FxHashMap::default(),
            root: None,
            nodes: 0,
            kept: 0,
            // Without aliases there is at most one node for each byte.
            node_limit: MIN_NODE_LIMIT.max(2 * input),
        }
    }

    /// The document, after its last event.
    pub(super) fn finish(self) -> (Option<Node<'s>>, Context) {
        (self.root, self.context)
    }

    pub(super) fn scalar(
        &mut self,
        text: &'s str,
        style: Style,
        properties: Properties<'_>,
        origin: Origin,
    ) -> Result<(), Stop> {
        let (text, style) = match properties.tag {
            None | Some("!" | "") => (text, self.untagged_style(text, style)),
            Some(tag) => self.tagged(tag, text, style, origin),
        };
        let node = Node::plain(text, origin).with_style(style);
        self.count(1, origin)?;
        if let Some(anchor) = properties.anchor {
            self.anchors
                .insert(anchor.to_owned(), Anchored::Complete { node: node.clone(), nodes: 1, height: 0 });
        }
        self.add(node, false);
        Ok(())
    }

    pub(super) fn alias(&mut self, name: &str, origin: Origin) -> Result<(), Stop> {
        let (node, nodes, height) = match self.anchors.get(name) {
            Some(Anchored::Complete { node, nodes, height }) => (node, *nodes, *height),
            Some(Anchored::Open) => {
                let error = ParseError::new(format!("the value of anchor `{name}` contains itself"), origin)
                    .kind(ParseErrorKind::RecursiveAlias);
                return self.stop(error.hint("write the value out, or move the alias to another place"));
            }
            None => {
                let error = ParseError::new(format!("there is no anchor `{name}` above this alias"), origin);
                self.context.errors.push(error.hint(format!(
                    "mark a value with &{name} first, or put the text in quotes if it is no alias"
                )));
                self.add(Node::null(origin), true);
                return Ok(());
            }
        };
        // The limits come first: a copy that is too large must not be made.
        if self.frames.len() + height > MAX_DEPTH {
            return self.too_deep(origin);
        }
        if self.nodes + nodes > self.node_limit {
            return self.too_many(origin);
        }
        let node = node.clone();
        self.nodes += nodes;
        self.raise(height);
        self.add(node, true);
        Ok(())
    }

    pub(super) fn start_sequence(
        &mut self,
        flow: bool,
        properties: Properties<'_>,
        origin: Origin,
    ) -> Result<(), Stop> {
        self.start(Members::Sequence(Vec::new()), flow, properties, origin)
    }

    pub(super) fn start_mapping(
        &mut self,
        flow: bool,
        properties: Properties<'_>,
        origin: Origin,
    ) -> Result<(), Stop> {
        self.start(Members::Mapping { entries: Entries::default(), key: None }, flow, properties, origin)
    }

    fn start(
        &mut self,
        members: Members<'s>,
        flow: bool,
        properties: Properties<'_>,
        origin: Origin,
    ) -> Result<(), Stop> {
        if self.frames.len() >= MAX_DEPTH {
            return self.too_deep(origin);
        }
        let nodes_before = self.nodes;
        self.count(1, origin)?;
        let anchor = properties.anchor.map(str::to_owned);
        if let Some(anchor) = &anchor {
            self.anchors.insert(anchor.clone(), Anchored::Open);
        }
        self.frames.push(Frame { origin, flow, anchor, nodes_before, height: 0, members });
        Ok(())
    }

    /// Ends the innermost collection.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let node = match frame.members {
            Members::Sequence(items) => Node::sequence(items, frame.origin),
            Members::Mapping { entries, .. } => {
                Node::from_mapping(entries.finish(frame.flow, &mut self.context), frame.origin)
            }
        };
        let node = node.with_style(if frame.flow { Style::Flow } else { Style::Plain });
        if let Some(anchor) = frame.anchor {
            let nodes = self.nodes - frame.nodes_before;
            self.kept += nodes;
            if self.kept > self.node_limit {
                return self.too_many(frame.origin);
            }
            self.anchors
                .insert(anchor, Anchored::Complete { node: node.clone(), nodes, height: frame.height + 1 });
        }
        self.raise(frame.height + 1);
        self.add(node, false);
        Ok(())
    }

    fn add(&mut self, node: Node<'s>, is_alias: bool) {
        let typing = self.context.options.typing;
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut frame.members {
            Members::Sequence(items) => items.push(node),
            Members::Mapping { entries, key } => match key.take() {
                None => *key = Some(into_key(&node, typing, &mut self.context)),
                Some(PendingKey::Key(key)) => entries.push(Entry { key, value: node }),
                Some(PendingKey::Merge(origin)) => entries.merge(origin, node, is_alias, &mut self.context),
                Some(PendingKey::Invalid) => {}
            },
        }
    }

    fn untagged_style(&self, text: &str, style: Style) -> Style {
        if style == Style::Plain && self.frames.last().is_some_and(|frame| frame.flow) {
            flow_plain_style(text, self.context.options.typing)
        } else {
            style
        }
    }

    fn tagged(&mut self, tag: &str, text: &'s str, style: Style, origin: Origin) -> (&'s str, Style) {
        match tag::apply(tag, text, style, self.context.options.typing) {
            // An empty value in flow style would be a string when it is written; a tag says it is null.
            Tagged::Style(Style::Plain) if text.is_empty() => ("null", Style::Plain),
            Tagged::Style(style) => (text, style),
            Tagged::Decoded(decoded) => (self.sources.keep(&decoded), Style::DoubleQuoted),
            Tagged::Mismatch(expected) => {
                let message = format!("`{text}` is not {expected}, as its tag says");
                let error = ParseError::new(message, origin).hint("correct the text or remove the tag");
                self.context.errors.push(error);
                (text, style)
            }
        }
    }

    fn raise(&mut self, height: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.height = frame.height.max(height);
        }
    }

    fn count(&mut self, nodes: usize, origin: Origin) -> Result<(), Stop> {
        self.nodes += nodes;
        if self.nodes > self.node_limit { self.too_many(origin) } else { Ok(()) }
    }

    fn too_many(&mut self, origin: Origin) -> Result<(), Stop> {
        let message =
            format!("anchors and aliases make more than {} values of this document", self.node_limit);
        let error = ParseError::new(message, origin).kind(ParseErrorKind::AliasLimit);
        self.stop(error.hint("write the values out where they are needed"))
    }

    fn too_deep(&mut self, origin: Origin) -> Result<(), Stop> {
        let message = format!("more than {MAX_DEPTH} collections are nested here");
        self.stop(ParseError::new(message, origin).kind(ParseErrorKind::DepthLimit))
    }

    fn stop(&mut self, error: ParseError) -> Result<(), Stop> {
        self.context.errors.push(error);
        Err(Stop)
    }
}

fn into_key(node: &Node<'_>, typing: Typing, context: &mut Context) -> PendingKey {
    let origin = node.origin();
    match key_text(node, typing) {
        Ok(KeyText::Merge) => PendingKey::Merge(origin),
        Ok(KeyText::AsWritten(text)) => PendingKey::Key(Key::new(text, origin)),
        Ok(KeyText::Converted(text)) => PendingKey::Key(Key::new(&text, origin)),
        Err(error) => {
            context.errors.push(error);
            PendingKey::Invalid
        }
    }
}

/// What a key node is as a string.
pub(super) enum KeyText<'s> {
    Merge,
    AsWritten(&'s str),
    Converted(String),
}

/// The text of a key, which has to be a string; settings files may have other scalars and get them as text.
pub(super) fn key_text<'s>(node: &Node<'s>, typing: Typing) -> Result<KeyText<'s>, ParseError> {
    let (Some(text), Some(scalar)) = (node.text(), node.scalar(typing)) else {
        let message = format!("a {} cannot be a key", node.kind_name());
        return Err(ParseError::new(message, node.origin())
            .hint("put the text in quotes if it is meant as it stands"));
    };
    match scalar {
        Scalar::String if node.style() == Style::Plain && text == "<<" => Ok(KeyText::Merge),
        Scalar::String => Ok(KeyText::AsWritten(text)),
        Scalar::Null if text.is_empty() && typing == Typing::Core => Ok(KeyText::AsWritten(text)),
        Scalar::Timestamp(_) | Scalar::Float(_) if typing == Typing::Legacy => Ok(KeyText::AsWritten(text)),
        Scalar::Bool(value) if typing == Typing::Legacy => Ok(KeyText::Converted(value.to_string())),
        Scalar::Integer(value) if typing == Typing::Legacy => Ok(KeyText::Converted(value.to_string())),
        _ => {
            let message = format!("the key `{text}` is {}, and keys have to be strings", type_name(scalar));
            Err(ParseError::new(message, node.origin()).hint(format!("write \"{text}\":")))
        }
    }
}

fn type_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "a boolean",
        Scalar::Integer(_) | Scalar::Float(_) => "a number",
        Scalar::Timestamp(_) => "a date",
        Scalar::String => "a string",
    }
}

/// The style of a plain scalar in a flow collection. kustomize writes these out and reads them once more, with two
/// effects: nothing becomes an empty string, and a date with a time, which has a colon in it, comes back quoted.
pub(super) fn flow_plain_style(text: &str, typing: Typing) -> Style {
    if typing == Typing::Legacy {
        Style::Plain
    } else if text.is_empty() {
        Style::Flow
    } else if text.contains(':') && matches!(resolve(text, Typing::Core), Scalar::Timestamp(_)) {
        Style::DoubleQuoted
    } else {
        Style::Plain
    }
}
