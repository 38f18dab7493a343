//! Any YAML, by libyaml's rules, of which go-yaml is a translation. Slow, and complete.

use std::panic::{AssertUnwindSafe, catch_unwind};

use libyaml_safer::{Event, EventData, MappingStyle, Parser, ScalarStyle, SequenceStyle};

use super::compose::{Composer, Properties, Stop};
use super::{ParseError, ParseOptions, Piece, SingleDocument};
use crate::yaml::node::Style;
use crate::yaml::source::{Origin, Sources};

/// Reads the first document of `piece`.
pub(super) fn parse<'s>(
    piece: Piece<'s>,
    sources: &'s Sources,
    options: ParseOptions,
) -> Result<SingleDocument<'s>, Vec<ParseError>> {
    let (text, start) = without_mark(piece.text());
    let piece = Piece { start: piece.start + start, ..piece };
    if let Some(error) = forbidden_character(piece) {
        return Err(vec![error]);
    }
    // The library wants a line break at the end.
    let lacks_line_break = !text.is_empty() && !text.ends_with(['\n', '\r']);
    let input = if lacks_line_break { sources.keep(format!("{text}\n")) } else { text };
    let reader = Reader { piece, sources, input: input.as_bytes(), lacks_line_break };
    let mut composer = Composer::new(sources, options, text.len());
    // The library panics on a few malformed inputs.
    let ignored = catch_unwind(AssertUnwindSafe(|| reader.read(&mut composer)))
        .unwrap_or_else(|_| Err(Some(ParseError::new("malformed YAML", piece.origin(0)))));
    let (node, mut context) = composer.finish();
    match ignored {
        Ok(ignored) if context.errors.is_empty() => {
            Ok(SingleDocument { node, duplicates: context.duplicates, ignored })
        }
        Ok(_) | Err(None) => Err(context.errors),
        Err(Some(error)) => {
            context.errors.push(error);
            Err(context.errors)
        }
    }
}

struct Reader<'s> {
    piece: Piece<'s>,
    sources: &'s Sources,
    input: &'s [u8],
    lacks_line_break: bool,
}

impl<'s> Reader<'s> {
    /// Reads a document; gives the places where further ones start, or the error that is not in the context.
    fn read(&self, composer: &mut Composer<'s>) -> Result<Vec<Origin>, Option<ParseError>> {
        let mut input = self.input;
        let mut parser = Parser::new();
        parser.set_input(&mut input);
        loop {
            let event = parser.parse().map_err(|error| Some(self.syntax_error(&error)))?;
            match event.data {
                EventData::StreamEnd => return Ok(Vec::new()),
                EventData::DocumentEnd { .. } => return Ok(self.rest(&mut parser)),
                _ => self.compose(event, composer).map_err(|Stop| None)?,
            }
        }
    }

    fn compose(&self, event: Event, composer: &mut Composer<'s>) -> Result<(), Stop> {
        let (start, end) = (offset(event.start_mark.index), offset(event.end_mark.index));
        let origin = self.origin(start);
        match event.data {
            EventData::Scalar { anchor, tag, value, style, .. } => {
                let properties = Properties { anchor: anchor.as_deref(), tag: tag.as_deref() };
                composer.scalar(self.borrow(value, start, end), scalar_style(style), properties, origin)
            }
            EventData::Alias { anchor } => composer.alias(&anchor, origin),
            EventData::SequenceStart { anchor, tag, style, .. } => {
                let properties = Properties { anchor: anchor.as_deref(), tag: tag.as_deref() };
                composer.start_sequence(style == SequenceStyle::Flow, properties, origin)
            }
            EventData::MappingStart { anchor, tag, style, .. } => {
                let properties = Properties { anchor: anchor.as_deref(), tag: tag.as_deref() };
                composer.start_mapping(style == MappingStyle::Flow, properties, origin)
            }
            EventData::SequenceEnd | EventData::MappingEnd => composer.end(),
            _ => Ok(()),
        }
    }

    /// The text of a scalar, from the source where it stands there as it is.
    fn borrow(&self, mut value: String, start: usize, end: usize) -> &'s str {
        if self.lacks_line_break && end > self.piece.text().len() && value.ends_with('\n') {
            value.pop();
        }
        match self.piece.text().get(start..end) {
            Some(written) if written == value => written,
            _ => self.sources.keep(value),
        }
    }

    /// Where further documents start that hold something.
    fn rest(&self, parser: &mut Parser<&mut &[u8]>) -> Vec<Origin> {
        let mut starts = Vec::new();
        loop {
            match parser.parse() {
                Ok(Event { data: EventData::StreamEnd, .. }) => return starts,
                Ok(Event { data: EventData::Scalar { value, .. }, .. }) if value.is_empty() => {}
                Ok(Event {
                    data: EventData::DocumentStart { .. } | EventData::DocumentEnd { .. }, ..
                }) => {}
                Ok(event) => {
                    starts.push(self.origin(offset(event.start_mark.index)));
                    return starts;
                }
                Err(error) => {
                    starts.push(self.syntax_error(&error).origin);
                    return starts;
                }
            }
        }
    }

    fn origin(&self, offset: usize) -> Origin {
        self.piece.origin(offset.min(self.piece.text().len()))
    }

    fn syntax_error(&self, error: &libyaml_safer::Error) -> ParseError {
        let place = error.problem_mark().map_or(0, |mark| offset(mark.index));
        let message = match error.context() {
            Some(context) => format!("{} {context}", error.problem()),
            None => error.problem().to_owned(),
        };
        let mut found = ParseError::new(message, self.origin(place));
        if let Some(mark) = error.context_mark()
            && offset(mark.index) != place
        {
            found = found.related(self.origin(offset(mark.index)), "it starts here");
        }
        match self.piece.text().as_bytes().get(place) {
            Some(b'\t') => found.hint("YAML wants spaces for indentation, not tabs"),
            Some(b'@' | b'`' | b'%' | b'&' | b'*' | b'!' | b'{' | b'[') => {
                found.hint("put the text in quotes")
            }
            _ if error.problem() == "mapping values are not allowed in this context" => {
                found.hint("check the indentation; text that contains `: ` needs quotes")
            }
            _ => found,
        }
    }
}

fn offset(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn scalar_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        _ => Style::Plain,
    }
}

/// The text behind a byte order mark, and the length of the mark.
fn without_mark(text: &str) -> (&str, usize) {
    text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, '\u{feff}'.len_utf8()))
}

fn forbidden_character(piece: Piece<'_>) -> Option<ParseError> {
    let (offset, character) = piece.text().char_indices().find(|(_, character)| !is_printable(*character))?;
    let message = format!("the control character U+{:04X} is not allowed", u32::from(character));
    Some(
        ParseError::new(message, piece.origin(offset))
            .hint("remove it, or write it as an escape in double quotes, such as \"\\x07\""),
    )
}

fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}'
    )
}
