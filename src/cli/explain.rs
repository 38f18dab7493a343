//! `stackgen explain`: who made an object, and who set a field of it.

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;

use super::build::LoadRestrictor;
use super::exit_status::{ExitStatus, help};
use super::output::{Output, write_all};
use super::printer::Printer;
use super::selection::{Cloud, unknown_cluster};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::explain::{Answer, Explanation, FieldPath, Question, Report, Stack, WantedObject, merge};
use crate::kustomize::BuildOptions;
use crate::output::{Histories, HistoryFormat};
use crate::stack::{self, Cluster, Workspace, settings_node};
use crate::yaml::Sources;

/// Where the tree goes.
const TREE: &str = "gitops";

const EXAMPLES: &str = "\
Examples:
  stackgen explain deployment/grafana              who made it, and each line's source
  stackgen explain sts prometheus spec.replicas --cloud gke
  stackgen explain deploy/grafana 'spec.template.spec.containers[name=grafana].image'
  stackgen explain cm/prometheus-config 'data[\"prometheus.yaml\"].global'
  stackgen explain gitops/clusters/gke/grafana/deployment-grafana.yaml
  stackgen explain -k overlays/prod deployment/app spec.replicas";

/// Show who made an object and who set a field: each layer, with file and line, the value before and after
///
/// OBJECT is `kind/name`, `kind name`, `kind.group/name`, `namespace/kind/name`, a name, or a file of gitops/, with the
/// name that the object has in the end or any that it had on the way. PATH is dotted, with `[name=x]`, `[0]` and
/// `["a.b"]`, or a JSON pointer; it goes on inside documents that stand in texts. Values of Secrets are never shown.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// The object
    #[arg(value_name = "OBJECT")]
    object: String,
    /// The field; all of the object if there is none. After a kind alone the name comes first
    #[arg(value_name = "[NAME] [PATH]", num_args = 0..=2)]
    rest: Vec<String>,
    /// The namespace of the object
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// A cloud; may repeat
    #[arg(long, value_name = "CLOUD", value_delimiter = ',')]
    cloud: Vec<Cloud>,
    /// A cluster; may repeat
    #[arg(long, value_name = "CLUSTER", value_delimiter = ',')]
    cluster: Vec<String>,
    /// Explain the objects of this kustomization instead of the stack's
    #[arg(short = 'k', long, value_name = "DIR", conflicts_with_all = ["cloud", "cluster"])]
    kustomize: Option<PathBuf>,
    /// With -k: which files it may read, those in and below its own folder, or any
    #[arg(long, value_name = "WHICH", default_value = "LoadRestrictionsRootOnly", requires = "kustomize")]
    load_restrictor: LoadRestrictor,
    /// How to print, and into which file; may repeat
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Output<HistoryFormat>>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let (object, path) = arguments.wanted()?;
    let question =
        Question { object: &object, path: path.as_ref(), tree: TREE, directory: &printer.directory };
    let explanations = match &arguments.kustomize {
        Some(folder) => {
            let options =
                BuildOptions { load_restrictor: arguments.load_restrictor.into(), ..BuildOptions::default() };
            found(vec![question.of_kustomization(folder, &options, sources)?])?
        }
        None => arguments.of_stack(question, sources)?,
    };
    let report = Report::from(explanations);
    arguments.print(&report, printer)?;
    Ok(ExitStatus::Success)
}

impl Arguments {
    /// The object and the field that are meant: a kind alone is followed by a name.
    fn wanted(&self) -> Result<(WantedObject, Option<FieldPath>), Diagnostics> {
        let has_name = self.object.contains('/') || self.rest.is_empty();
        let (name, rest) = match self.rest.split_first() {
            Some((name, rest)) if !has_name => (Some(name.as_str()), rest),
            _ => (None, self.rest.as_slice()),
        };
        if let [_, second, ..] = rest {
            let error = Diagnostic::error(format!("`{second}` is one argument too many"));
            return Err(error.hint("there is one object and one path; quote a path that has blanks").into());
        }
        let path = rest.first().map(|path| FieldPath::parse(path)).transpose()?;
        Ok((WantedObject::parse(&self.object, name, self.namespace.as_deref()), path))
    }

    /// What there is to say of the clusters that are meant, what is the same in several of them once.
    fn of_stack(&self, question: Question<'_>, sources: &Sources) -> Result<Vec<Explanation>, Diagnostics> {
        let workspace = Workspace::open(question.directory, sources)?;
        let node = settings_node(question.directory, sources);
        let stack = Stack { workspace: &workspace, node: node.as_ref() };
        let clusters = self.clusters(&workspace.settings.clusters)?;
        let one = |cluster: &&Cluster| question.of_cluster(stack, cluster, sources);
        let answers: Vec<Result<Answer, Diagnostics>> = clusters.par_iter().map(one).collect();
        let mut errors = Diagnostics::default();
        let answers = answers.into_iter().filter_map(|answer| errors.absorb(answer)).collect();
        if let Some(first) = errors.0.into_iter().next() {
            // What is wrong is most likely wrong in all clusters.
            return Err(first.into());
        }
        Ok(merge(found(answers)?))
    }

    fn clusters<'a>(&self, clusters: &'a [Cluster]) -> Result<Vec<&'a Cluster>, Diagnostics> {
        let clouds: Vec<stack::Cloud> = self.cloud.iter().copied().map(Into::into).collect();
        let mut errors = Diagnostics::default();
        for name in &self.cluster {
            if !clusters.iter().any(|cluster| cluster.name == *name) {
                errors.push(unknown_cluster(name, clusters));
            }
        }
        for cloud in &clouds {
            if !clusters.iter().any(|cluster| cluster.cloud == *cloud) {
                errors.push(unknown_cluster(cloud.name(), clusters));
            }
        }
        errors.into_result()?;
        let is_everything = clouds.is_empty() && self.cluster.is_empty();
        let is_meant = |cluster: &&Cluster| {
            is_everything || clouds.contains(&cluster.cloud) || self.cluster.contains(&cluster.name)
        };
        Ok(clusters.iter().filter(is_meant).collect())
    }

    fn print(&self, report: &Report, printer: &Printer) -> Result<(), Diagnostics> {
        write_all(&self.output, printer, |format, screen| {
            Histories { report, colour: screen.has_colour }.write(format)
        })
    }
}

/// The explanations; an error if there is none.
fn found(answers: Vec<Answer>) -> Result<Vec<Explanation>, Diagnostics> {
    let mut missing = Vec::new();
    let mut found = Vec::new();
    for answer in answers {
        match answer {
            Answer::Found(explanation) => found.push(*explanation),
            Answer::Missing(error) => missing.push(error),
        }
    }
    match missing.into_iter().next() {
        Some(error) if found.is_empty() => Err(error.into()),
        _ => Ok(found),
    }
}
