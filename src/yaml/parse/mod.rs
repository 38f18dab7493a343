//! Text to nodes, as kustomize reads it.
//!
//! [`parse_documents`] cuts a file into documents the way kustomize does, by lines that start with `---`, and
//! reads each of them alone; [`parse_one`] reads the one document of a settings file. Anchors, aliases and merge
//! keys are expanded, tags become styles. Where kustomize would drop data without a word, this is an error.

mod compose;
#[cfg(test)]
mod differential;
mod fast;
mod full;
mod merge;
#[cfg(test)]
mod speed;
mod split;
mod tag;
#[cfg(test)]
mod tests;

use super::node::Node;
use super::scalar::Typing;
use super::source::{Origin, Source, Sources};

/// How deep collections may be nested. Everything that walks a tree may recurse without fear.
pub const MAX_DEPTH: usize = 1000;

/// What to do where a mapping has a key twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DuplicateKeys {
    /// It is an error: manifests.
    #[default]
    Error,
    /// The last one counts and the place is reported: kustomization files.
    LastWins,
}

/// The rules to read by. The default is for manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ParseOptions {
    /// Which keys are strings, which tags fit which text, and how merge keys work.
    pub typing: Typing,
    /// What to do where a mapping has a key twice.
    pub duplicate_keys: DuplicateKeys,
}

impl ParseOptions {
    /// The rules for kustomization files, and for the settings files that they name: go-yaml v2's.
    pub const SETTINGS: Self = Self { typing: Typing::Legacy, duplicate_keys: DuplicateKeys::LastWins };
}

/// What is wrong with a text, for whoever answers each in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// It is no YAML, or none that kustomize reads.
    Syntax,
    /// A mapping has a key twice.
    DuplicateKey,
    /// Collections are nested too deep.
    DepthLimit,
    /// Aliases stand for too much.
    AliasLimit,
    /// An alias stands inside of what it stands for.
    RecursiveAlias,
    /// A merge key that cannot be followed.
    MergeKey,
    /// A character that no text may have.
    Encoding,
}

/// Something that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What kind of error it is.
    pub kind: ParseErrorKind,
    /// What is wrong, in lower case, without a full stop.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// Another place that explains it, with what it is.
    pub related: Option<(Origin, &'static str)>,
    /// What to do next.
    pub hint: Option<String>,
}

impl ParseError {
    fn new(message: impl Into<String>, origin: Origin) -> Self {
        Self { kind: ParseErrorKind::Syntax, message: message.into(), origin, related: None, hint: None }
    }

    fn kind(mut self, kind: ParseErrorKind) -> Self {
        self.kind = kind;
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn related(mut self, origin: Origin, what: &'static str) -> Self {
        self.related = Some((origin, what));
        self
    }
}

/// A key that a mapping has twice, where the last one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key.
    pub key: String,
    /// The one that does not count.
    pub first: Origin,
    /// The one that does.
    pub last: Origin,
}

/// The one document of a file that should have no more, and what was left out.
#[derive(Clone, Debug, Default)]
pub struct SingleDocument<'s> {
    /// The document, unless it is empty.
    pub node: Option<Node<'s>>,
    /// Keys that stand twice.
    pub duplicates: Vec<DuplicateKey>,
    /// Where further documents start, which were not read.
    pub ignored: Vec<Origin>,
}

/// Reads all documents of a file of manifests. Empty documents are left out.
pub fn parse_documents<'s>(
    source: Source<'s>,
    sources: &'s Sources,
    options: &ParseOptions,
) -> Result<Vec<Node<'s>>, Vec<ParseError>> {
    let (nodes, errors) = parse_readable(source, sources, options);
    if errors.is_empty() { Ok(nodes) } else { Err(errors) }
}

/// Reads what can be read of a file of manifests, and says what is wrong with the other documents.
pub fn parse_readable<'s>(
    source: Source<'s>,
    sources: &'s Sources,
    options: &ParseOptions,
) -> (Vec<Node<'s>>, Vec<ParseError>) {
    let source = with_line_feeds(source, sources);
    let mut nodes = Vec::new();
    let (pieces, mut errors) = split::split(source);
    for piece in pieces {
        match parse_piece(piece, sources, *options) {
            Ok(document) => {
                errors.extend(document.ignored.iter().map(|origin| lost_document(*origin)));
                nodes.extend(document.node.filter(|node| !node.is_null()));
            }
            Err(found) => errors.extend(found),
        }
    }
    (nodes, errors)
}

/// What is gone from the nodes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A tag, written out.
    Tag(String),
    /// `<<`
    MergeKey,
}

/// The tags and merge keys of a text, with their places. Looks closely only at texts that seem to have any.
pub fn marks(source: Source<'_>, sources: &Sources) -> Vec<(Origin, Mark)> {
    let bytes = source.text.as_bytes();
    let is_tag = |at: usize| {
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        matches!(before, b' ' | b'\n' | b'[' | b'{' | b',') && (next.is_ascii_alphabetic() || next == b'<')
    };
    let has_marks =
        memchr::memmem::find(bytes, b"<<:").is_some() || memchr::memchr_iter(b'!', bytes).any(is_tag);
    if !has_marks {
        return Vec::new();
    }
    let (pieces, _) = split::split(source);
    pieces.into_iter().flat_map(|piece| full::marks(piece, sources)).collect()
}

/// Reads the first document of a file and tells of the others.
pub fn parse_one<'s>(
    source: Source<'s>,
    sources: &'s Sources,
    options: &ParseOptions,
) -> Result<SingleDocument<'s>, Vec<ParseError>> {
    let source = with_line_feeds(source, sources);
    let mut document = parse_piece(Piece { source, start: 0, end: source.text.len() }, sources, *options)?;
    document.node = document.node.filter(|node| !node.is_null());
    Ok(document)
}

/// The text with plain line feeds where Windows wrote its line ends. Files, lines and columns stay what they are.
fn with_line_feeds<'s>(source: Source<'s>, sources: &'s Sources) -> Source<'s> {
    if memchr::memmem::find(source.text.as_bytes(), b"\r\n").is_none() {
        return source;
    }
    let file = sources.locate(source.origin(0)).map(|place| place.file).unwrap_or_default();
    sources.add(&file, source.text.replace("\r\n", "\n")).unwrap_or(source)
}

/// A part of a source that holds one document.
#[derive(Clone, Copy, Debug)]
struct Piece<'s> {
    source: Source<'s>,
    start: usize,
    end: usize,
}

impl<'s> Piece<'s> {
    fn text(&self) -> &'s str {
        &self.source.text[self.start..self.end]
    }

    /// The origin of a byte of this piece.
    fn origin(&self, offset: usize) -> Origin {
        self.source.origin(self.start + offset)
    }
}

/// The quick parser reads nearly everything; what it does not, the full one does, errors included.
fn parse_piece<'s>(
    piece: Piece<'s>,
    sources: &'s Sources,
    options: ParseOptions,
) -> Result<SingleDocument<'s>, Vec<ParseError>> {
    fast::parse(piece, sources, options.typing).map_or_else(|| full::parse(piece, sources, options), Ok)
}

fn lost_document(origin: Origin) -> ParseError {
    ParseError::new("the document ends above, and kustomize would drop what follows", origin)
        .hint("correct the indentation, or put a line of just `---` in front of another document")
}
