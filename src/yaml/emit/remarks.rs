//! Comments on their way into printed text: where they stand, and the empty lines that set them off.

use rustc_hash::FxHashMap;

use crate::yaml::comments::{Comment, Comments, Member, Place};

/// The comments that are still to be printed.
pub(super) struct Remarks {
    comments: Comments,
    /// What goes to the end of the line that was begun.
    line: Option<String>,
    /// The indentation of the last member.
    indent: usize,
    /// The indentation of every member that may have a foot comment.
    indents: FxHashMap<Member, usize>,
    /// The indentation of a foot comment that was just printed: an empty line follows before more of it.
    foot: Option<usize>,
}

impl Remarks {
    pub(super) fn new(comments: Comments) -> Self {
        Self { comments, line: None, indent: 0, indents: FxHashMap::default(), foot: None }
    }

    /// Prints what stands above everything.
    pub(super) fn head(&mut self, out: &mut String) {
        if let Some(head) = self.comments.head.take() {
            self.print(&head, 0, true, out);
            out.push('\n');
        }
    }

    /// Prints what stands before a member of a block collection, and begins its line. `on_line` says that the line
    /// was begun.
    pub(super) fn start_member(&mut self, member: Member, indent: usize, on_line: bool, out: &mut String) {
        let found = self.comments.take(member);
        let mut on_line = on_line;
        for comment in found.before {
            self.comment(&comment, indent, on_line, out);
            on_line = false;
        }
        if !on_line {
            self.start_line(indent, out);
        }
        self.line = found.line;
        self.indent = indent;
        if !self.comments.is_empty() {
            self.indents.insert(member, indent);
        }
    }

    /// Ends a line, with the comment that belongs there.
    pub(super) fn end_line(&mut self, out: &mut String) {
        if let Some(line) = self.line.take() {
            out.push(' ');
            out.push_str(&line);
        }
        out.push('\n');
    }

    /// Puts the comment behind the first line of a block scalar that begins at `start`.
    pub(super) fn end_header(&mut self, start: usize, out: &mut String) {
        if let (Some(line), Some(newline)) = (self.line.take(), out[start..].find('\n')) {
            out.insert_str(start + newline, &format!(" {line}"));
        }
    }

    /// Prints what stands below everything.
    pub(super) fn tail(&mut self, out: &mut String) {
        for comment in std::mem::take(&mut self.comments.tail) {
            if comment.place == Place::DocumentFoot {
                self.foot = Some(0);
            }
            self.comment(&comment, 0, false, out);
        }
    }

    fn comment(&mut self, comment: &Comment, indent: usize, on_line: bool, out: &mut String) {
        let at = match comment.place {
            Place::Foot => self.indent,
            Place::FootOf(member) => self.indents.get(&member).copied().unwrap_or(indent),
            _ => indent,
        };
        self.print(&comment.text, at, on_line, out);
        if comment.place != Place::Head {
            self.foot = Some(at);
        }
    }

    fn print(&mut self, text: &str, indent: usize, on_line: bool, out: &mut String) {
        for (index, line) in text.trim_end_matches('\n').split('\n').enumerate() {
            if !line.is_empty() && (index > 0 || !on_line) {
                self.start_line(indent, out);
            }
            out.push_str(line);
            out.push('\n');
        }
    }

    fn start_line(&mut self, indent: usize, out: &mut String) {
        if self.foot.take() == Some(indent) {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n(' ', indent));
    }
}
