//! A ServiceAccount that is bound to a cloud's identity.

use crate::diagnostic::Diagnostic;
use crate::kustomize::decode::{Text, settings};
use crate::resource::Resource;
use crate::yaml::{Entry, Key, Mapping, Node, Origin, Sources};

settings! {
    /// The configuration of upstream's `IAMPolicyGenerator`.
    IamPolicyArgs<'s> {
        /// The cloud; only `gke` is known.
        cloud: Text<'s> = "cloud",
        /// The ServiceAccount in the cluster
        kubernetes_service: KubernetesService<'s> = "kubernetesService",
        /// The account in the cloud
        service_account: CloudServiceAccount<'s> = "serviceAccount",
    }

    /// Name and namespace of the ServiceAccount in the cluster.
    KubernetesService<'s> {
        /// Its name
        name: Text<'s> = "name",
        /// Its namespace
        namespace: Text<'s> = "namespace",
    }

    /// The account in the cloud.
    CloudServiceAccount<'s> {
        /// Its name
        name: Text<'s> = "name",
        /// The project it belongs to
        project_id: Text<'s> = "projectId",
    }
}

/// Makes the ServiceAccount with the annotation that binds it.
pub fn iam_policy<'s>(args: &IamPolicyArgs<'s>, sources: &'s Sources) -> Result<Resource<'s>, Diagnostic> {
    if args.cloud.value != "gke" {
        return Err(Diagnostic::error(format!("cloud provider `{}` is not supported", args.cloud.value))
            .at(args.cloud.origin.or(args.origin))
            .hint("the generator knows `cloud: gke` alone"));
    }
    let account = &args.service_account;
    let email = format!("{}@{}.iam.gserviceaccount.com", account.name.value, account.project_id.value);
    let annotation = Node::plain(sources.keep(&email), account.name.origin);
    let annotations = mapping(vec![("iam.gke.io/gcp-service-account", annotation)], account.origin);
    let service = &args.kubernetes_service;
    let mut metadata =
        vec![("annotations", annotations), ("name", Node::plain(service.name.value, service.name.origin))];
    if !service.namespace.is_empty() {
        metadata.push(("namespace", Node::plain(service.namespace.value, service.namespace.origin)));
    }
    let object = vec![
        ("apiVersion", Node::plain("v1", args.origin)),
        ("kind", Node::plain("ServiceAccount", args.origin)),
        ("metadata", mapping(metadata, service.origin)),
    ];
    Ok(Resource::new(mapping(object, args.origin)))
}

fn mapping<'s>(fields: Vec<(&'static str, Node<'s>)>, origin: Origin) -> Node<'s> {
    let entry =
        |(text, value): (&'static str, Node<'s>)| Entry { key: Key::new(text, value.origin()), value };
    let entries = fields.into_iter().map(entry).collect();
    Node::from_mapping(Mapping::from_entries(entries), origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{sources, written};
    use crate::resource::ResMap;

    #[test]
    fn binds_the_account_or_refuses_the_cloud() {
        let text = |value| Text { value, origin: Origin::NONE };
        let mut args = IamPolicyArgs { cloud: text("gke"), ..IamPolicyArgs::default() };
        args.kubernetes_service.name = text("k8s");
        args.service_account.name = text("account");
        args.service_account.project_id = text("project");
        let made: ResMap<'_> = iam_policy(&args, sources()).into_iter().collect();
        assert_eq!(
            written(&made),
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
             iam.gke.io/gcp-service-account: account@project.iam.gserviceaccount.com\n  name: k8s\n"
        );
        args.cloud = text("aks");
        assert!(iam_policy(&args, sources()).is_err());
    }
}
