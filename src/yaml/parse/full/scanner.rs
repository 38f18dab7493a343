//! Text to tokens. Most of the work is finding out, at a colon, that what came before was a key.

use std::collections::VecDeque;

use super::Problem;
use super::cursor::Cursor;
use crate::yaml::node::Style;
use crate::yaml::source::Sources;

/// So far behind its start a key may have its colon.
const MAX_KEY: usize = 1024;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'s> {
    StreamEnd,
    /// `%YAML`
    Version,
    /// `%TAG`, a handle and what it stands for.
    TagDirective(&'s str, &'s str),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'s str),
    Anchor(&'s str),
    /// A handle and a suffix.
    Tag(&'s str, String),
    Scalar(&'s str, Style),
}

#[derive(Clone, Debug)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A place where a key may have started.
#[derive(Clone, Copy)]
struct SimpleKey {
    possible: bool,
    /// In a block mapping, at its column, there can be nothing but a key.
    required: bool,
    token: usize,
    position: usize,
    line: usize,
    column: usize,
}

pub(super) struct Scanner<'s> {
    pub(super) cursor: Cursor<'s>,
    pub(super) sources: &'s Sources,
    tokens: VecDeque<Token<'s>>,
    /// How many tokens were taken.
    taken: usize,
    /// The columns of the open block collections. The one before all is `None`.
    indents: Vec<Option<usize>>,
    pub(super) indent: Option<usize>,
    pub(super) flow_level: usize,
    pub(super) simple_key_allowed: bool,
    /// One for each flow level.
    simple_keys: Vec<SimpleKey>,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(text: &'s str, sources: &'s Sources) -> Self {
        let none = SimpleKey { possible: false, required: false, token: 0, position: 0, line: 0, column: 0 };
        Self {
            cursor: Cursor::new(text),
            sources,
            tokens: VecDeque::new(),
            taken: 0,
            indents: Vec::new(),
            indent: None,
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: vec![none],
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Result<&Token<'s>, Problem> {
        while self.tokens.is_empty() || self.may_be_key()? {
            self.fetch()?;
        }
        self.tokens.front().ok_or_else(|| Problem::new("unexpected end", self.cursor.position))
    }

    /// Takes the token that was peeked at.
    pub(super) fn take(&mut self) -> Option<Token<'s>> {
        self.taken += 1;
        self.tokens.pop_front()
    }

    /// Whether the first token in the queue may turn out to start a key.
    fn may_be_key(&mut self) -> Result<bool, Problem> {
        let first = self.simple_keys.partition_point(|key| key.token < self.taken);
        let found = (first..self.simple_keys.len())
            .take_while(|index| self.simple_keys[*index].token == self.taken)
            .find(|index| self.simple_keys[*index].possible);
        found.map_or(Ok(false), |index| self.is_valid_key(index))
    }

    /// A key has to have its colon on its line, and not too far away.
    fn is_valid_key(&mut self, index: usize) -> Result<bool, Problem> {
        let key = self.simple_keys[index];
        if !key.possible {
            return Ok(false);
        }
        if key.line == self.cursor.line && key.position + MAX_KEY >= self.cursor.position {
            return Ok(true);
        }
        self.drop_key(index)?;
        Ok(false)
    }

    fn drop_key(&mut self, index: usize) -> Result<(), Problem> {
        let key = &mut self.simple_keys[index];
        if key.possible && key.required {
            return Err(Problem::new("could not find expected ':'", self.cursor.position)
                .within(key.position, "while scanning a simple key"));
        }
        key.possible = false;
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<(), Problem> {
        self.drop_key(self.simple_keys.len() - 1)
    }

    fn save_simple_key(&mut self) -> Result<(), Problem> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.remove_simple_key()?;
        let column = self.cursor.column();
        let index = self.simple_keys.len() - 1;
        self.simple_keys[index] = SimpleKey {
            possible: true,
            required: self.flow_level == 0 && self.indent == Some(column),
            token: self.taken + self.tokens.len(),
            position: self.cursor.position,
            line: self.cursor.line,
            column,
        };
        Ok(())
    }

    pub(super) fn push(&mut self, kind: TokenKind<'s>, start: usize) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.position });
    }

    fn fetch(&mut self) -> Result<(), Problem> {
        self.skip_to_token();
        let column = self.cursor.column();
        self.unroll_indent(Some(column));
        let start = self.cursor.position;
        let Some(byte) = self.cursor.peek(0) else { return self.fetch_stream_end() };
        if column == 0 && byte == b'%' {
            self.end_document()?;
            return self.directive();
        }
        if self.cursor.at_document_marker() {
            self.end_document()?;
            self.cursor.advance(3);
            let kind = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
            self.push(kind, start);
            return Ok(());
        }
        let alone = self.cursor.is_word_end(1);
        let flow = self.flow_level > 0;
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.fetch_indicator(TokenKind::FlowEntry);
                Ok(())
            }
            b'-' if alone => self.fetch_block_entry(),
            b'?' if flow || alone => self.fetch_key(),
            b':' if flow || alone => self.fetch_value(),
            b'|' | b'>' if !flow => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.block_scalar(if byte == b'|' { Style::Literal } else { Style::Folded })
            }
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' | b' ' => Err(self.no_token()),
            b'?' | b':' if flow => Err(self.no_token()),
            _ => self.fetch_after_key(byte),
        }
    }

    /// Tokens that may be keys, or stand in front of one.
    fn fetch_after_key(&mut self, byte: u8) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        match byte {
            b'*' | b'&' => self.anchor(byte == b'*'),
            b'!' => self.tag(),
            b'\'' | b'"' => self.quoted(byte),
            _ => self.plain(),
        }
    }

    fn no_token(&self) -> Problem {
        Problem::new("found character that cannot start any token", self.cursor.position)
            .within(self.cursor.position, "while scanning for the next token")
    }

    /// White space, comments and line breaks. Tabs must not stand where a block collection could start.
    fn skip_to_token(&mut self) {
        loop {
            if self.cursor.column() == 0 && self.cursor.starts_with("\u{feff}") {
                self.cursor.advance('\u{feff}'.len_utf8());
            }
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            while self.cursor.is(b' ') || tabs && self.cursor.is(b'\t') {
                self.cursor.advance(1);
            }
            if self.cursor.is(b'#') {
                self.cursor.skip_to_break();
            }
            if !self.cursor.is_break() {
                return;
            }
            self.cursor.read_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    /// Opens a block collection at `column`, unless one is open there.
    fn roll_indent(&mut self, column: usize, kind: TokenKind<'s>, position: usize, token: Option<usize>) {
        if self.flow_level > 0 || self.indent >= Some(column) {
            return;
        }
        self.indents.push(self.indent);
        self.indent = Some(column);
        let at = token.map_or(self.tokens.len(), |token| token - self.taken);
        self.tokens.insert(at, Token { kind, start: position, end: position });
    }

    /// Closes the block collections that are further in than `column`.
    fn unroll_indent(&mut self, column: Option<usize>) {
        while self.flow_level == 0 && self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.position);
            self.indent = self.indents.pop().flatten();
        }
    }

    fn end_document(&mut self) -> Result<(), Problem> {
        self.unroll_indent(None);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        self.end_document()?;
        // No key can wait for its colon any longer.
        self.cursor.line += 1;
        self.push(TokenKind::StreamEnd, self.cursor.position);
        Ok(())
    }

    fn fetch_indicator(&mut self, kind: TokenKind<'s>) {
        let start = self.cursor.position;
        self.cursor.advance(1);
        self.push(kind, start);
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'s>) -> Result<(), Problem> {
        self.save_simple_key()?;
        let token = self.taken + self.tokens.len();
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token,
            position: 0,
            line: 0,
            column: 0,
        });
        self.flow_level += 1;
        self.simple_key_allowed = true;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'s>) -> Result<(), Problem> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                let message = "block sequence entries are not allowed in this context";
                return Err(Problem::new(message, self.cursor.position));
            }
            let column = self.cursor.column();
            self.roll_indent(column, TokenKind::BlockSequenceStart, self.cursor.position, None);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.fetch_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(Problem::new(
                    "mapping keys are not allowed in this context",
                    self.cursor.position,
                ));
            }
            let column = self.cursor.column();
            self.roll_indent(column, TokenKind::BlockMappingStart, self.cursor.position, None);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.fetch_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Problem> {
        let index = self.simple_keys.len() - 1;
        if self.is_valid_key(index)? {
            let key = self.simple_keys[index];
            let token = Token { kind: TokenKind::Key, start: key.position, end: key.position };
            self.tokens.insert(key.token - self.taken, token);
            self.roll_indent(key.column, TokenKind::BlockMappingStart, key.position, Some(key.token));
            self.simple_keys[index].possible = false;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    let message = "mapping values are not allowed in this context";
                    return Err(Problem::new(message, self.cursor.position));
                }
                let column = self.cursor.column();
                self.roll_indent(column, TokenKind::BlockMappingStart, self.cursor.position, None);
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.fetch_indicator(TokenKind::Value);
        Ok(())
    }
}
