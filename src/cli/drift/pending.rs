//! Apps that run as an earlier revision of the tree has them: the engine has yet to sync, and nobody changed anything.

use std::collections::BTreeSet;

use super::{Arguments, tree};
use crate::cli::printer::Printer;
use crate::diagnostic::Diagnostics;
use crate::diff::{Comparison, Document, Options, Remark};
use crate::drift::{Desired, Engines, Identity, Live, detect};
use crate::fs::git::Repository;
use crate::yaml::Sources;

/// Looks for what runs among earlier revisions.
pub(super) struct Search<'w, 's> {
    pub(super) arguments: &'w Arguments,
    pub(super) printer: &'w Printer,
    pub(super) sources: &'s Sources,
    pub(super) live: &'w Live<'s>,
    pub(super) options: &'w Options,
}

impl<'s> Search<'_, 's> {
    /// Takes the changes of apps that are yet to be synced out of a comparison, and says which these are. An app counts
    /// only if all of its objects are as one revision has them: half of one is drift.
    pub(super) fn take_pending(
        &self,
        desired: &Desired<'s>,
        comparison: &mut Comparison<'_, 's>,
    ) -> Result<Vec<Remark>, Diagnostics> {
        let Ok(repository) = Repository::find(&self.printer.directory) else { return Ok(Vec::new()) };
        let apps: BTreeSet<&'s str> =
            comparison.changes.iter().filter_map(|change| change.object().app).collect();
        let mut remarks = Vec::new();
        for app in apps {
            for nth in 0..=self.arguments.revisions {
                let revision = if nth == 0 { "HEAD".to_owned() } else { format!("HEAD~{nth}") };
                let Some(was) = self.app_at(&repository, &revision, app) else { continue };
                if was.is_empty() || !self.runs(&was, desired)? {
                    continue;
                }
                let known: BTreeSet<Identity<'s>> = was.iter().map(|one| Identity::of(&one.node)).collect();
                let before = comparison.changes.len();
                comparison.changes.retain(|change| {
                    let object = change.object();
                    object.app != Some(app)
                        && !(object.app.is_none() && known.contains(&Identity::of(&object.node)))
                });
                let count = before - comparison.changes.len();
                remarks.push(remark(app, &revision, count));
                break;
            }
        }
        Ok(remarks)
    }

    /// The objects of an app at a revision; none if there is no such revision or no such app in it.
    fn app_at(&self, repository: &Repository, revision: &str, app: &str) -> Option<Vec<Document<'s>>> {
        let cluster = &self.arguments.cluster;
        let point =
            repository.point(&format!("{revision}:./{}/clusters/{cluster}/{app}", tree::ROOT)).ok()?;
        tree::documents(point.tree.as_ref(), &point.path?, self.sources).ok()
    }

    /// Whether these objects run as they are.
    fn runs(&self, was: &[Document<'s>], desired: &Desired<'s>) -> Result<bool, Diagnostics> {
        // What is extra is not asked for here: other apps' objects are not in this one.
        let engines: Engines<'s> = desired.engines.without_apps();
        let was = Desired { documents: was.to_vec(), engines };
        let drift = detect(&was, self.live, &self.options.schemas);
        let comparison = drift.comparison(self.options, self.sources)?;
        Ok(comparison.changes.iter().all(|change| change.before.is_none()))
    }
}

fn remark(app: &str, revision: &str, count: usize) -> Remark {
    let objects = if count == 1 { "object" } else { "objects" };
    let message = format!("runs as of {revision}, {count} {objects} yet to be synced; this is no drift");
    Remark { class: "pending", object: format!("app {app}"), path: None, message }
}
