//! Documents that stand inside values: configurations, rules, dashboards.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::yaml::{Node, Origin, ParseOptions, Sources, parse_one};

/// A text by its place in memory, which it never leaves, and where it came from.
type Text = (usize, usize, Origin);

/// Reads documents, each once.
pub struct Documents<'s> {
    sources: &'s Sources,
    known: RefCell<FxHashMap<Text, Option<Rc<Node<'s>>>>>,
}

impl<'s> Documents<'s> {
    /// Nothing read yet.
    pub fn new(sources: &'s Sources) -> Self {
        Self { sources, known: RefCell::default() }
    }

    /// The document that a value holds, if it is a text that holds a mapping or a list.
    pub(super) fn open(&self, scalar: &Node<'s>) -> Option<Rc<Node<'s>>> {
        let text = scalar.text().filter(|text| may_be_document(text))?;
        let key = (text.as_ptr() as usize, text.len(), scalar.origin());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let read = self.read(scalar, text).map(Rc::new);
        self.known.borrow_mut().insert(key, read.clone());
        read
    }

    fn read(&self, scalar: &Node<'s>, text: &str) -> Option<Node<'s>> {
        let source = self.sources.add_embedded(scalar.origin(), text.to_owned()).ok()?;
        let document = parse_one(source, self.sources, &ParseOptions::default()).ok()?.node?;
        document.text().is_none().then_some(document)
    }
}

fn may_be_document(text: &str) -> bool {
    let trimmed = text.trim_start();
    trimmed.starts_with(['{', '[']) || text.contains('\n') && (text.contains(':') || text.contains("- "))
}
