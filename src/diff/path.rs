//! Where in an object a value stands.

use std::fmt;

use super::harmless::harmless;

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step<'s> {
    /// The value of a key.
    Key(&'s str),
    /// An item of a list: what it is known by, and its place on each side that has it.
    Item {
        /// The values of its keys, its flag, or its place.
        name: String,
        /// Its place in the list as it was.
        before: Option<usize>,
        /// Its place in the list as it is.
        after: Option<usize>,
    },
    /// The document that the text holds.
    Document,
}

/// The steps from an object to a value in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path<'s>(pub Vec<Step<'s>>);

impl<'s> Path<'s> {
    /// The keys of the path, as long as there are only keys: `spec`, `replicas`.
    pub fn keys(&self) -> impl Iterator<Item = &'s str> {
        self.0.iter().map_while(|step| match step {
            Step::Key(key) => Some(*key),
            _ => None,
        })
    }

    /// The last key.
    pub fn last_key(&self) -> Option<&'s str> {
        self.0.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(*key),
            _ => None,
        })
    }

    /// Whether the path leads through these keys, whatever items of lists are between them; `*` is any key.
    pub fn is_at(&self, pattern: &[&str]) -> bool {
        let mut keys = self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            _ => None,
        });
        pattern.iter().all(|wanted| keys.next().is_some_and(|key| *wanted == "*" || key == *wanted))
            && keys.next().is_none()
    }

    /// The order of paths, whatever order either side was written in; places in lists count as numbers.
    pub(super) fn order(&self) -> Vec<(usize, String)> {
        let step = |step: &Step<'_>| match step {
            Step::Key(key) => (0, (*key).to_owned()),
            Step::Item { name, .. } => (name.parse().unwrap_or(usize::MAX), name.clone()),
            Step::Document => (0, String::new()),
        };
        self.0.iter().map(step).collect()
    }

    /// The path as a JSON pointer (RFC 6901) into the object as it was, or as it is. A document inside a text has a
    /// pointer of its own, behind `#`.
    pub fn pointer(&self, is_after: bool) -> String {
        let mut pointer = String::new();
        for step in &self.0 {
            match step {
                Step::Key(key) => {
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Item { before, after, .. } => {
                    let index = if is_after { after.or(*before) } else { before.or(*after) };
                    pointer.push('/');
                    pointer.push_str(&index.unwrap_or_default().to_string());
                }
                Step::Document => pointer.push('#'),
            }
        }
        pointer
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for step in &self.0 {
            match step {
                Step::Key(key) if key.is_empty() || key.contains(['.', '/', '[', ' ', '"']) => {
                    write!(formatter, "[{}]", harmless(&serde_json::Value::from(*key).to_string()))?;
                }
                Step::Key(key) if is_first => formatter.write_str(&harmless(key))?,
                Step::Key(key) => write!(formatter, ".{}", harmless(key))?,
                Step::Item { name, .. } => write!(formatter, "[{}]", harmless(name))?,
                Step::Document => {}
            }
            is_first = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_can_be_read_one_way_only() {
        let item = Step::Item { name: "prometheus".to_owned(), before: Some(0), after: Some(2) };
        let path = Path(vec![Step::Key("spec"), Step::Key("containers"), item, Step::Key("image")]);
        assert_eq!(path.to_string(), "spec.containers[prometheus].image");
        assert_eq!(path.pointer(false), "/spec/containers/0/image");
        assert_eq!(path.pointer(true), "/spec/containers/2/image");
        let path = Path(vec![Step::Key("data"), Step::Key("a/b.yml"), Step::Document, Step::Key("global")]);
        assert_eq!(path.to_string(), "data[\"a/b.yml\"].global");
        assert_eq!(path.pointer(true), "/data/a~1b.yml#/global");
        assert!(path.is_at(&["data", "*", "global"]));
        assert!(!path.is_at(&["data", "*"]));
    }
}
