//! The object that somebody asks for: as kubectl names objects, or by its file in the tree.

use crate::diagnostic::{Diagnostic, closest};
use crate::resource::{Gvk, ResId};

/// Short names of kinds, as the API server and the usual operators give them.
const SHORT_NAMES: [(&str, &str); 46] = [
    ("alertmanagers", "alertmanager"),
    ("app", "application"),
    ("appproj", "appproject"),
    ("appset", "applicationset"),
    ("cert", "certificate"),
    ("cj", "cronjob"),
    ("cm", "configmap"),
    ("crb", "clusterrolebinding"),
    ("crd", "customresourcedefinition"),
    ("deploy", "deployment"),
    ("ds", "daemonset"),
    ("ep", "endpoints"),
    ("es", "externalsecret"),
    ("gc", "gatewayclass"),
    ("gitrepo", "gitrepository"),
    ("gtw", "gateway"),
    ("gw", "gateway"),
    ("hpa", "horizontalpodautoscaler"),
    ("hr", "helmrelease"),
    ("ing", "ingress"),
    ("ks", "kustomization"),
    ("limits", "limitrange"),
    ("netpol", "networkpolicy"),
    ("no", "node"),
    ("ns", "namespace"),
    ("pc", "priorityclass"),
    ("pdb", "poddisruptionbudget"),
    ("pmon", "podmonitor"),
    ("po", "pod"),
    ("prom", "prometheus"),
    ("promrule", "prometheusrule"),
    ("pv", "persistentvolume"),
    ("pvc", "persistentvolumeclaim"),
    ("quota", "resourcequota"),
    ("rb", "rolebinding"),
    ("rc", "replicationcontroller"),
    ("refgrant", "referencegrant"),
    ("rs", "replicaset"),
    ("sa", "serviceaccount"),
    ("sc", "storageclass"),
    ("scfg", "scrapeconfig"),
    ("smon", "servicemonitor"),
    ("ss", "secretstore"),
    ("sts", "statefulset"),
    ("svc", "service"),
    ("vpa", "verticalpodautoscaler"),
];

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedObject {
    /// As it was written.
    pub text: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// A file of the tree.
    File(String),
    Named {
        kind: Option<String>,
        namespace: Option<String>,
        name: String,
    },
}

/// An object that may be the one.
#[derive(Clone, Debug)]
pub struct Candidate<'c, 's> {
    /// Its id.
    pub id: ResId<'s>,
    /// The ids that it had on the way.
    pub earlier: &'c [ResId<'s>],
    /// Its file in the tree, if it has one.
    pub file: Option<&'c str>,
}

impl WantedObject {
    /// Reads `kind/name`, `kind.group/name`, `namespace/kind/name`, a kind with a name beside it, a name alone, or the
    /// path of a file.
    pub fn parse(text: &str, name: Option<&str>, namespace: Option<&str>) -> Self {
        let shown = name.map_or_else(|| text.to_owned(), |name| format!("{text}/{name}"));
        let is_file = |path: &str| {
            let path = std::path::Path::new(path);
            path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
        };
        let parts: Vec<&str> = text.split('/').collect();
        let named = |kind: Option<&str>, own: Option<&str>, name: &str| What::Named {
            kind: kind.map(str::to_lowercase),
            namespace: own.or(namespace).map(str::to_owned),
            name: name.to_owned(),
        };
        let what = match (parts.as_slice(), name) {
            ([kind], Some(name)) => named(Some(kind), None, name),
            ([name], None) => named(None, None, name),
            ([kind, name], _) if !is_file(text) => named(Some(kind), None, name),
            ([own, kind, name], _) if !is_file(text) => named(Some(kind), Some(own), name),
            _ => What::File(text.trim_start_matches("./").to_owned()),
        };
        Self { text: shown, what }
    }

    /// The places of the candidates that are meant: by what they are called, or else by what they were called.
    pub fn find(&self, candidates: &[Candidate<'_, '_>]) -> Vec<usize> {
        let with = |is_meant: &dyn Fn(&Candidate<'_, '_>) -> bool| {
            let all = candidates.iter().enumerate();
            all.filter(|(_, candidate)| is_meant(candidate)).map(|(place, _)| place).collect::<Vec<_>>()
        };
        let now = with(&|candidate| match &self.what {
            What::File(path) => candidate.file.is_some_and(|file| file == path),
            What::Named { .. } => self.names(&candidate.id),
        });
        if now.is_empty() {
            with(&|candidate| candidate.earlier.iter().any(|id| self.names(id)))
        } else {
            now
        }
    }

    fn names(&self, id: &ResId<'_>) -> bool {
        let What::Named { kind, namespace, name } = &self.what else { return false };
        id.name == name
            && kind.as_deref().is_none_or(|kind| is_kind(kind, &id.gvk))
            && namespace.as_deref().is_none_or(|namespace| namespace == id.effective_namespace())
    }

    /// Says that there is no such object, and which one was perhaps meant.
    pub fn missing(&self, candidates: &[Candidate<'_, '_>]) -> Diagnostic {
        const SHOWN: usize = 20;
        let error = Diagnostic::error(format!("there is no object `{}`", self.text));
        let (names, wanted): (Vec<String>, String) = match &self.what {
            What::File(path) => {
                (candidates.iter().filter_map(|one| Some(one.file?.to_owned())).collect(), path.clone())
            }
            What::Named { kind, name, .. } => {
                let same =
                    |one: &&Candidate<'_, '_>| kind.as_deref().is_none_or(|kind| is_kind(kind, &one.id.gvk));
                let same_kind: Vec<String> =
                    candidates.iter().filter(same).map(|one| short(&one.id)).collect();
                let kind = kind.as_deref().map_or("", long_name);
                let all = || candidates.iter().map(|one| short(&one.id)).collect();
                (if same_kind.is_empty() { all() } else { same_kind }, format!("{kind}/{name}"))
            }
        };
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let others: Vec<&str> = names.iter().copied().take(SHOWN).collect();
        let more = if names.len() > SHOWN { ", ..." } else { "" };
        match closest(&wanted, &names) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None if names.is_empty() => error,
            None => error.hint(format!("there are: {}{more}", others.join(", "))),
        }
    }

    /// Says that several objects are meant.
    pub fn ambiguous(&self, ids: &[ResId<'_>]) -> Diagnostic {
        let list = ids.iter().map(exact).collect::<Vec<_>>().join("\n");
        Diagnostic::error(format!("`{}` is the name of {} objects", self.text, ids.len()))
            .hint(format!("name one of them:\n{list}"))
    }
}

/// `deployment/grafana`
fn short(id: &ResId<'_>) -> String {
    format!("{}/{}", id.gvk.kind.to_lowercase(), id.name)
}

/// `monitoring/deployment.apps/grafana`, which means no other object.
fn exact(id: &ResId<'_>) -> String {
    let kind = id.gvk.kind.to_lowercase();
    let kind = if id.gvk.group.is_empty() { kind } else { format!("{kind}.{}", id.gvk.group) };
    match id.namespace {
        "" => format!("{kind}/{}", id.name),
        namespace => format!("{namespace}/{kind}/{}", id.name),
    }
}

fn long_name(kind: &str) -> &str {
    SHORT_NAMES.iter().find(|(short, _)| *short == kind).map_or(kind, |(_, long)| long)
}

/// Whether `wanted`, in lower case, names a kind: singular, plural or short, alone or with version and group.
fn is_kind(wanted: &str, gvk: &Gvk<'_>) -> bool {
    let (word, rest) = wanted.split_once('.').unwrap_or((wanted, ""));
    let group = match rest.split_once('.') {
        Some((version, group)) if version == gvk.version => group,
        _ if rest == gvk.version => gvk.group,
        _ => rest,
    };
    let kind = gvk.kind.to_lowercase();
    let plural = |kind: &str| match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if kind.ends_with(['s', 'x']) || kind.ends_with("ch") => format!("{kind}es"),
        _ => format!("{kind}s"),
    };
    let is_word = word == kind || long_name(word) == kind || word == plural(&kind);
    is_word && (group.is_empty() || group == gvk.group)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(wanted: &WantedObject) -> Vec<usize> {
        let id = |api_version, kind, namespace, name| ResId {
            gvk: Gvk::parse(api_version, kind),
            namespace,
            name,
        };
        let earlier = [id("apps/v1", "StatefulSet", "", "old")];
        let one = |id, earlier, file| Candidate { id, earlier, file };
        wanted.find(&[
            one(id("apps/v1", "StatefulSet", "monitoring", "prometheus"), &earlier, Some("gitops/a.yaml")),
            one(id("monitoring.coreos.com/v1", "Prometheus", "monitoring", "prometheus"), &[], None),
            one(id("networking.k8s.io/v1", "NetworkPolicy", "", "prometheus"), &[], None),
            one(id("policy/v1", "PodDisruptionBudget", "other", "prometheus"), &[], None),
        ])
    }

    #[test]
    fn objects_are_named_as_kubectl_names_them() {
        let of = |text| found(&WantedObject::parse(text, None, None));
        for text in [
            "sts/prometheus",
            "StatefulSet/prometheus",
            "statefulsets.apps/prometheus",
            "statefulsets.v1.apps/prometheus",
            "monitoring/sts/prometheus",
            "gitops/a.yaml",
            "./gitops/a.yaml",
            "sts/old",
        ] {
            assert_eq!(of(text), [0], "{text}");
        }
        assert_eq!(of("netpol/prometheus"), [2]);
        assert_eq!(of("networkpolicies/prometheus"), [2]);
        assert_eq!(of("prometheus/prometheus"), [1]);
        assert_eq!(of("prometheus").len(), 4);
        assert_eq!(of("deploy/prometheus"), Vec::<usize>::new());
        assert_eq!(found(&WantedObject::parse("pdb", Some("prometheus"), Some("other"))), [3]);
        assert!(found(&WantedObject::parse("pdb", Some("prometheus"), Some("monitoring"))).is_empty());
    }
}
