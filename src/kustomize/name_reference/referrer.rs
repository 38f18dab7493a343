//! An object that may refer to others, and what it can see.

use crate::diagnostic::Diagnostic;
use crate::resource::{Gvk, ResId, Resource};
use crate::yaml::{Node, Scalar, Typing};

/// An object that may refer to others.
pub(super) struct Referrer<'s> {
    /// Its id.
    pub(super) id: ResId<'s>,
    /// The namespaces of the service accounts that a `RoleBinding` names, which it can see too.
    pub(super) subject_namespaces: Vec<&'s str>,
}

impl<'s> Referrer<'s> {
    /// Reads what the object says of itself.
    pub(super) fn new(resource: &Resource<'s>) -> Result<Self, Diagnostic> {
        let id = resource.current_id();
        let is_role_binding = id.gvk.kind == "RoleBinding" && !id.is_cluster_scoped();
        let subject_namespaces =
            if is_role_binding { subject_namespaces(&resource.node)? } else { Vec::new() };
        Ok(Self { id, subject_namespaces })
    }
}

fn subject_namespaces<'s>(node: &Node<'s>) -> Result<Vec<&'s str>, Diagnostic> {
    let subjects = node.get("subjects").and_then(Node::as_sequence).unwrap_or_default();
    let mut namespaces = Vec::new();
    for subject in subjects {
        let is_account = subject.get("kind").and_then(Node::text) == Some("ServiceAccount");
        let Some(namespace) = subject.get("namespace").filter(|_| is_account) else { continue };
        match namespace.text() {
            Some(text) if namespace.scalar(Typing::Core) == Some(Scalar::String) => namespaces.push(text),
            _ => return Err(no_namespace(namespace)),
        }
    }
    Ok(namespaces)
}

fn no_namespace(node: &Node<'_>) -> Diagnostic {
    let found = node.kind_name();
    Diagnostic::error(format!("the namespace of a ServiceAccount subject must be a string, found a {found}"))
        .at(node.origin())
        .hint("name the namespace, or leave the field out")
}

/// What a binding's `roleRef` says of the role's type; nothing if it says too little.
pub(super) fn role_ref<'s>(node: &Node<'s>) -> Option<Gvk<'s>> {
    let field = |name| node.at(&["roleRef", name]).map(|field| field.text().unwrap_or_default());
    Some(Gvk { group: field("apiGroup")?, version: "", kind: field("kind")? })
}
