//! Puts objects into a namespace.
//!
//! Cluster-scoped kinds stay without. Subjects of role bindings are special: by default only those called
//! `default` get the namespace, others follow their service accounts when names are fixed.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::Text;
use crate::kustomize::field_path::{Create, FieldPath, FieldPaths, unexpected};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::set_value::set_string;
use crate::resource::{Gvk, ResId, Resource};
use crate::yaml::{Key, Node, Origin, Sources};

/// Which subjects of (cluster) role bindings get the namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RoleBindingSubjects {
    /// Those called `default`.
    #[default]
    DefaultOnly,
    /// Every ServiceAccount.
    AllServiceAccounts,
    /// None.
    None,
}

/// What the transformer is to do.
#[derive(Clone, Copy, Debug)]
pub(in crate::kustomize) struct NamespaceSettings<'s> {
    /// The namespace.
    pub(in crate::kustomize) namespace: Text<'s>,
    /// Leave namespaces that are set already.
    pub(in crate::kustomize) unset_only: bool,
    /// Which subjects to change.
    pub(in crate::kustomize) subjects: RoleBindingSubjects,
}

/// The annotation of objects that helm made, which has put them into a namespace itself.
const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";
const METADATA_NAMESPACE: FieldSpec<'static> = FieldSpec::built_in("", "", "", "metadata/namespace", true);

impl RoleBindingSubjects {
    /// Reads `setRoleBindingSubjects`.
    pub fn parse(mode: &Text<'_>) -> Result<Self, Diagnostic> {
        match mode.value {
            "" | "defaultOnly" => Ok(Self::DefaultOnly),
            "allServiceAccounts" => Ok(Self::AllServiceAccounts),
            "none" => Ok(Self::None),
            other => Err(Diagnostic::error(format!("invalid value `{other}` for `setRoleBindingSubjects`"))
                .at(mode.origin)
                .hint("write `defaultOnly`, `none` or `allServiceAccounts`")),
        }
    }
}

/// Puts objects into a namespace.
#[derive(Clone)]
pub(in crate::kustomize) struct Namespace<'s> {
    settings: NamespaceSettings<'s>,
    own: FieldPath<'s>,
    fields: FieldPaths<'s>,
}

impl<'s> Namespace<'s> {
    /// For the fields of `specs` besides an object's own namespace.
    pub(in crate::kustomize) fn new(
        settings: NamespaceSettings<'s>,
        specs: &[FieldSpec<'s>],
        sources: &'s Sources,
    ) -> Self {
        let own = FieldPath::new(METADATA_NAMESPACE, sources);
        Self { settings, own, fields: FieldPaths::new(specs, sources) }
    }

    /// Whether there is a namespace to put objects into.
    pub(in crate::kustomize) fn moves_objects(&self) -> bool {
        !self.settings.namespace.is_empty()
    }

    /// Puts one object into the namespace, and remembers where it was.
    pub(in crate::kustomize) fn apply(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        let is_movable = !resource.is_empty() && resource.annotation(HELM_GENERATED) != Some("true");
        if !self.moves_objects() || !is_movable {
            return Ok(());
        }
        resource.store_previous_id();
        self.set(resource)
    }

    /// Puts one object into the namespace, without a record of where it was.
    pub(in crate::kustomize) fn set(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let settings = &self.settings;
        let origin = settings.namespace.origin;
        let gvk = resource.gvk();
        let id = resource.current_id();
        let mut set = |node: &mut Node<'s>| set_namespace(settings, node);
        let mut report = |result: Result<(), Diagnostic>| {
            if let Err(error) = result {
                errors.push(error.object(id).related(origin, "the namespace is set here"));
            }
        };
        if !id.is_cluster_scoped() {
            report(self.own.walk(resource, Create::Scalar, origin, &mut set));
        }
        if is_role_binding(gvk.kind) {
            report(set_subjects(settings, &mut resource.node));
        }
        for path in self.fields.of(&gvk).filter(|path| is_wanted(&path.spec, &gvk)) {
            report(path.walk(resource, Create::Scalar, origin, &mut set));
        }
        errors.into_result()
    }

    /// What is wrong if two objects have one id afterwards.
    pub(in crate::kustomize) fn same_id(&self, id: ResId<'s>, first: Origin, second: Origin) -> Diagnostic {
        Diagnostic::error(format!("the namespace transformation makes two objects {id}"))
            .at(second)
            .object(id)
            .related(first, "the other one is here")
            .related(self.settings.namespace.origin, "the namespace is set here")
            .hint("rename one of them, or set the namespace where only one of them is")
    }
}

/// Field specs that would do what is done specially, or rename what is no core Namespace, are passed over.
fn is_wanted(spec: &FieldSpec<'_>, gvk: &Gvk<'_>) -> bool {
    match spec.path {
        "metadata/namespace" => false,
        "metadata/name" => gvk.group.is_empty() && gvk.version == "v1",
        "subjects/namespace" => !(is_role_binding(gvk.kind) && is_role_binding(spec.gvk.kind)),
        _ => true,
    }
}

fn is_role_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

fn set_namespace<'s>(settings: &NamespaceSettings<'s>, node: &mut Node<'s>) -> Result<(), Diagnostic> {
    let is_set = !node.is_null() && node.text().is_some_and(|text| !text.is_empty());
    if settings.unset_only && is_set {
        return Ok(());
    }
    set_string(node, settings.namespace.value, settings.namespace.origin)
}

fn set_subjects<'s>(settings: &NamespaceSettings<'s>, node: &mut Node<'s>) -> Result<(), Diagnostic> {
    let (key, wanted) = match settings.subjects {
        RoleBindingSubjects::None => return Ok(()),
        RoleBindingSubjects::DefaultOnly => ("name", "default"),
        RoleBindingSubjects::AllServiceAccounts => ("kind", "ServiceAccount"),
    };
    let Some(subjects) = node.get_mut("subjects").filter(|subjects| !subjects.is_null()) else {
        return Ok(());
    };
    let Some(items) = subjects.as_sequence_mut() else { return Err(unexpected("a list", subjects)) };
    items.iter_mut().try_for_each(|subject| {
        if matches(subject, key, wanted)? { set_subject(settings, subject) } else { Ok(()) }
    })
}

fn matches(subject: &Node<'_>, key: &str, wanted: &str) -> Result<bool, Diagnostic> {
    if subject.is_null() {
        return Ok(false);
    }
    let Some(mapping) = subject.as_mapping() else { return Err(unexpected("a mapping", subject)) };
    match mapping.get(key) {
        Some(value) if value.text().is_none() => Err(unexpected("a scalar", value)),
        value => Ok(value.and_then(Node::text) == Some(wanted)),
    }
}

fn set_subject<'s>(settings: &NamespaceSettings<'s>, subject: &mut Node<'s>) -> Result<(), Diagnostic> {
    let Some(mapping) = subject.as_mapping_mut() else { return Ok(()) };
    let origin = settings.namespace.origin;
    if !mapping.contains("namespace") {
        mapping.push(Key::new("namespace", origin), Node::plain("", origin));
    }
    mapping.get_mut("namespace").map_or(Ok(()), |namespace| set_namespace(settings, namespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::object_steps::{self, ObjectStep};
    use crate::kustomize::testing::{objects, sources, written};
    use crate::kustomize::transformer_config::TransformerConfig;

    fn moved(text: &str, change: impl Fn(&mut NamespaceSettings<'static>)) -> Result<String, Diagnostics> {
        let sources = sources();
        let mut resources = objects(text, sources);
        let config = TransformerConfig::built_in();
        let mut settings = NamespaceSettings {
            namespace: Text { value: "new", origin: Origin::NONE },
            unset_only: false,
            subjects: RoleBindingSubjects::DefaultOnly,
        };
        change(&mut settings);
        let step = ObjectStep::Namespace(Namespace::new(settings, &config.namespace, sources));
        object_steps::apply(&[step], &mut resources, sources)?;
        Ok(written(&resources))
    }

    #[test]
    fn cluster_scoped_kinds_stay_and_core_namespaces_are_renamed() {
        let text = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: old\n---\n\
                    apiVersion: example.com/v1\nkind: Namespace\nmetadata:\n  name: old\n";
        assert_eq!(
            moved(text, |_| ()).unwrap(),
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: new\n---\n\
             apiVersion: example.com/v1\nkind: Namespace\nmetadata:\n  name: old\n  namespace: new\n"
        );
    }

    #[test]
    fn subjects_follow_the_mode() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: a\n\
                    subjects:\n- kind: User\n  name: default\n- kind: ServiceAccount\n  name: other\n";
        let head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata:\n  name: a\n\
                    subjects:\n- kind: User\n  name: default\n";
        assert_eq!(
            moved(text, |_| ()).unwrap(),
            format!("{head}  namespace: new\n- kind: ServiceAccount\n  name: other\n")
        );
        assert_eq!(
            moved(text, |settings| settings.subjects = RoleBindingSubjects::AllServiceAccounts).unwrap(),
            format!("{head}- kind: ServiceAccount\n  name: other\n  namespace: new\n")
        );
        assert_eq!(moved(text, |settings| settings.subjects = RoleBindingSubjects::None).unwrap(), text);
    }

    #[test]
    fn unset_only_leaves_what_is_set() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: old\n";
        assert_eq!(moved(text, |settings| settings.unset_only = true).unwrap(), text);
    }

    #[test]
    fn two_objects_with_one_id_are_an_error() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: old\n---\n\
                    apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
        let errors = moved(text, |_| ()).unwrap_err();
        assert_eq!(errors.0[0].message, "the namespace transformation makes two objects v1 ConfigMap new/a");
    }
}
