//! `api/deprecated-annotation`

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "api/deprecated-annotation",
    severity: Severity::Warning,
    profile: Profile::Strict,
    summary: "an annotation is deprecated",
    why: "what it says is ignored today, or will be",
    fix: "use the field that took its place",
    example: example!("api/deprecated-annotation"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// The annotation, or how it begins where it ends with a slash, and what took its place.
const ANNOTATIONS: [(&str, &str); 21] = [
    ("autoscaling.alpha.kubernetes.io/metrics", "`spec.metrics` of `autoscaling/v2`"),
    ("batch.kubernetes.io/job-tracking", "nothing: jobs are always tracked"),
    ("container.apparmor.security.beta.kubernetes.io/", "`securityContext.appArmorProfile`"),
    ("container.seccomp.security.alpha.kubernetes.io/", "`securityContext.seccompProfile`"),
    ("kubernetes.io/enforce-mountable-secrets", "namespaces of their own for what must not share Secrets"),
    ("kubernetes.io/ingress.class", "`spec.ingressClassName`"),
    ("pod.beta.kubernetes.io/hostname", "`spec.hostname`"),
    ("pod.beta.kubernetes.io/init-containers", "`spec.initContainers`"),
    ("pod.beta.kubernetes.io/subdomain", "`spec.subdomain`"),
    ("scheduler.alpha.kubernetes.io/affinity", "`spec.affinity`"),
    ("scheduler.alpha.kubernetes.io/critical-pod", "`spec.priorityClassName`"),
    ("scheduler.alpha.kubernetes.io/tolerations", "`spec.tolerations`"),
    ("seccomp.security.alpha.kubernetes.io/pod", "`spec.securityContext.seccompProfile`"),
    ("security.alpha.kubernetes.io/sysctls", "`spec.securityContext.sysctls`"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "`spec.securityContext.sysctls`"),
    ("service.alpha.kubernetes.io/tolerate-unready-endpoints", "`spec.publishNotReadyAddresses`"),
    ("service.kubernetes.io/topology-aware-hints", "`spec.trafficDistribution`"),
    ("storageclass.beta.kubernetes.io/is-default-class", "`storageclass.kubernetes.io/is-default-class`"),
    ("volume.alpha.kubernetes.io/storage-class", "`spec.storageClassName`"),
    ("volume.beta.kubernetes.io/mount-options", "`spec.mountOptions`"),
    ("volume.beta.kubernetes.io/storage-class", "`spec.storageClassName`"),
];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let own = object.at(&["metadata"]).map(|metadata| (metadata, "metadata".to_owned()));
    let of_pods = Workload::of(*object).and_then(|workload| {
        let metadata = workload.template.get("metadata").filter(|_| !workload.path.is_empty())?;
        Some((metadata, format!("{}.metadata", workload.path)))
    });
    for (metadata, path) in own.into_iter().chain(of_pods) {
        let annotations = metadata.get("annotations").and_then(Node::as_mapping);
        for entry in annotations.into_iter().flatten() {
            let name = entry.key.text;
            let is_named = |known: &str| name == known || known.ends_with('/') && name.starts_with(known);
            let Some((_, instead)) = ANNOTATIONS.iter().find(|(known, _)| is_named(known)) else { continue };
            let finding =
                Finding::new(&RULE, entry.key.origin, format!("the annotation `{name}` is deprecated"));
            let finding = finding.object(object.id).path(format!("{path}.annotations[\"{name}\"]"));
            findings.add(finding.help(format!("use {instead} instead")));
        }
    }
}
