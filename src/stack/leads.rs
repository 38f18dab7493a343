//! From what is made for clusters to the lines that people wrote: values of `stackgen.yaml`, and templates.

use std::path::Path;

use super::cluster::{ComponentContext, MADE, folder_of};
use super::settings::{Cluster, Settings, settings_node};
use super::template_lines::TemplateLines;
use super::templates::Templates;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Node, Origin, Sources};

/// Makes places in what is made for `clusters` those of the values that its lines come from, or else those of the lines
/// of templates. `root` is the folder of the stack.
pub fn lead_to_sources<'s>(
    (settings, clusters): (&Settings, &[&Cluster]),
    root: &Path,
    templates: &Templates<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    let node = settings_node(root, sources);
    for cluster in clusters {
        let index = settings.clusters.iter().position(|one| one.name == cluster.name);
        let entry = index.and_then(|index| node.as_ref()?.get("clusters")?.as_sequence()?.get(index));
        let context = ComponentContext::of(cluster);
        for (name, template) in MADE {
            let (text, Some(lines)) = templates.render_with_lines(template, &context)? else { continue };
            let behind = |line| {
                behind(&lines, line, entry)
                    .unwrap_or_else(|template_line| templates.line(template, template_line))
            };
            let origins = (1..=text.lines().count()).map(behind).collect();
            sources.lead(&root.join(folder_of(cluster)).join("component").join(name), origins);
        }
    }
    Ok(())
}

/// The value of the cluster's entry behind a line, or else the line of the template.
fn behind(lines: &TemplateLines, line: usize, entry: Option<&Node<'_>>) -> Result<Origin, usize> {
    let Some((template_line, names)) = lines.behind(line) else { return Ok(Origin::NONE) };
    let settings = names.into_iter().filter_map(|name| setting(entry?, name));
    settings.map(Node::origin).next().ok_or(template_line)
}

/// What an entry says of what templates call `values.region` or `cluster.name`.
fn setting<'n, 's>(entry: &'n Node<'s>, name: &str) -> Option<&'n Node<'s>> {
    let mut parts = name.split('.');
    let node = match parts.next()? {
        "cluster" => entry,
        "values" => entry.get("values")?,
        _ => return None,
    };
    parts.try_fold(node, |node, part| node.get(part))
}
