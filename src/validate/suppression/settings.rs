//! `validate.ignore` in `stackgen.yaml`: a rule, and what its findings are about.

use std::path::Path;

use super::{Scope, Suppression};
use crate::stack::Validation;
use crate::validate::finding::Finding;
use crate::yaml::Sources;

/// Which findings an entry is about; nothing matches anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::validate) struct Matching {
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    file: Option<String>,
}

/// What the settings say.
pub(in crate::validate) fn of_settings(settings: &Validation) -> Vec<Suppression> {
    let suppression = |ignore: &crate::stack::IgnoreFindings| Suppression {
        rules: vec![(ignore.rule.clone(), ignore.origin)],
        reason: ignore.reason.trim().to_owned(),
        origin: ignore.origin,
        scope: Scope::Matching(Matching {
            kind: ignore.kind.clone(),
            namespace: ignore.namespace.clone(),
            name: ignore.name.clone(),
            file: ignore.file.clone(),
        }),
        is_used: false,
    };
    settings.ignore.iter().map(suppression).collect()
}

impl Matching {
    /// Whether the finding is meant. `root` is the folder that files are named from.
    pub(super) fn has(&self, finding: &Finding, sources: &Sources, root: &Path) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        // As findings write objects: `apps/v1 Deployment web/grafana`.
        let object = finding.object.as_deref().unwrap_or_default();
        let (gvk, name) = object.rsplit_once(' ').unwrap_or(("", object));
        let (namespace, name) = name.split_once('/').unwrap_or(("", name));
        let kind = gvk.rsplit(' ').next().unwrap_or_default();
        let is_in_file = || {
            self.file.as_deref().is_none_or(|wanted| {
                sources
                    .offset(finding.origin)
                    .is_some_and(|(file, _)| file.strip_prefix(root).unwrap_or(file) == Path::new(wanted))
            })
        };
        is(&self.kind, kind) && is(&self.namespace, namespace) && is(&self.name, name) && is_in_file()
    }
}
