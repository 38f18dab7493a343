//! What an object names, and what to say if it is not there.

use crate::diagnostic::closest;
use crate::validate::{Finding, Kind, Object, Rule, Tree};
use crate::yaml::Node;

/// Something that an object asks for by name.
pub(super) struct Named<'o, 'a, 's> {
    /// Who asks.
    pub(super) object: &'o Object<'a, 's>,
    /// The kind that is asked for.
    pub(super) kind: Kind<'s>,
    /// The namespace that is looked into, as written.
    pub(super) namespace: &'s str,
    /// Where the name stands in the object.
    pub(super) path: String,
    /// The name.
    pub(super) name: &'a Node<'s>,
}

impl<'s> Named<'_, '_, 's> {
    /// The name as text; empty if it is none.
    pub(super) fn text(&self) -> &'s str {
        if self.name.is_null() { "" } else { self.name.text().unwrap_or_default() }
    }

    /// Whether it is there, or nothing is asked for.
    pub(super) fn is_there(&self, tree: &Tree<'_, 's>) -> bool {
        self.text().is_empty() || tree.has(self.kind, self.namespace, self.text())
    }

    /// That it is not there, and what is meant perhaps.
    pub(super) fn missing(&self, rule: &'static Rule, tree: &Tree<'_, 's>) -> Finding {
        let (name, kind) = (self.text(), self.kind.1);
        let place = match self.namespace {
            "" => String::new(),
            namespace => format!(" in namespace `{namespace}`"),
        };
        let message = format!("there is no {kind} `{name}`{place}");
        let finding = self.object.finding(rule, self.path.as_str(), self.name, message);
        if let Some(like) = closest(name, &tree.names(self.kind, self.namespace)) {
            let near = tree.find(self.kind, self.namespace, like).map(Object::name_origin);
            let finding = finding.related(near.unwrap_or_default(), format!("{kind} `{like}` is here"));
            return finding.help(format!("did you mean `{like}`?"));
        }
        match tree.find_anywhere(self.kind, name) {
            Some(other) => finding
                .related(other.name_origin(), "one of this name is in another namespace")
                .help(format!("it is in namespace `{}`", other.id.namespace)),
            None => finding,
        }
    }
}
