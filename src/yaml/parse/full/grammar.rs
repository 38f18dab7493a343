//! Tokens to events: which collection a token belongs to. A table of states, as nesting must not use the stack.

use rustc_hash::FxHashMap;

use super::Problem;
use super::scanner::{Scanner, Token, TokenKind};
use crate::yaml::node::Style;
use crate::yaml::source::Sources;

/// What the text says next.
pub(super) struct Event<'s> {
    pub(super) kind: EventKind<'s>,
    pub(super) at: usize,
    pub(super) anchor: Option<&'s str>,
    pub(super) tag: Option<String>,
}

pub(super) enum EventKind<'s> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'s str),
    Scalar(&'s str, Style),
    SequenceStart { flow: bool },
    SequenceEnd,
    MappingStart { flow: bool },
    MappingEnd,
}

#[derive(Clone, Copy)]
enum State {
    /// The first document, which needs no `---`.
    FirstDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequence {
        start: usize,
    },
    IndentlessSequence,
    BlockKey {
        start: usize,
    },
    BlockValue {
        start: usize,
    },
    FlowSequence {
        start: usize,
        first: bool,
    },
    FlowPairKey {
        start: usize,
    },
    FlowPairValue {
        start: usize,
    },
    FlowPairEnd {
        start: usize,
    },
    FlowKey {
        start: usize,
        first: bool,
    },
    FlowValue {
        start: usize,
    },
    FlowEmptyValue {
        start: usize,
    },
    End,
}

pub(super) struct Grammar<'s> {
    scanner: Scanner<'s>,
    states: Vec<State>,
    state: State,
    handles: FxHashMap<&'s str, &'s str>,
}

type Step<'s> = Result<Event<'s>, Problem>;

impl<'s> Grammar<'s> {
    pub(super) fn new(text: &'s str, sources: &'s Sources) -> Self {
        Self {
            scanner: Scanner::new(text, sources),
            states: Vec::new(),
            state: State::FirstDocument,
            handles: FxHashMap::default(),
        }
    }

    pub(super) fn next(&mut self) -> Step<'s> {
        match self.state {
            State::FirstDocument => self.document_start(true),
            State::Document => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequence { start } => self.block_sequence(start),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockKey { start } => self.block_key(start),
            State::BlockValue { start } => self.block_value(start),
            State::FlowSequence { start, first } => self.flow_sequence(start, first),
            State::FlowPairKey { start } => self.flow_pair_key(start),
            State::FlowPairValue { start } => self.flow_pair_value(start),
            State::FlowPairEnd { start } => {
                self.state = State::FlowSequence { start, first: false };
                let at = self.scanner.peek()?.start;
                Ok(event(EventKind::MappingEnd, at))
            }
            State::FlowKey { start, first } => self.flow_key(start, first),
            State::FlowValue { start } => self.flow_value(start),
            State::FlowEmptyValue { start } => {
                let at = self.scanner.peek()?.start;
                Ok(self.nothing_then(State::FlowKey { start, first: false }, at))
            }
            State::End => Ok(event(EventKind::StreamEnd, self.scanner.cursor.position)),
        }
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Reads a node and goes on in `then`.
    fn node_then(&mut self, then: State, block: bool, indentless: bool) -> Step<'s> {
        self.states.push(then);
        self.node(block, indentless)
    }

    fn nothing_then(&mut self, then: State, at: usize) -> Event<'s> {
        self.state = then;
        event(EventKind::Scalar("", Style::Plain), at)
    }

    fn document_start(&mut self, first: bool) -> Step<'s> {
        while !first && self.scanner.peek()?.kind == TokenKind::DocumentEnd {
            self.scanner.take();
        }
        self.handles.clear();
        let token = self.scanner.peek()?;
        let at = token.start;
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                return Ok(event(EventKind::StreamEnd, at));
            }
            TokenKind::Version | TokenKind::TagDirective(..) => self.directives()?,
            TokenKind::DocumentStart => {}
            _ if first => {
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                return Ok(event(EventKind::DocumentStart, at));
            }
            _ => {}
        }
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::DocumentStart {
            return Err(Problem::new("did not find expected <document start>", token.start));
        }
        self.scanner.take();
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(event(EventKind::DocumentStart, at))
    }

    fn directives(&mut self) -> Result<(), Problem> {
        let mut version = false;
        loop {
            let token = self.scanner.peek()?.clone();
            match token.kind {
                TokenKind::Version if version => {
                    return Err(Problem::new("found duplicate %YAML directive", token.start));
                }
                TokenKind::Version => version = true,
                TokenKind::TagDirective(handle, prefix) => {
                    if self.handles.insert(handle, prefix).is_some() {
                        return Err(Problem::new("found duplicate %TAG directive", token.start));
                    }
                }
                _ => return Ok(()),
            }
            self.scanner.take();
        }
    }

    fn document_content(&mut self) -> Step<'s> {
        let token = self.scanner.peek()?;
        let at = token.start;
        if matches!(
            token.kind,
            TokenKind::Version
                | TokenKind::TagDirective(..)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        ) {
            self.pop();
            return Ok(event(EventKind::Scalar("", Style::Plain), at));
        }
        self.node(true, false)
    }

    fn document_end(&mut self) -> Step<'s> {
        let token = self.scanner.peek()?;
        let at = token.start;
        if token.kind == TokenKind::DocumentEnd {
            self.scanner.take();
        }
        self.state = State::Document;
        Ok(event(EventKind::DocumentEnd, at))
    }

    fn node(&mut self, block: bool, indentless: bool) -> Step<'s> {
        let mut at = None;
        let (mut anchor, mut tag) = (None, None);
        loop {
            let token = self.scanner.peek()?.clone();
            match token.kind {
                TokenKind::Alias(name) if at.is_none() => {
                    self.scanner.take();
                    self.pop();
                    return Ok(event(EventKind::Alias(name), token.start));
                }
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                TokenKind::Tag(handle, ref suffix) if tag.is_none() => {
                    tag = Some(self.resolve(handle, suffix, token.start)?);
                }
                _ => {
                    let kind = self.content(&token, at.is_some(), block, indentless)?;
                    return Ok(Event { kind, at: at.unwrap_or(token.start), anchor, tag });
                }
            }
            at = at.or(Some(token.start));
            self.scanner.take();
        }
    }

    fn resolve(&self, handle: &str, suffix: &str, at: usize) -> Result<String, Problem> {
        let prefix = match (self.handles.get(handle), handle) {
            (Some(prefix), _) => prefix,
            (None, "") => return Ok(suffix.to_owned()),
            (None, "!") => "!",
            (None, "!!") => "tag:yaml.org,2002:",
            _ => {
                let problem = Problem::new(format!("found undefined tag handle `{handle}`"), at);
                return Err(problem.within(at, "while parsing a node"));
            }
        };
        Ok(format!("{prefix}{suffix}"))
    }

    /// The event of a node whose properties have been read.
    fn content(
        &mut self,
        token: &Token<'s>,
        has_properties: bool,
        block: bool,
        indentless: bool,
    ) -> Result<EventKind<'s>, Problem> {
        let start = token.start;
        match token.kind {
            TokenKind::BlockEntry if indentless => {
                self.state = State::IndentlessSequence;
                Ok(EventKind::SequenceStart { flow: false })
            }
            TokenKind::Scalar(text, style) => {
                self.scanner.take();
                self.pop();
                Ok(EventKind::Scalar(text, style))
            }
            TokenKind::FlowSequenceStart => {
                self.scanner.take();
                self.state = State::FlowSequence { start, first: true };
                Ok(EventKind::SequenceStart { flow: true })
            }
            TokenKind::FlowMappingStart => {
                self.scanner.take();
                self.state = State::FlowKey { start, first: true };
                Ok(EventKind::MappingStart { flow: true })
            }
            TokenKind::BlockSequenceStart if block => {
                self.scanner.take();
                self.state = State::BlockSequence { start };
                Ok(EventKind::SequenceStart { flow: false })
            }
            TokenKind::BlockMappingStart if block => {
                self.scanner.take();
                self.state = State::BlockKey { start };
                Ok(EventKind::MappingStart { flow: false })
            }
            _ if has_properties => {
                self.pop();
                Ok(EventKind::Scalar("", Style::Plain))
            }
            _ => {
                let what = if block { "while parsing a block node" } else { "while parsing a flow node" };
                Err(Problem::new("did not find expected node content", start).within(start, what))
            }
        }
    }

    fn block_sequence(&mut self, start: usize) -> Step<'s> {
        let token = self.scanner.peek()?.clone();
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.take();
                let then = State::BlockSequence { start };
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(self.nothing_then(then, token.end)),
                    _ => self.node_then(then, true, false),
                }
            }
            TokenKind::BlockEnd => Ok(self.end(EventKind::SequenceEnd, token.start)),
            _ => Err(Problem::new("did not find expected '-' indicator", token.start)
                .within(start, "while parsing a block collection")),
        }
    }

    fn end(&mut self, kind: EventKind<'s>, at: usize) -> Event<'s> {
        self.scanner.take();
        self.pop();
        event(kind, at)
    }

    fn indentless_sequence(&mut self) -> Step<'s> {
        let token = self.scanner.peek()?.clone();
        if token.kind != TokenKind::BlockEntry {
            self.pop();
            return Ok(event(EventKind::SequenceEnd, token.start));
        }
        self.scanner.take();
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.nothing_then(State::IndentlessSequence, token.end))
            }
            _ => self.node_then(State::IndentlessSequence, true, false),
        }
    }

    fn block_key(&mut self, start: usize) -> Step<'s> {
        let token = self.scanner.peek()?.clone();
        match token.kind {
            TokenKind::Key => self.block_part(State::BlockValue { start }, token.end),
            TokenKind::BlockEnd => Ok(self.end(EventKind::MappingEnd, token.start)),
            _ => Err(Problem::new("did not find expected key", token.start)
                .within(start, "while parsing a block mapping")),
        }
    }

    fn block_value(&mut self, start: usize) -> Step<'s> {
        let token = self.scanner.peek()?.clone();
        if token.kind == TokenKind::Value {
            self.block_part(State::BlockKey { start }, token.end)
        } else {
            Ok(self.nothing_then(State::BlockKey { start }, token.start))
        }
    }

    /// What stands behind `?` or `:`.
    fn block_part(&mut self, then: State, at: usize) -> Step<'s> {
        self.scanner.take();
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.nothing_then(then, at)),
            _ => self.node_then(then, true, true),
        }
    }

    /// Steps over the comma between two members of a flow collection.
    fn flow_comma(&mut self, start: usize, message: &'static str, what: &'static str) -> Result<(), Problem> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowEntry {
            return Err(Problem::new(message, token.start).within(start, what));
        }
        self.scanner.take();
        Ok(())
    }

    fn flow_sequence(&mut self, start: usize, first: bool) -> Step<'s> {
        if !first && self.scanner.peek()?.kind != TokenKind::FlowSequenceEnd {
            self.flow_comma(start, "did not find expected ',' or ']'", "while parsing a flow sequence")?;
        }
        let token = self.scanner.peek()?.clone();
        match token.kind {
            TokenKind::FlowSequenceEnd => Ok(self.end(EventKind::SequenceEnd, token.start)),
            TokenKind::Key => {
                self.scanner.take();
                self.state = State::FlowPairKey { start };
                Ok(event(EventKind::MappingStart { flow: true }, token.start))
            }
            _ => self.node_then(State::FlowSequence { start, first: false }, false, false),
        }
    }

    fn flow_pair_key(&mut self, start: usize) -> Step<'s> {
        let token = self.scanner.peek()?.clone();
        let then = State::FlowPairValue { start };
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml loses the token here, and so does go-yaml: `[? : x]` is an error.
                self.scanner.take();
                Ok(self.nothing_then(then, token.end))
            }
            _ => self.node_then(then, false, false),
        }
    }

    fn flow_pair_value(&mut self, start: usize) -> Step<'s> {
        let then = State::FlowPairEnd { start };
        if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.take();
            if !matches!(self.scanner.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(then, false, false);
            }
        }
        let at = self.scanner.peek()?.start;
        Ok(self.nothing_then(then, at))
    }

    fn flow_key(&mut self, start: usize, first: bool) -> Step<'s> {
        if !first && self.scanner.peek()?.kind != TokenKind::FlowMappingEnd {
            self.flow_comma(start, "did not find expected ',' or '}'", "while parsing a flow mapping")?;
        }
        let token = self.scanner.peek()?.clone();
        match token.kind {
            TokenKind::FlowMappingEnd => Ok(self.end(EventKind::MappingEnd, token.start)),
            TokenKind::Key => {
                self.scanner.take();
                let then = State::FlowValue { start };
                let token = self.scanner.peek()?;
                let at = token.start;
                match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        Ok(self.nothing_then(then, at))
                    }
                    _ => self.node_then(then, false, false),
                }
            }
            _ => self.node_then(State::FlowEmptyValue { start }, false, false),
        }
    }

    fn flow_value(&mut self, start: usize) -> Step<'s> {
        let then = State::FlowKey { start, first: false };
        if self.scanner.peek()?.kind == TokenKind::Value {
            self.scanner.take();
            if !matches!(self.scanner.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(then, false, false);
            }
        }
        let at = self.scanner.peek()?.start;
        Ok(self.nothing_then(then, at))
    }
}

fn event(kind: EventKind<'_>, at: usize) -> Event<'_> {
    Event { kind, at, anchor: None, tag: None }
}
