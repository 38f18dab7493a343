//! What of a live object is ours: the fields that the tree has.
//!
//! Of a mapping, the keys that the tree has; of a list with keys, the items that the tree has; a list without keys is
//! ours as a whole, but not what the API server filled into its items. So an argument or a rule that somebody added is
//! drift, and a default or a sidecar is none.

use super::reason::Reason;
use crate::schema::{ListType, ValueSchema};
use crate::yaml::{Entry, Mapping, Node, Sequence, Value};

/// Goes through an object of the tree and the live one side by side.
#[derive(Debug)]
pub(super) struct Owned<'r> {
    /// The JSON pointers of what is left alone, and why.
    pub(super) ignored: &'r [(String, Reason)],
    path: Vec<String>,
    pointer: String,
    /// The reason of each field that was left out.
    pub(super) left: Vec<Reason>,
}

/// The schema of the values that are looked at.
type Schema<'t> = Option<ValueSchema<'t>>;

impl<'r> Owned<'r> {
    pub(super) fn new(ignored: &'r [(String, Reason)]) -> Self {
        Self { ignored, path: Vec::new(), pointer: String::new(), left: Vec::new() }
    }

    /// What of `live` is ours.
    pub(super) fn part<'s>(&mut self, desired: &Node<'s>, live: &Node<'s>, schema: Schema<'_>) -> Node<'s> {
        match (desired.value(), live.value()) {
            (Value::Mapping(desired), Value::Mapping(fields)) => {
                Node::from_mapping(self.fields(desired, fields, schema), live.origin())
            }
            (Value::Sequence(desired), Value::Sequence(items)) => {
                let items: Sequence<'s> = self.items(desired, items, schema).into();
                let mut part = Node::sequence(Vec::new(), live.origin());
                if let Some(all) = part.as_sequence_mut() {
                    *all = items;
                }
                part
            }
            _ => live.clone(),
        }
    }

    fn fields<'s>(&mut self, desired: &Mapping<'s>, live: &Mapping<'s>, schema: Schema<'_>) -> Mapping<'s> {
        // A selector is one value: one more label selects less.
        let is_whole = self.path.last().is_some_and(|key| matches!(key.as_str(), "selector" | "matchLabels"));
        let mut part = Vec::new();
        for entry in live {
            let key = entry.key.text;
            let value = self.below(key.to_owned(), key, |this| {
                match desired.get(key).filter(|wanted| !wanted.is_null()) {
                    Some(wanted) => Some(this.owned_or_ignored(wanted, &entry.value, field(schema, key))),
                    None if is_whole => Some(entry.value.clone()),
                    None => {
                        this.leave_all(key, &entry.value);
                        None
                    }
                }
            });
            part.extend(value.map(|value| Entry { key: entry.key, value }));
        }
        for entry in desired.iter().filter(|entry| !live.contains(entry.key.text)) {
            let kept = self.below(entry.key.text.to_owned(), entry.key.text, |this| this.why_ignored());
            if let Some(reason) = kept {
                self.below(entry.key.text.to_owned(), entry.key.text, |this| this.leave(Some(reason)));
                part.push(entry.clone());
            }
        }
        Mapping::from_entries(part)
    }

    fn owned_or_ignored<'s>(&mut self, desired: &Node<'s>, live: &Node<'s>, schema: Schema<'_>) -> Node<'s> {
        let injected = self.path.last().is_some_and(|key| key == "caBundle")
            && desired.text().is_some_and(|text| matches!(text, "" | "Cg==" | "Cgo="));
        let reason = self.why_ignored().or(injected.then_some(Reason::CaBundle));
        match reason {
            Some(reason) => {
                if desired.text() != live.text() || desired.text().is_none() {
                    self.leave(Some(reason));
                }
                desired.clone()
            }
            None => self.part(desired, live, schema),
        }
    }

    fn why_ignored(&self) -> Option<Reason> {
        let is_it = |pointer: &&(String, Reason)| pointer.0 == self.pointer;
        self.ignored.iter().find(is_it).map(|(_, reason)| *reason)
    }

    fn items<'s>(&mut self, desired: &[Node<'s>], live: &[Node<'s>], schema: Schema<'_>) -> Vec<Node<'s>> {
        let below = schema.and_then(ValueSchema::items);
        match schema.map(ValueSchema::list_type) {
            Some(ListType::Map(keys)) => self.keyed(desired, live, &keys, below),
            Some(ListType::Set) => {
                let has = |item: &&Node<'s>| desired.iter().any(|wanted| wanted.text() == item.text());
                live.iter().filter(has).cloned().collect()
            }
            _ => self.in_order(desired, live, below),
        }
    }

    fn keyed<'s>(
        &mut self,
        desired: &[Node<'s>],
        live: &[Node<'s>],
        keys: &[&str],
        schema: Schema<'_>,
    ) -> Vec<Node<'s>> {
        let mut part = Vec::new();
        for (index, item) in live.iter().enumerate() {
            let wanted = desired.iter().find(|wanted| is_same_item(wanted, item, keys, schema));
            let name = item_name(item, keys);
            let value = self.below(name, &index.to_string(), |this| {
                if wanted.is_none() {
                    this.leave(None);
                }
                wanted.map(|wanted| this.part(wanted, item, schema))
            });
            part.extend(value);
        }
        part
    }

    /// A list that is ours as a whole. Its items are paired with those that say the same, then by their places.
    fn in_order<'s>(&mut self, desired: &[Node<'s>], live: &[Node<'s>], schema: Schema<'_>) -> Vec<Node<'s>> {
        let mut free: Vec<usize> = (0..desired.len()).collect();
        let pairs: Vec<Option<usize>> = live
            .iter()
            .map(|item| {
                let nth = free.iter().position(|index| says(&desired[*index], item))?;
                Some(free.remove(nth))
            })
            .collect();
        let is_same_length = desired.len() == live.len();
        let items = live.iter().zip(pairs).enumerate().map(|(index, (item, pair))| {
            let by_place = Some(index).filter(|index| is_same_length && free.contains(index));
            let Some(wanted) = pair.or(by_place) else { return item.clone() };
            let place = index.to_string();
            self.below(place.clone(), &place, |this| this.part(&desired[wanted], item, schema))
        });
        items.collect()
    }

    /// Labels and annotations have reasons of their own each.
    fn leave_all(&mut self, key: &str, value: &Node<'_>) {
        match value.as_mapping().filter(|_| matches!(key, "labels" | "annotations")) {
            Some(values) => drop(self.fields(&Mapping::default(), values, None)),
            None => self.leave(None),
        }
    }

    fn leave(&mut self, reason: Option<Reason>) {
        let reason = reason.unwrap_or_else(|| Reason::of(&self.path));
        self.left.push(reason);
    }

    fn below<T>(&mut self, name: String, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.path.push(name);
        self.pointer.push('/');
        self.pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = work(self);
        self.path.pop();
        self.pointer.truncate(length);
        result
    }
}

pub(super) fn field<'t>(schema: Schema<'t>, key: &str) -> Schema<'t> {
    schema.and_then(|schema| schema.field(key))
}

/// Whether two items have the same keys; what is not written is what the API server fills in.
pub(super) fn is_same_item(one: &Node<'_>, other: &Node<'_>, keys: &[&str], schema: Schema<'_>) -> bool {
    keys.iter().all(|key| {
        let default = field(schema, key).and_then(ValueSchema::default_text);
        let text = |item: &Node<'_>| item.get(key).and_then(Node::text).or(default).map(str::to_owned);
        // A protocol that one side leaves out is TCP, also where the table has no default for it.
        text(one) == text(other) || *key == "protocol" && (text(one).is_none() || text(other).is_none())
    })
}

fn item_name(item: &Node<'_>, keys: &[&str]) -> String {
    let value = |key: &&str| item.get(key).and_then(Node::text).map(|text| format!("{key}={text}"));
    keys.iter().filter_map(value).collect::<Vec<_>>().join(",")
}

/// Whether a live value says all that is wanted.
fn says(desired: &Node<'_>, live: &Node<'_>) -> bool {
    match (desired.value(), live.value()) {
        (Value::Mapping(desired), Value::Mapping(live)) => desired
            .iter()
            .all(|entry| live.get(entry.key.text).is_some_and(|value| says(&entry.value, value))),
        (Value::Sequence(desired), Value::Sequence(live)) => {
            desired.len() == live.len() && desired.iter().zip(live).all(|(one, other)| says(one, other))
        }
        (Value::Scalar(desired), Value::Scalar(live)) => desired == live,
        _ => false,
    }
}
