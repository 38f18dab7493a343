//! Recording and alerting rules, from wherever they are kept.

use crate::validate::finding::Finding;
use crate::validate::object::Object;
use crate::validate::promql::Parsed;
use crate::validate::rule::Rule;
use crate::yaml::{Mapping, Node, Origin, Source, Sources};

/// A text with its place.
#[derive(Clone, Copy, Debug)]
pub(in crate::validate) struct Field<'s> {
    pub(in crate::validate) text: &'s str,
    pub(in crate::validate) origin: Origin,
}

/// A group of rules.
#[derive(Debug)]
pub(in crate::validate) struct Group<'a, 's> {
    pub(in crate::validate) object: Object<'a, 's>,
    pub(in crate::validate) path: String,
    /// A number for the file that it is in.
    pub(in crate::validate) file: usize,
    pub(in crate::validate) name: Option<Field<'s>>,
    /// The fields that hold durations.
    pub(in crate::validate) durations: Vec<(&'static str, Field<'s>)>,
}

/// A rule of Prometheus.
#[derive(Debug)]
pub(in crate::validate) struct PromRule<'a, 's> {
    pub(in crate::validate) object: Object<'a, 's>,
    pub(in crate::validate) path: String,
    /// A number for the file that it is in.
    pub(in crate::validate) file: usize,
    /// Whether it alerts; else it records.
    pub(in crate::validate) is_alert: bool,
    /// The name of the alert, or of the metric that it records.
    pub(in crate::validate) name: Field<'s>,
    /// What it evaluates.
    pub(in crate::validate) expr: Field<'s>,
    /// What that says.
    pub(in crate::validate) parsed: Parsed,
    /// The expression with the places of its parts.
    source: Option<Source<'s>>,
    sources: Option<&'s Sources>,
    pub(in crate::validate) labels: Vec<(Field<'s>, Field<'s>)>,
    pub(in crate::validate) annotations: Vec<(Field<'s>, Field<'s>)>,
    /// The fields that hold durations.
    pub(in crate::validate) durations: Vec<(&'static str, Field<'s>)>,
}

impl PromRule<'_, '_> {
    /// The place of a byte of the expression.
    pub(in crate::validate) fn at(&self, offset: usize) -> Origin {
        self.source.map_or(Origin::NONE, |source| source.origin(offset)).or(self.expr.origin)
    }

    /// A finding in this rule.
    pub(in crate::validate) fn finding(
        &self,
        rule: &'static Rule,
        origin: Origin,
        message: impl Into<String>,
    ) -> Finding {
        Finding::new(rule, origin.or(self.name.origin), message)
            .object(self.object.id)
            .path(self.path.as_str())
    }

    /// The place of a word in a text of the rule.
    pub(in crate::validate) fn in_text(&self, field: &Field<'_>, word: &str) -> Origin {
        let Some((sources, offset)) = self.sources.zip(field.text.find(word)) else { return field.origin };
        let source = sources.add_expression(field.origin, field.text.to_owned());
        source.map_or(field.origin, |source| source.origin(offset))
    }

    /// What it is, for messages.
    pub(in crate::validate) fn title(&self) -> String {
        format!("{} `{}`", if self.is_alert { "alert" } else { "recording rule" }, self.name.text)
    }
}

/// The groups of a rule file, and their rules. `prefix` is the path in front of `groups`.
pub(super) fn read<'a, 's>(
    object: Object<'a, 's>,
    prefix: &str,
    node: &Node<'s>,
    file: usize,
    sources: &'s Sources,
) -> (Vec<Group<'a, 's>>, Vec<PromRule<'a, 's>>) {
    let (mut groups, mut rules) = (Vec::new(), Vec::new());
    let list = node.get("groups").and_then(Node::as_sequence).unwrap_or_default();
    for (index, group) in list.iter().enumerate() {
        let path = format!("{prefix}groups[{index}]");
        for (index, rule) in
            group.get("rules").and_then(Node::as_sequence).unwrap_or_default().iter().enumerate()
        {
            rules.extend(rule_of(object, format!("{path}.rules[{index}]"), rule, file, sources));
        }
        let durations = durations(group, &["interval", "query_offset", "queryOffset"]);
        groups.push(Group { object, path, file, name: field(group, "name"), durations });
    }
    (groups, rules)
}

fn rule_of<'a, 's>(
    object: Object<'a, 's>,
    path: String,
    node: &Node<'s>,
    file: usize,
    sources: &'s Sources,
) -> Option<PromRule<'a, 's>> {
    let expr = field(node, "expr")?;
    let name = field(node, "alert").or_else(|| field(node, "record"));
    let source =
        expr.origin.is_some().then(|| sources.add_expression(expr.origin, expr.text.to_owned()).ok());
    Some(PromRule {
        object,
        path,
        file,
        is_alert: node.get("alert").is_some(),
        name: name.unwrap_or(Field { text: "", origin: node.origin() }),
        expr,
        parsed: Parsed::of(expr.text),
        source: source.flatten(),
        sources: expr.origin.is_some().then_some(sources),
        labels: fields(node, "labels"),
        annotations: fields(node, "annotations"),
        durations: durations(node, &["for", "keep_firing_for", "keepFiringFor"]),
    })
}

fn field<'s>(node: &Node<'s>, key: &str) -> Option<Field<'s>> {
    let value = node.get(key)?;
    Some(Field { text: value.text()?, origin: value.origin() })
}

fn fields<'s>(node: &Node<'s>, key: &str) -> Vec<(Field<'s>, Field<'s>)> {
    let entries = node.get(key).and_then(Node::as_mapping).into_iter().flat_map(Mapping::iter);
    let pair = entries.filter_map(|entry| {
        let value = Field { text: entry.value.text()?, origin: entry.value.origin() };
        Some((Field { text: entry.key.text, origin: entry.key.origin }, value))
    });
    pair.collect()
}

fn durations<'s>(node: &Node<'s>, names: &[&'static str]) -> Vec<(&'static str, Field<'s>)> {
    names.iter().filter_map(|name| Some((*name, field(node, name)?))).collect()
}
