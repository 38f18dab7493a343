//! `stackgen images`: the images that the rendered clusters run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::exit_status::{ExitStatus, help};
use super::printer::Printer;
use super::selection::Selection;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{ImageUse, Workspace, build_clusters, images_of};
use crate::yaml::Sources;

const EXAMPLES: &str = "\
Examples:
  stackgen images                            every image, one a line
  stackgen images --cloud gke -o json        with where each is used
  stackgen images | xargs -n1 crane digest   what to pin under `images.digests`";

/// What the JSON is, for programs that read it.
const SCHEMA: &str = "stackgen.images/v1";

/// List the images of the rendered clusters
///
/// As they are in the tree: moved to the registry and pinned to the digests that `images:` in `stackgen.yaml` names.
#[derive(Debug, Args)]
#[command(after_help = help(EXAMPLES))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One image a line
    Text,
    /// Images with where each is used
    Json,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    images: Vec<Image<'a>>,
}

#[derive(Serialize)]
struct Image<'a> {
    image: &'a str,
    /// By cluster.
    uses: BTreeMap<&'a str, Vec<&'a ImageUse>>,
}

/// Runs the command.
pub(super) fn run(
    arguments: &Arguments,
    printer: &Printer,
    sources: &Sources,
) -> Result<ExitStatus, Diagnostics> {
    let Workspace { mut files, templates, settings } = Workspace::open(&printer.directory, sources)?;
    let chosen = arguments.selection.choose(&settings.clusters)?;
    let clusters = (&settings, chosen.clusters.as_slice());
    let fleet = build_clusters(clusters, &mut files, &templates, sources, |built| {
        Ok((built.cluster.name.as_str(), images_of(&built.resources)))
    })?;
    printer.report(&fleet.warnings, sources);
    let mut images: BTreeMap<&str, BTreeMap<&str, Vec<&ImageUse>>> = BTreeMap::new();
    for (cluster, found) in &fleet.results {
        for (image, place) in found {
            images.entry(image).or_default().entry(cluster).or_default().push(place);
        }
    }
    printer.data(arguments.output.print(images)?.as_bytes())?;
    Ok(ExitStatus::Success)
}

impl Format {
    fn print(self, images: BTreeMap<&str, BTreeMap<&str, Vec<&ImageUse>>>) -> Result<String, Diagnostics> {
        let mut text = String::new();
        match self {
            Self::Text => {
                for image in images.keys() {
                    let _ = writeln!(text, "{image}");
                }
            }
            Self::Json => {
                let images = images.into_iter().map(|(image, uses)| Image { image, uses }).collect();
                text = serde_json::to_string_pretty(&Report { schema: SCHEMA, images })
                    .map_err(|error| Diagnostic::error(error.to_string()))?;
                text.push('\n');
            }
        }
        Ok(text)
    }
}
