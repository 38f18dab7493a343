//! Anchors, aliases, tags and directives.

use super::Problem;
use super::scanner::{Scanner, TokenKind};

impl<'s> Scanner<'s> {
    /// `*name` or `&name`
    pub(super) fn anchor(&mut self, is_alias: bool) -> Result<(), Problem> {
        let start = self.cursor.position;
        self.cursor.advance(1);
        let name = self.word();
        let ends = self.cursor.is_word_end(0)
            || matches!(self.cursor.peek(0), Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'));
        if name.is_empty() || !ends {
            let what = if is_alias { "while scanning an alias" } else { "while scanning an anchor" };
            let message = "did not find expected alphabetic or numeric character";
            return Err(Problem::new(message, self.cursor.position).within(start, what));
        }
        self.push(if is_alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    /// Letters, digits, `-` and `_`.
    fn word(&mut self) -> &'s str {
        let start = self.cursor.position;
        while self
            .cursor
            .peek(0)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            self.cursor.advance(1);
        }
        self.cursor.since(start)
    }

    /// `!`, `!suffix`, `!!suffix`, `!handle!suffix` or `!<tag>`
    pub(super) fn tag(&mut self) -> Result<(), Problem> {
        const CONTEXT: &str = "while scanning a tag";
        let start = self.cursor.position;
        let (handle, suffix) = if self.cursor.peek(1) == Some(b'<') {
            self.cursor.advance(2);
            let suffix = self.uri(start, "", CONTEXT)?;
            if !self.cursor.is(b'>') {
                return Err(Problem::new("did not find the expected '>'", self.cursor.position)
                    .within(start, CONTEXT));
            }
            self.cursor.advance(1);
            ("", suffix)
        } else {
            let handle = self.handle(start, CONTEXT)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.uri(start, "", CONTEXT)?)
            } else {
                let suffix = self.uri(start, handle, CONTEXT)?;
                if suffix.is_empty() { ("", "!".to_owned()) } else { ("!", suffix) }
            }
        };
        if !self.cursor.is_word_end(0) {
            let message = "did not find expected whitespace or line break";
            return Err(Problem::new(message, self.cursor.position).within(start, CONTEXT));
        }
        self.push(TokenKind::Tag(handle, suffix), start);
        Ok(())
    }

    /// `!`, a word, and perhaps another `!`.
    fn handle(&mut self, start: usize, context: &'static str) -> Result<&'s str, Problem> {
        let from = self.cursor.position;
        if !self.cursor.is(b'!') {
            return Err(Problem::new("did not find expected '!'", from).within(start, context));
        }
        self.cursor.advance(1);
        self.word();
        if self.cursor.is(b'!') {
            self.cursor.advance(1);
        }
        Ok(self.cursor.since(from))
    }

    /// The rest of a tag behind `head`, of which the `!` is no part.
    fn uri(&mut self, start: usize, head: &str, context: &'static str) -> Result<String, Problem> {
        let mut uri = Vec::from(head.get(1..).unwrap_or_default());
        let mut length = head.len();
        while let Some(byte) = self.cursor.peek(0)
            && (byte.is_ascii_alphanumeric() || b"-_;/?:@&=+$,.!~*'()[]%".contains(&byte))
        {
            if byte == b'%' {
                uri.push(self.octet(start, context)?);
            } else {
                uri.push(byte);
                self.cursor.advance(1);
            }
            length += 1;
        }
        if length == 0 {
            return Err(
                Problem::new("did not find expected tag URI", self.cursor.position).within(start, context)
            );
        }
        let invalid =
            || Problem::new("found an incorrect UTF-8 octet", self.cursor.position).within(start, context);
        String::from_utf8(uri).map_err(|_| invalid())
    }

    /// `%2F`
    fn octet(&mut self, start: usize, context: &'static str) -> Result<u8, Problem> {
        let digit = |ahead| self.cursor.peek(ahead).and_then(|byte| char::from(byte).to_digit(16));
        let octet = digit(1).zip(digit(2)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        let Some(octet) = octet else {
            return Err(
                Problem::new("did not find URI escaped octet", self.cursor.position).within(start, context)
            );
        };
        self.cursor.advance(3);
        Ok(octet)
    }

    /// `%YAML 1.1` or `%TAG !x! tag:example.org:`
    pub(super) fn directive(&mut self) -> Result<(), Problem> {
        const CONTEXT: &str = "while scanning a directive";
        let start = self.cursor.position;
        self.cursor.advance(1);
        let kind = match self.word() {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(Problem::new("found unknown directive name", start).within(start, CONTEXT)),
        };
        self.cursor.skip_blanks();
        if self.cursor.is(b'#') {
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end() {
            let message = "did not find expected comment or line break";
            return Err(Problem::new(message, self.cursor.position).within(start, CONTEXT));
        }
        self.cursor.read_break();
        self.push(kind, start);
        Ok(())
    }

    fn version(&mut self, start: usize) -> Result<TokenKind<'s>, Problem> {
        self.cursor.skip_blanks();
        let from = self.cursor.position;
        while self.cursor.peek(0).is_some_and(|byte| byte.is_ascii_digit() || byte == b'.') {
            self.cursor.advance(1);
        }
        match self.cursor.since(from) {
            "1.1" | "1.2" => Ok(TokenKind::Version),
            _ => Err(Problem::new("found incompatible YAML document", from)
                .within(start, "while scanning a directive")),
        }
    }

    fn tag_directive(&mut self, start: usize) -> Result<TokenKind<'s>, Problem> {
        const CONTEXT: &str = "while scanning a %TAG directive";
        self.cursor.skip_blanks();
        let handle = self.handle(start, CONTEXT)?;
        if !self.cursor.is_blank() || !handle.ends_with('!') {
            let message = "did not find expected whitespace";
            return Err(Problem::new(message, self.cursor.position).within(start, CONTEXT));
        }
        self.cursor.skip_blanks();
        let from = self.cursor.position;
        self.uri(start, "", CONTEXT)?;
        Ok(TokenKind::TagDirective(handle, self.cursor.since(from)))
    }
}
