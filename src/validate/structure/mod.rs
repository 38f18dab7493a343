//! What programs read in their configurations: structures, their fields, and the form of each value. A table of each
//! program is a text beside this file; one walk holds a document against it.

mod calendar;
mod form;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::diagnostic::closest;
use crate::yaml::{Mapping, Node, Origin, Scalar, Typing};
use form::Form;

/// The structures of a program, by name.
pub(super) struct Structures(BTreeMap<&'static str, Structure>);

/// The structures of Prometheus' configuration.
pub(super) static PROMETHEUS: LazyLock<Structures> =
    LazyLock::new(|| Structures::read(include_str!("prometheus.txt")));

/// The structures of Alertmanager's configuration.
pub(super) static ALERTMANAGER: LazyLock<Structures> =
    LazyLock::new(|| Structures::read(include_str!("alertmanager.txt")));

/// The fields of a mapping.
#[derive(Default)]
struct Structure {
    /// Structures whose fields it has as well.
    includes: Vec<&'static str>,
    fields: Vec<Field>,
}

struct Field {
    name: &'static str,
    form: Form,
    is_required: bool,
}

/// Something that the program does not read.
pub(super) struct Violation {
    /// Where.
    pub(super) origin: Origin,
    /// What, without the value where that is secret.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<String>,
}

/// A walk through a document.
pub(super) struct Walk<'t> {
    structures: &'t Structures,
    /// Whether values may not be repeated.
    is_secret: bool,
    found: Vec<Violation>,
}

impl Structures {
    /// Reads a table: a line with a name and what it includes, then its fields, indented.
    fn read(table: &'static str) -> Self {
        let mut all: BTreeMap<&'static str, Structure> = BTreeMap::new();
        let mut current = "";
        for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, form)) = line.strip_prefix("  ").and_then(|line| line.split_once(' ')) {
                let field = Field {
                    name: name.trim_end_matches('!'),
                    form: Form::read(form),
                    is_required: name.ends_with('!'),
                };
                all.entry(current).or_default().fields.push(field);
            } else {
                let (name, includes) = line.split_once(" = ").unwrap_or((line, ""));
                current = name;
                let includes = includes.split(" + ").filter(|name| !name.is_empty()).collect();
                all.insert(name, Structure { includes, fields: Vec::new() });
            }
        }
        Self(all)
    }

    /// What is not as the program reads it, in the order of the text.
    pub(super) fn violations(&self, document: &Node<'_>, is_secret: bool) -> Vec<Violation> {
        let mut walk = Walk { structures: self, is_secret, found: Vec::new() };
        walk.structure("Configuration", "the configuration", document);
        walk.found
    }

    /// The fields of a structure, with those of what it includes.
    fn fields(&self, name: &str) -> Vec<&Field> {
        let Some(structure) = self.0.get(name) else { return Vec::new() };
        let included = structure.includes.iter().flat_map(|name| self.fields(name));
        structure.fields.iter().chain(included).collect()
    }
}

impl Walk<'_> {
    /// A mapping with the fields of a structure. `what` is what messages call it.
    fn structure(&mut self, name: &str, what: &str, node: &Node<'_>) {
        if node.is_null() {
            return;
        }
        let Some(mapping) = node.as_mapping() else { return self.wrong_kind(what, "a mapping", node) };
        let fields = self.structures.fields(name);
        for entry in mapping {
            let key = entry.key.text;
            match fields.iter().find(|field| field.name == key) {
                Some(field) => self.value(&field.form, key, &entry.value),
                // A merge key stands for fields that were looked at where they are; the rest is a template's.
                None if key == "<<" || key.contains(['$', '{']) => {}
                None => self.unknown(what, key, entry.key.origin, &fields),
            }
        }
        self.missing(what, mapping, node.origin(), &fields);
    }

    fn unknown(&mut self, what: &str, key: &str, origin: Origin, fields: &[&Field]) {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        self.found.push(Violation {
            origin,
            message: format!("{what} has no field `{key}`"),
            help: closest(key, &names).map(|like| format!("did you mean `{like}`?")),
        });
    }

    fn missing(&mut self, what: &str, mapping: &Mapping<'_>, origin: Origin, fields: &[&Field]) {
        if mapping.contains("<<") {
            return;
        }
        let is_empty = |node: &Node<'_>| node.is_null_or_empty() || node.text() == Some("");
        for field in fields.iter().filter(|field| field.is_required) {
            let value = mapping.entry(field.name);
            if value.is_none_or(|entry| is_empty(&entry.value)) {
                let origin = value.map_or_else(
                    || mapping.iter().next().map_or(origin, |entry| entry.key.origin),
                    |entry| entry.key.origin,
                );
                self.add(origin, format!("{what} has no `{}`", field.name), None);
            }
        }
    }

    fn value(&mut self, form: &Form, key: &str, node: &Node<'_>) {
        match form {
            _ if node.is_null() => {}
            Form::Any => {}
            Form::List(item) => self.list(item, key, node),
            Form::Texts => self.texts(key, node),
            Form::Structure(name) => self.structure(name, &format!("`{key}`"), node),
            scalar => self.scalar(scalar, key, node),
        }
    }

    fn list(&mut self, form: &Form, key: &str, node: &Node<'_>) {
        let Some(items) = node.as_sequence() else {
            return self.wrong_kind(&format!("`{key}`"), "a list", node);
        };
        for item in items {
            match form {
                Form::Structure(_) if item.is_null() => {
                    self.add(item.origin(), format!("an item of `{key}` is empty"), None);
                }
                Form::Structure(name) => self.structure(name, &format!("an item of `{key}`"), item),
                form => self.value(form, key, item),
            }
        }
    }

    /// A mapping of texts.
    fn texts(&mut self, key: &str, node: &Node<'_>) {
        let Some(mapping) = node.as_mapping() else {
            return self.wrong_kind(&format!("`{key}`"), "a mapping", node);
        };
        for entry in mapping {
            if entry.value.text().is_none() {
                self.wrong_kind(&format!("`{}` in `{key}`", entry.key.text), "a text", &entry.value);
            }
        }
    }

    fn scalar(&mut self, form: &Form, key: &str, node: &Node<'_>) {
        let Some(text) = node.text() else {
            return self.wrong_kind(&format!("`{key}`"), form.article(), node);
        };
        // What is put in before the program reads it.
        if text.contains("${") || text.contains("{{") {
            return;
        }
        let scalar = node.scalar(Typing::Legacy).unwrap_or(Scalar::String);
        if form.accepts(text, scalar) {
            return;
        }
        let shown = if self.is_secret { format!("`{key}`") } else { format!("`{key}: {text}`") };
        self.add(node.origin(), format!("{shown} is no {}", form.noun()), form.help(text));
    }

    fn wrong_kind(&mut self, what: &str, wanted: &str, node: &Node<'_>) {
        self.add(node.origin(), format!("{what} is {}, and must be {wanted}", kind(node)), None);
    }

    fn add(&mut self, origin: Origin, message: String, help: Option<String>) {
        self.found.push(Violation { origin, message, help });
    }
}

/// What a value is, in words.
fn kind(node: &Node<'_>) -> &'static str {
    match (node.as_mapping(), node.as_sequence()) {
        (Some(_), _) => "a mapping",
        (_, Some(_)) => "a list",
        _ => "one value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that no structure has would let everything pass.
    #[test]
    fn every_name_in_the_tables_is_one_of_a_structure() {
        for table in [&*PROMETHEUS, &*ALERTMANAGER] {
            for (name, structure) in &table.0 {
                assert!(!structure.fields.is_empty() || !structure.includes.is_empty(), "{name} is empty");
                for include in &structure.includes {
                    assert!(table.0.contains_key(include), "{name} includes {include}");
                }
                for field in &structure.fields {
                    if let Some(wanted) = field.form.structure() {
                        assert!(table.0.contains_key(wanted), "{name}.{} is a {wanted}", field.name);
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_and_booleans_are_read_as_the_programs_read_them() {
        let of = |form: &str, text: &str| {
            Form::read(Box::leak(form.to_owned().into_boxed_str()))
                .accepts(text, crate::yaml::resolve(text, Typing::Legacy))
        };
        for (form, text) in
            [("boolean", "yes"), ("integer", "-1"), ("natural", "10"), ("number", "0.5"), ("size", "10MB")]
        {
            assert!(of(form, text), "{form} {text}");
        }
        for (form, text) in [
            ("boolean", "maybe"),
            ("integer", "1.5"),
            ("natural", "-1"),
            ("size", "10 MB"),
            ("duration", "30"),
        ] {
            assert!(!of(form, text), "{form} {text}");
        }
    }
}
