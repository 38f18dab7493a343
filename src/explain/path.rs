//! The path of a value as somebody writes it, and where it leads.
//!
//! `spec.containers[name=web].image`, `spec.containers.0.image`, `data["app.yaml"].global`, `data.app\.yaml`,
//! `/spec/containers/0/image`, `{.spec.replicas}`. A path goes on inside a text that is a document.

use super::documents::Documents;
use super::hop::{Hop, members, to_text};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::yaml::Node;

/// One step of what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A key, or the place of an item.
    Name(String),
    /// The item that has this key with this value.
    Known(String, String),
}

/// A path as somebody wrote it.
#[derive(Clone, Debug)]
pub struct FieldPath {
    text: String,
    wanted: Vec<Wanted>,
    /// Dots separate, so a key with a dot may stand as two names.
    has_dots: bool,
}

impl FieldPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, Diagnostics> {
        let (wanted, has_dots) = if let Some(pointer) = text.strip_prefix('/') {
            let names = pointer.split('/').map(|name| name.replace("~1", "/").replace("~0", "~"));
            (names.map(Wanted::Name).collect(), false)
        } else {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
            (dotted(inner.strip_prefix('$').unwrap_or(inner)).map_err(|problem| wrong(text, problem))?, true)
        };
        Ok(Self { text: text.to_owned(), wanted, has_dots })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value that the path leads to, or what is there where it ends.
    pub fn resolve<'s>(&self, node: &Node<'s>, documents: &Documents<'s>) -> Result<Vec<Hop>, Diagnostic> {
        let mut hops = Vec::new();
        let mut node = node.clone();
        let mut rest = self.wanted.as_slice();
        while !rest.is_empty() {
            if node.text().is_some() {
                let Some(document) = documents.open(&node) else { return Err(self.ends(&hops, &rest[0])) };
                hops.push(Hop::Document);
                node = (*document).clone();
            }
            let Some((hop, used)) = self.hop(&node, rest) else {
                return Err(missing(&hops, &rest[0], &node));
            };
            let next = super::walk::get(&node, std::slice::from_ref(&hop), documents);
            node = next.ok_or_else(|| missing(&hops, &rest[0], &node))?;
            hops.push(hop);
            rest = &rest[used..];
        }
        Ok(hops)
    }

    /// The next step, and how much of what was written it takes.
    fn hop(&self, node: &Node<'_>, rest: &[Wanted]) -> Option<(Hop, usize)> {
        if let Some(items) = node.as_sequence() {
            let index = match rest.first()? {
                Wanted::Name(name) => name.parse().ok().filter(|index| *index < items.len())?,
                Wanted::Known(key, value) => {
                    items.iter().position(|item| item.get(key).and_then(Node::text) == Some(value))?
                }
            };
            return Hop::items(items).into_iter().nth(index).map(|hop| (hop, 1));
        }
        let mapping = node.as_mapping()?;
        let Wanted::Name(first) = rest.first()? else { return None };
        let mut key = first.clone();
        let mut used = 1;
        while !mapping.contains(&key) {
            let Some(Wanted::Name(next)) = rest.get(used).filter(|_| self.has_dots) else { return None };
            key = format!("{key}.{next}");
            used += 1;
        }
        Some((Hop::Key(key), used))
    }

    fn ends(&self, hops: &[Hop], wanted: &Wanted) -> Diagnostic {
        let name = wanted.text();
        Diagnostic::error(format!("`{}` is a value, and there is no `{name}` in it", to_text(hops)))
            .hint(format!("leave `{name}` out of `{}`", self.text))
    }
}

/// Says that there is nothing of that name, and what there is.
fn missing(hops: &[Hop], wanted: &Wanted, node: &Node<'_>) -> Diagnostic {
    const SHOWN: usize = 20;
    let at = if hops.is_empty() { "the object".to_owned() } else { format!("`{}`", to_text(hops)) };
    let error = Diagnostic::error(format!("there is no `{}` in {at}", wanted.text()));
    let names = members(node);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bare: Vec<&str> = names.iter().map(|name| name.trim_matches(['[', ']'])).collect();
    if let Some(meant) = closest(&wanted.text(), &bare) {
        return error.hint(format!("did you mean `{meant}`?"));
    }
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    let shown = names.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if shown.is_empty() { error } else { error.hint(format!("there is: {shown}{more}")) }
}

impl Wanted {
    fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Known(key, value) => format!("{key}={value}"),
        }
    }
}

fn wrong(text: &str, problem: &str) -> Diagnostics {
    let example =
        "write it like `spec.template.spec.containers[name=web].image` or `data[\"app.yaml\"].global`";
    Diagnostic::error(format!("`{text}` is no path: {problem}")).hint(example).into()
}

/// Names between dots, items and names in brackets.
fn dotted(text: &str) -> Result<Vec<Wanted>, &'static str> {
    let mut wanted = Vec::new();
    let mut name = String::new();
    let mut rest = text;
    let end = |name: &mut String, wanted: &mut Vec<Wanted>| {
        if !name.is_empty() {
            wanted.push(Wanted::Name(std::mem::take(name)));
        }
    };
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match next {
            '\\' => {
                let escaped = rest.chars().next().ok_or("a backslash stands at its end")?;
                name.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            '.' => end(&mut name, &mut wanted),
            '[' => {
                end(&mut name, &mut wanted);
                let (inside, after) = bracket(rest)?;
                wanted.push(inside);
                rest = after;
            }
            _ => name.push(next),
        }
    }
    end(&mut name, &mut wanted);
    if wanted.is_empty() { Err("it names nothing") } else { Ok(wanted) }
}

/// What stands in brackets: a quoted key, `key=value`, or the place of an item.
fn bracket(rest: &str) -> Result<(Wanted, &str), &'static str> {
    const OPEN: &str = "a bracket is not closed";
    if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let (key, after) = rest[1..].split_once(quote).ok_or("a quote is not closed")?;
        return Ok((Wanted::Name(key.to_owned()), after.strip_prefix(']').ok_or(OPEN)?));
    }
    let (inside, after) = rest.split_once(']').ok_or(OPEN)?;
    let inside = inside.trim_start_matches("?(@.").trim_end_matches(')');
    Ok(match inside.split_once('=') {
        Some((key, value)) => {
            let value = value.trim_start_matches('=').trim_matches(['"', '\'']);
            (Wanted::Known(key.to_owned(), value.to_owned()), after)
        }
        None if inside.is_empty() => return Err("there is nothing between its brackets"),
        None => (Wanted::Name(inside.to_owned()), after),
    })
}
