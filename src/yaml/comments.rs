//! The comments of a text, by what they belong to, so that a changed text keeps them.
//!
//! Nodes hold no comments. Where text is read, changed and printed again, the comments are gathered here: above a member
//! of a collection (head), behind it (line), or below it (foot). go-yaml's rules say which: what follows a value without
//! an empty line between and is followed by one belongs to the value, what is indented less belongs to the collection
//! around it, all else belongs to what comes next. Comments inside flow collections are not kept.

mod scan;

use rustc_hash::FxHashMap;

use self::scan::{Token, tokens};
use super::node::Node;
use super::source::{Origin, Source};

/// A member of a block collection, told by places that a change of values does not touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Member {
    /// An entry of a mapping, by the place of its key.
    Entry(Origin),
    /// An item of a list, by the place of the list and its index.
    Item(Origin, usize),
}

/// The comments of one text.
#[derive(Debug, Default)]
pub struct Comments {
    members: FxHashMap<Member, MemberComments>,
    /// What stands before the first member and is set off from it.
    pub(super) head: Option<String>,
    /// What stands after the last member.
    pub(super) tail: Vec<Comment>,
}

/// The comments of one member.
#[derive(Debug, Default)]
pub(super) struct MemberComments {
    /// Between the member before and this one.
    pub(super) before: Vec<Comment>,
    /// Behind the value.
    pub(super) line: Option<String>,
}

/// Comment lines that belong together.
#[derive(Debug)]
pub(super) struct Comment {
    /// What they belong to.
    pub(super) place: Place,
    /// The lines; an empty one is an empty line.
    pub(super) text: String,
}

/// What comment lines belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The member that follows.
    Head,
    /// The member just before.
    Foot,
    /// The member before that has the same parent as the one that follows.
    OuterFoot,
    /// Another member that has ended.
    FootOf(Member),
    /// The whole document.
    DocumentFoot,
}

impl Comments {
    /// Gathers the comments of a text, of which `root` was read.
    pub fn of(source: Source<'_>, root: &Node<'_>) -> Self {
        let mut comments = Self::default();
        if !source.text.contains('#') {
            return comments;
        }
        let tokens = tokens(source, root);
        let mut late = Vec::new();
        for index in 0..=tokens.len() {
            let gap = Gap::new(source.text, &tokens, index);
            let found = gap.comments(&mut late);
            match tokens.get(index) {
                Some(after) if !found.is_empty() => {
                    comments.members.entry(after.member).or_default().before = found;
                }
                Some(_) => {}
                None => comments.tail = found,
            }
        }
        for (index, token) in tokens.into_iter().enumerate() {
            if let Some(line) = token.line {
                comments.members.entry(token.member).or_default().line = Some(line);
            }
            if index == 0 {
                comments.split_head(token.member, &source.text[..token.start]);
            }
        }
        comments
    }

    /// Whether there are no more.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.tail.is_empty()
    }

    /// Takes out the comments of a member, so that none is printed twice.
    pub(super) fn take(&mut self, member: Member) -> MemberComments {
        self.members.remove(&member).unwrap_or_default()
    }

    /// Above the first member, what an empty line sets off belongs to the document.
    fn split_head(&mut self, member: Member, gap: &str) {
        let Some(first) = self.members.get_mut(&member).and_then(|comments| comments.before.pop()) else {
            return;
        };
        let text = first.text.trim_end_matches('\n');
        let followed_by_empty_line = gap.trim_end_matches([' ', '\t']).ends_with("\n\n");
        let (head, rest) = match text.rfind("\n\n") {
            _ if followed_by_empty_line => (text, ""),
            Some(split) => (&text[..split], &text[split + 2..]),
            None => ("", text),
        };
        if !head.is_empty() {
            self.head = Some(head.to_owned());
        }
        if let Some(comments) = self.members.get_mut(&member).filter(|_| !rest.is_empty()) {
            comments.before.push(Comment { text: rest.to_owned(), ..first });
        }
    }
}

/// The lines between two members, as they are sorted.
struct Gap<'t> {
    lines: Vec<&'t str>,
    before: Option<&'t Token>,
    after: Option<&'t Token>,
    /// The member that gets the foot comments for which there is no member before.
    next: Option<&'t Token>,
    found: Vec<Comment>,
    text: Option<String>,
    /// Line and column of the first line of `text`.
    first: Option<(usize, usize)>,
}

fn put_off<'t>(owner: &'t Token, text: String, late: &mut Vec<Late<'t>>) {
    match late.iter_mut().find(|(token, _)| token.member == owner.member) {
        Some((_, before)) => before.extend(["\n", &text]),
        None => late.push((owner, text)),
    }
}

/// A foot comment of a member that has not ended yet.
type Late<'t> = (&'t Token, String);

impl<'t> Gap<'t> {
    /// What is between the members `index - 1` and `index`.
    fn new(text: &'t str, tokens: &'t [Token], index: usize) -> Self {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        let after = tokens.get(index);
        let start = before.map_or(0, |token| token.end);
        let end = after.map_or(text.len(), |token| token.start);
        let gap = text.get(start..end).unwrap_or_default();
        let mut lines: Vec<&str> = gap.split('\n').skip(usize::from(before.is_some())).collect();
        if after.is_some() {
            lines.pop();
        }
        let next = tokens.get(index..).and_then(|rest| rest.iter().find(|token| !token.is_dash));
        Self { lines, before, after, next, found: Vec::new(), text: None, first: None }
    }

    /// The comments in order, after those of members that have ended. Comments that belong to members that have not
    /// ended are put off.
    fn comments(self, late: &mut Vec<Late<'t>>) -> Vec<Comment> {
        let mut comments = Vec::new();
        late.retain(|(owner, text)| {
            let goes_on = self.after.is_some_and(|after| after.is_not_after(owner));
            if !goes_on {
                comments.push(Comment { place: Place::FootOf(owner.member), text: text.clone() });
            }
            goes_on
        });
        let (opens, next) = (self.opens_block(), self.next);
        let owner_is_open = self.before.is_some_and(|token| token.is_colon || token.is_dash);
        let is_item = self.after.is_some_and(|after| matches!(after.member, Member::Item(..)));
        for comment in self.sort() {
            let has_no_owner =
                comment.place == Place::OuterFoot || comment.place == Place::Foot && owner_is_open;
            match next.filter(|_| has_no_owner && (opens || is_item)) {
                Some(next) => put_off(next, comment.text, late),
                None => comments.push(comment),
            }
        }
        comments
    }

    /// Whether the member after is the first in a collection that the member before holds.
    fn opens_block(&self) -> bool {
        self.before.zip(self.after).is_some_and(|(before, after)| {
            (before.is_colon || before.is_dash) && after.column > before.column
        })
    }

    /// Goes through the lines after that of the member before.
    fn sort(mut self) -> Vec<Comment> {
        if let Some(text) =
            self.before.filter(|token| token.is_dash).and_then(|token| token.line_behind_dash.clone())
        {
            self.found.push(Comment { place: Place::Head, text });
        }
        let lines = std::mem::take(&mut self.lines);
        let indent = self.before.map_or(0, |token| token.column);
        let mut nothing_empty_yet = true;
        let mut after_empty = false;
        for (number, line) in lines.iter().enumerate() {
            let content = line.trim_start_matches([' ', '\t']);
            if content.trim().is_empty() {
                if !after_empty {
                    self.empty_line(nothing_empty_yet, indent, true);
                }
                (nothing_empty_yet, after_empty) = (false, true);
                continue;
            }
            let column = line.len() - content.len();
            self.end_if_dedented(column, indent);
            if !content.starts_with('#') {
                break;
            }
            self.add(content, (number, column));
            after_empty = false;
        }
        match self.after {
            Some(after) => self.end_if_dedented(after.column, indent),
            None if !after_empty => self.empty_line(nothing_empty_yet, indent, false),
            None => {}
        }
        let place = if self.after.is_some() { Place::Head } else { Place::DocumentFoot };
        self.end(place);
        self.found
    }

    fn add(&mut self, line: &str, place: (usize, usize)) {
        if let Some(text) = &mut self.text {
            text.extend(["\n", line]);
        } else {
            self.first = Some(place);
            self.text = Some(line.to_owned());
        }
    }

    /// An empty line, or the end of the text, ends a comment that began right below the member before or is
    /// indented less.
    fn empty_line(&mut self, is_first: bool, indent: usize, goes_on: bool) {
        let Some((line, column)) = self.first.filter(|_| self.text.is_some()) else { return };
        let below = line == 0 && self.before.is_some_and(|token| !token.is_colon && !token.has_no_foot);
        if is_first && column < indent {
            self.end(Place::OuterFoot);
        } else if is_first && below {
            self.end(Place::Foot);
        } else if let Some(text) = self.text.as_mut().filter(|_| goes_on) {
            text.push('\n');
        }
    }

    /// A line with less indentation than the comment before it shows that the comment belongs to what was before.
    fn end_if_dedented(&mut self, column: usize, indent: usize) {
        if self.first.is_some_and(|(_, first)| column < indent && column != first) {
            self.end(Place::Foot);
        }
    }

    fn end(&mut self, place: Place) {
        if let Some(text) = self.text.take() {
            self.found.push(Comment { place, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::yaml::{Comments, ParseOptions, Sources, emit_with_comments, parse_one};

    fn printed(text: &str) -> String {
        let sources = Sources::new();
        let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
        let root = parse_one(source, &sources, &ParseOptions::default()).unwrap().node.unwrap();
        let mut out = String::new();
        emit_with_comments(&root, &sources, Comments::of(source, &root), &mut out);
        out
    }

    #[test]
    fn comments_stay_with_what_they_are_about() {
        let text = "# document\n\n# head\na: 1 # line\nb: # behind a key\n  # first\n  c: |- # behind a header\n    # text\n  \
                    d: '#' # quoted\n  # foot of d\n\ne:\n- x # item\n# next\n- k: v\n\n# end\n";
        // Only what follows at the same indentation is set off from a foot comment.
        assert_eq!(printed(text), text.replace("# foot of d\n\n", "# foot of d\n"));
    }

    #[test]
    fn indentation_follows_the_members() {
        let text = "a:\n    # deep\n    - b: 1   # line\n      # in the item\n      c: [x,   'y # no']\n# foot of a\n\nd: 1\n";
        let expected =
            "a:\n# deep\n- b: 1 # line\n  # in the item\n  c: [x, 'y # no']\n# foot of a\n\nd: 1\n";
        assert_eq!(printed(text), expected);
    }

    #[test]
    fn a_comment_behind_a_dash_heads_the_item() {
        assert_eq!(printed("- # one\n  a: 1\n-\n  # two\n  b: 1\n"), "- # one\n  a: 1\n- # two\n  b: 1\n");
    }

    #[test]
    fn a_comment_behind_a_header_does_not_disturb_what_follows() {
        let text = "a: |2- # header\n    日本日本日本\n   x\nb: 'it''s 日本' # line\n";
        assert_eq!(printed(text), text);
    }

    #[test]
    fn a_block_that_starts_on_the_first_line_can_have_a_foot() {
        let text = "a: |\n  x\n# foot\n\nb: 1\n";
        assert_eq!(printed(text), text);
        assert_eq!(printed("a: 'x'\n# head\n\nb: 1\n"), "a: 'x'\n# head\nb: 1\n");
    }

    #[test]
    fn what_looks_like_a_comment_in_a_block_or_a_flow_collection_is_none() {
        let text = "a:\n- |2\n    x\n  # text\n# comment\n- b: [it's, 'c # d'] # line\n";
        assert_eq!(printed(text), text);
    }

    #[test]
    fn aliases_are_written_out_without_comments_of_their_own() {
        let text = "a: &x # here\n  b: 1 # one\nc: *x # there\nd: 2\n";
        assert_eq!(printed(text), "a: # here\n  b: 1 # one\nc: # there\n  b: 1\nd: 2\n");
    }
}
