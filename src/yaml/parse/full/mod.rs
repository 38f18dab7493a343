//! Any YAML, by libyaml's rules, of which go-yaml is a translation.
//!
//! Tokens ([`scanner`]) become events ([`grammar`]), and the composer makes nodes of these. What this parser
//! refuses is refused: its errors are the ones that people see. It differs from go-yaml where that only lacks
//! something: `\/` and pairs of surrogates, which JSON has, and `%YAML 1.2`.

mod block_scalar;
mod cursor;
mod grammar;
mod plain;
mod property;
mod quoted;
mod scanner;

use super::compose::{Composer, Properties, Stop};
use super::{Mark, ParseError, ParseErrorKind, ParseOptions, Piece, SingleDocument};
use crate::yaml::node::Style;
use crate::yaml::source::{Origin, Sources};
use grammar::{Event, EventKind, Grammar};

/// A syntax error, in bytes of the piece.
#[derive(Debug)]
struct Problem {
    message: String,
    at: usize,
    /// Where the construct starts that the parser was in, and what it is.
    context: Option<(usize, &'static str)>,
}

impl Problem {
    fn new(message: impl Into<String>, at: usize) -> Self {
        Self { message: message.into(), at, context: None }
    }

    fn within(mut self, start: usize, what: &'static str) -> Self {
        self.context = Some((start, what));
        self
    }
}

/// Why a document was not read to its end.
enum Failure {
    Syntax(Problem),
    /// The composer has reported it.
    Reported,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Syntax(problem)
    }
}

impl From<Stop> for Failure {
    fn from(Stop: Stop) -> Self {
        Self::Reported
    }
}

/// Reads the first document of `piece`.
pub(super) fn parse<'s>(
    piece: Piece<'s>,
    sources: &'s Sources,
    options: ParseOptions,
) -> Result<SingleDocument<'s>, Vec<ParseError>> {
    let mark = if piece.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let piece = Piece { start: piece.start + mark, ..piece };
    if let Some(error) = forbidden_character(piece) {
        return Err(vec![error]);
    }
    let mut composer = Composer::new(sources, options, piece.text().len());
    let result = read(piece, sources, &mut composer);
    let (node, mut context) = composer.finish();
    match result {
        Ok(ignored) if context.errors.is_empty() => {
            return Ok(SingleDocument { node, duplicates: context.duplicates, ignored });
        }
        Ok(_) | Err(Failure::Reported) => {}
        Err(Failure::Syntax(problem)) => context.errors.push(syntax_error(piece, problem)),
    }
    Err(context.errors)
}

/// Reads a document; gives the places where further ones start.
fn read<'s>(
    piece: Piece<'s>,
    sources: &'s Sources,
    composer: &mut Composer<'s>,
) -> Result<Vec<Origin>, Failure> {
    let mut grammar = Grammar::new(piece.text(), sources);
    loop {
        let event = grammar.next()?;
        match event.kind {
            EventKind::StreamEnd => return Ok(Vec::new()),
            EventKind::DocumentEnd => return Ok(rest(&mut grammar, piece)),
            _ => compose(&event, piece, composer)?,
        }
    }
}

fn compose<'s>(event: &Event<'s>, piece: Piece<'s>, composer: &mut Composer<'s>) -> Result<(), Stop> {
    let origin = piece.origin(event.at);
    let properties = Properties { anchor: event.anchor, tag: event.tag.as_deref() };
    match event.kind {
        EventKind::Scalar(text, style) => composer.scalar(text, style, properties, origin),
        EventKind::Alias(name) => composer.alias(name, origin),
        EventKind::SequenceStart { flow } => composer.start_sequence(flow, properties, origin),
        EventKind::MappingStart { flow } => composer.start_mapping(flow, properties, origin),
        EventKind::SequenceEnd | EventKind::MappingEnd => composer.end(),
        EventKind::StreamEnd | EventKind::DocumentStart | EventKind::DocumentEnd => Ok(()),
    }
}

/// The tags and the merge keys of a piece, as far as it can be read.
pub(super) fn marks(piece: Piece<'_>, sources: &Sources) -> Vec<(Origin, Mark)> {
    let mut grammar = Grammar::new(piece.text(), sources);
    let mut found = Vec::new();
    while let Ok(event) = grammar.next() {
        if matches!(event.kind, EventKind::StreamEnd) {
            break;
        }
        let origin = piece.origin(event.at);
        if matches!(event.kind, EventKind::Scalar("<<", Style::Plain)) {
            found.push((origin, Mark::MergeKey));
        }
        found.extend(event.tag.map(|tag| (origin, Mark::Tag(tag))));
    }
    found
}

/// Where the next document starts that holds something; what comes behind it is not looked at.
fn rest(grammar: &mut Grammar<'_>, piece: Piece<'_>) -> Vec<Origin> {
    loop {
        match grammar.next() {
            Ok(Event { kind: EventKind::StreamEnd, .. }) => return Vec::new(),
            Ok(Event {
                kind: EventKind::DocumentStart | EventKind::DocumentEnd | EventKind::Scalar("", _),
                ..
            }) => {}
            Ok(event) => return vec![piece.origin(event.at)],
            Err(problem) => return vec![piece.origin(problem.at)],
        }
    }
}

fn syntax_error(piece: Piece<'_>, problem: Problem) -> ParseError {
    let at = problem.at.min(piece.text().len());
    let mut message = problem.message;
    let mut start = None;
    if let Some((offset, what)) = problem.context {
        message = format!("{message} {what}");
        start = Some(offset).filter(|offset| *offset != at);
    }
    let hint = hint(&message, piece.text().as_bytes().get(at).copied());
    let mut error = ParseError::new(message, piece.origin(at));
    error.hint = hint.map(str::to_owned);
    match start {
        Some(start) => error.related(piece.origin(start), "it starts here"),
        None => error,
    }
}

fn hint(message: &str, byte: Option<u8>) -> Option<&'static str> {
    match byte {
        Some(b'\t') => Some("YAML wants spaces for indentation, not tabs"),
        Some(b'@' | b'`' | b'%' | b'&' | b'*' | b'!' | b'{' | b'[') => Some("put the text in quotes"),
        _ if message.starts_with("mapping values are not allowed") => {
            Some("check the indentation; text that contains `: ` needs quotes")
        }
        _ if message.starts_with("could not find expected ':'") => {
            Some("a key needs a colon and a space behind it")
        }
        _ => None,
    }
}

fn forbidden_character(piece: Piece<'_>) -> Option<ParseError> {
    let (offset, character) = piece.text().char_indices().find(|(_, character)| !is_printable(*character))?;
    let message = format!("the control character U+{:04X} is not allowed", u32::from(character));
    Some(
        ParseError::new(message, piece.origin(offset))
            .kind(ParseErrorKind::Encoding)
            .hint("remove it, or write it as an escape in double quotes, such as \"\\x07\""),
    )
}

fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}'
    )
}
