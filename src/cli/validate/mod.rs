//! `stackgen validate`: what is wrong with manifests and with the stack, with the line of the source.

mod clouds;
mod earlier;
mod fix;

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::cli::exit_status::{ExitStatus, help};
use crate::cli::output::{Output, write_all};
use crate::cli::printer::Printer;
use crate::cli::selection::Cloud;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, closest};
use crate::fs::git::shown;
use crate::fs::{Disk, FileSystem};
use crate::output::{Findings as Writer, FindingsFormat, rule_list};
use crate::schema::Minor;
use crate::stack::{self, BuiltCluster, Cluster, Workspace, build_clusters};
use crate::validate::{
    Baseline, Finding, Gathering, Input, OfTree, Profile, Rule, Target, Tree, Wanted, find_rule, names, rules,
};
use crate::yaml::Sources;
use clouds::Overlays;
use earlier::{Against, read_at};

/// What is shown as the file of what comes from standard input.
const STDIN: &str = "<stdin>";

const EXAMPLES: &str = "\
Examples:
  stackgen validate                                the stack, for all its clusters
  stackgen validate gitops/clusters/gke --cloud gke
  kustomize build . | stackgen validate -
  stackgen validate all.yaml --against old.yaml    what would a sync break?
  stackgen validate --against main...              and what does this branch change?
  stackgen validate . -o sarif=findings.sarif -o text
  stackgen validate --fix --check                  what can be mended by itself?
  stackgen validate --explain ref/configmap";

/// Find what is wrong with manifests, offline, with the line of the source
///
/// Reads files, and the manifests in folders. All of them are taken together: what one object names may be in another
/// file. Without PATH it is the stack of the working directory: its sources, and what is rendered for each cluster.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The cloud that the objects are for
    #[arg(long, value_name = "CLOUD")]
    cloud: Option<Cloud>,
    /// The releases of Kubernetes, as `1.33,1.35`
    #[arg(long, value_name = "VERSION", value_delimiter = ',')]
    kubernetes_version: Vec<Minor>,
    /// Definitions of custom resources that are not among the objects: files and folders; may repeat
    #[arg(long, value_name = "DIR|FILE")]
    crds: Vec<PathBuf>,
    /// Which rules: what breaks things, and good practice, and opinion
    #[arg(long, value_name = "PROFILE", default_value = "default", hide_possible_values = true)]
    profile: ProfileName,
    /// Only these rules, or families as `ref/`
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rules: Vec<String>,
    /// What it was: a file or folder, or in Git `main`, `main...` for where the branch left it, `:` for what is staged,
    /// `HEAD..:`, `main:gitops`
    #[arg(long, value_name = "REF|A...B|DIR|FILE", allow_hyphen_values = true)]
    against: Option<String>,
    /// Findings that are known and do not count, as `-o baseline=FILE` wrote them
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Mend in the sources what leaves no doubt: names, quotes, and fields that the API server writes
    #[arg(long, conflicts_with_all = ["explain", "list_rules"])]
    fix: bool,
    /// With --fix, print the changes and make none
    #[arg(long, requires = "fix", conflicts_with = "output")]
    check: bool,
    /// The least severe finding that makes the run fail
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    fail_on: Level,
    /// How to print, and into which file; may repeat
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Output<FindingsFormat>>,
    /// Say what a rule is for, with examples
    #[arg(long, value_name = "RULE", exclusive = true)]
    explain: Option<String>,
    /// List all rules; with `-o json` or `-o markdown` with everything that is known of them
    #[arg(long, conflicts_with_all = ["paths", "explain", "against", "baseline"])]
    list_rules: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    /// What would break a sync, a scrape or an alert
    Default,
    /// And good practice
    Strict,
    /// And opinion
    Audit,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Default => Self::Default,
            ProfileName::Strict => Self::Strict,
            ProfileName::Audit => Self::Audit,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    Note,
    Warning,
    Error,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Note => Self::Note,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    if let Some(id) = &arguments.explain {
        printer.data(explain(id)?.as_bytes())?;
        return Ok(ExitStatus::Success);
    }
    if arguments.list_rules {
        let format = arguments.output.first().map_or(FindingsFormat::Text, |report| report.format);
        printer.data(rule_list(rules(), format)?.as_bytes())?;
        return Ok(ExitStatus::Success);
    }
    let findings = arguments.findings(Arc::new(Disk), printer, sources)?;
    if arguments.fix {
        return fix::run(arguments, &findings, printer, sources);
    }
    arguments.finish(&findings, printer, sources)
}

/// Takes out what a baseline knows.
fn hide_known(
    file: &Path,
    findings: &mut Vec<Finding>,
    printer: &Printer,
    sources: &Sources,
) -> Result<(), Diagnostics> {
    let fail = |error: String| Diagnostic::error(format!("cannot read it: {error}")).in_path(file);
    let text = std::fs::read_to_string(file).map_err(|error| fail(error.to_string()))?;
    let baseline = Baseline::read(&text).map_err(fail)?;
    let gone = baseline.hide(findings, sources, &printer.directory);
    if gone > 0 {
        let file = file.display();
        printer.note(&format!(
            "note: {gone} findings of {file} are gone; write it anew with `-o baseline={file}`"
        ));
    }
    Ok(())
}

fn read<'s>(
    place: &dyn FileSystem,
    paths: &[PathBuf],
    sources: &'s Sources,
) -> Result<Input<'s>, Diagnostics> {
    let mut input = Input::default();
    let mut errors = Diagnostics::default();
    for path in paths {
        let added = if path == Path::new("-") {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            read.map_err(|error| Diagnostic::error(format!("cannot read standard input: {error}")).into())
                .and_then(|_| input.add(Path::new(STDIN), bytes, sources))
        } else {
            input.read_in(place, path, sources)
        };
        errors.absorb(added);
    }
    errors.into_result().map(|()| input)
}

impl Arguments {
    /// What is wrong with what `place` holds, without what a baseline knows.
    fn findings(
        &self,
        place: Arc<dyn FileSystem>,
        printer: &Printer,
        sources: &Sources,
    ) -> Result<Vec<Finding>, Diagnostics> {
        let mut findings = if self.paths.is_empty() {
            self.validate_stack(place, printer, sources)?
        } else {
            self.validate_paths(place.as_ref(), printer, sources)?
        };
        if let Some(file) = &self.baseline {
            hide_known(file, &mut findings, printer, sources)?;
        }
        Ok(findings)
    }

    /// Reports, and says how it went.
    fn finish(
        &self,
        findings: &[Finding],
        printer: &Printer,
        sources: &Sources,
    ) -> Result<ExitStatus, Diagnostics> {
        self.report(findings, printer, sources)?;
        let fail_on = Severity::from(self.fail_on);
        let is_failed = findings.iter().any(|finding| finding.rule.severity >= fail_on);
        Ok(if is_failed { ExitStatus::Findings } else { ExitStatus::Success })
    }

    fn wanted(&self) -> Result<Wanted, Diagnostics> {
        let mut errors = Diagnostics::default();
        for name in &self.rules {
            if !rules().iter().any(|rule| names(name, rule)) {
                errors.push(unknown_rule(name));
            }
        }
        errors.into_result()?;
        Ok(Wanted { profile: self.profile.into(), only: self.rules.clone() })
    }

    fn target(&self, cloud: Option<stack::Cloud>) -> Target {
        Target { cloud, releases: self.kubernetes_version.iter().map(|minor| minor.number()).collect() }
    }

    fn against(&self, printer: &Printer) -> Result<Option<Against>, Diagnostics> {
        self.against.as_deref().map(|text| Against::find(text, printer)).transpose()
    }

    /// What is wrong with the files that were named, taken together.
    fn validate_paths(
        &self,
        place: &dyn FileSystem,
        printer: &Printer,
        sources: &Sources,
    ) -> Result<Vec<Finding>, Diagnostics> {
        let wanted = &self.wanted()?;
        let against = self.against(printer)?;
        let earlier = against.as_ref().map(|against| against.read(&self.paths, sources)).transpose()?;
        let input = match against.and_then(|against| against.to) {
            Some(point) => read_at(&point, &self.paths, sources)?,
            None => read(place, &self.paths, sources)?,
        };
        for chart in &input.charts {
            let chart = shown(chart, &printer.directory);
            printer.note(&format!(
                "note: {chart} is a chart: validate what `helm template {chart}` makes of it"
            ));
        }
        let definitions = read(&Disk, &self.crds, sources)?;
        let clouds = LazyCell::new(|| clouds(&printer.directory));
        let target = |cluster: Option<&str>| {
            let known = || cluster.and_then(|cluster| clouds.get(cluster).copied());
            self.target(self.cloud.map(Into::into).or_else(known))
        };
        let trees = |input| {
            let mut trees = Tree::of_input(input, target, sources);
            for (_, tree) in &mut trees {
                tree.add_definitions(&definitions.nodes);
            }
            trees
        };
        let earlier = earlier.as_ref().map(trees).unwrap_or_default();
        let mut gathering = Gathering::new(wanted, sources, &printer.directory);
        gathering.add_texts(&input.texts);
        for (cluster, tree) in trees(&input) {
            let earlier = earlier.iter().find(|(of, _)| *of == cluster).map(|(_, tree)| tree);
            gathering.add_tree(OfTree::validate(&tree, earlier, wanted));
        }
        Ok(gathering.finish())
    }

    /// What is wrong with the stack: with its sources, and with what is rendered for each cluster.
    fn validate_stack<'s>(
        &self,
        place: Arc<dyn FileSystem>,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<Vec<Finding>, Diagnostics> {
        let wanted = &self.wanted()?;
        let against = self.against(printer)?;
        let tree = against.as_ref().and_then(|against| against.to.as_ref()).map(|point| &point.tree);
        let Workspace { mut files, templates, settings } = match tree {
            Some(tree) => Workspace::open_in(tree.clone(), tree.directory(), sources)?,
            None => Workspace::open_in(place, &printer.directory, sources)?,
        };
        let cloud = self.cloud.map(stack::Cloud::from);
        let is_meant = |cluster: &&Cluster| cloud.is_none_or(|cloud| cluster.cloud == cloud);
        let clusters: Vec<&Cluster> = settings.clusters.iter().filter(is_meant).collect();
        let definitions = &read(&Disk, &self.crds, sources)?;
        let overlays = Overlays::of(&clusters, wanted, &files, sources)?;
        let now = sources.files().count();
        let earlier = against.as_ref().map(|against| against.render(&clusters, sources)).transpose()?;
        let then = sources.files().count();
        let earlier = &earlier.unwrap_or_default();
        let work = |built: &BuiltCluster<'_, 's>| {
            let target = self.target(Some(built.cluster.cloud));
            let name = built.cluster.name.clone();
            let before = earlier.get(&Some(name)).or_else(|| earlier.get(&None));
            let mut before = before.map(|nodes| Tree::new(nodes, target.clone(), sources));
            let nodes = built.resources.iter().map(|resource| &*resource.node);
            let mut tree = Tree::new(nodes, target, sources);
            for tree in before.iter_mut().chain([&mut tree]) {
                tree.add_definitions(&definitions.nodes);
            }
            Ok((OfTree::validate(&tree, before.as_ref(), wanted), overlays.objects(built)))
        };
        let fleet = build_clusters((&settings, &clusters), &mut files, &templates, sources, work)?;
        printer.report(&fleet.warnings, sources);
        let mut input = Input::default();
        // What was is not validated, only held against what is.
        input.add_files(0..now, sources);
        input.add_files(then..sources.files().count(), sources);
        let mut gathering = Gathering::new(wanted, sources, files.root());
        gathering.add_settings(&settings.validate);
        gathering.add_texts(&input.texts);
        let (of_trees, objects): (Vec<OfTree>, Vec<_>) = fleet.results.into_iter().unzip();
        for of_tree in of_trees {
            gathering.add_tree(of_tree);
        }
        gathering.add_findings(overlays.differences(objects, sources)?);
        Ok(gathering.finish())
    }

    fn report(&self, findings: &[Finding], printer: &Printer, sources: &Sources) -> Result<(), Diagnostics> {
        write_all(&self.output, printer, |format, screen| {
            Writer { findings, sources, directory: &printer.directory, colour: screen.has_colour }
                .write(format)
        })
    }
}

/// Which clouds the clusters are on whose rendered tree is read. It can be read without the settings, so what is wrong
/// with those is for others to say.
fn clouds(directory: &Path) -> BTreeMap<String, stack::Cloud> {
    let sources = Sources::new();
    let workspace = Workspace::open(directory, &sources);
    let clusters = workspace.map(|workspace| workspace.settings.clusters).unwrap_or_default();
    clusters.into_iter().map(|cluster| (cluster.name, cluster.cloud)).collect()
}

/// What a rule is for, for a reader who has just met it.
fn explain(id: &str) -> Result<String, Diagnostics> {
    let rule = find_rule(id).ok_or_else(|| unknown_rule(id))?;
    let Rule { id, summary, why, fix, example, .. } = rule;
    let (bad, good) = (example.bad.trim_end(), example.good.trim_end());
    Ok(format!("{id}: {summary}\n\nwhy: {why}\nfix: {fix}\n\n# bad\n{bad}\n\n# good\n{good}\n"))
}

fn unknown_rule(id: &str) -> Diagnostic {
    let known: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    let error = Diagnostic::error(format!("there is no rule `{id}`"));
    match closest(id, &known) {
        Some(like) => error.hint(format!("did you mean `{like}`?")),
        None => error.hint("`stackgen validate --list-rules` lists all"),
    }
}
