//! What Kustomize cannot say, rendered from `templates/`: the per-cluster component and the engines' objects.
//!
//! A name that is not there is an error, and so is a value in `stackgen.yaml` that no template asks for. Templates
//! see nothing but what they are given: no clock, no environment, no random numbers.

use std::collections::BTreeSet;
use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

use super::files::StackFiles;
use super::settings::EngineFacts;
use super::template_lines::{TemplateLines, with_marks};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::FileSystem as _;
use crate::yaml::{Origin, Source, Sources};

/// The folder they are in.
const FOLDER: &str = "templates";

/// The component of a cluster.
pub(super) const CLUSTER_COMPONENT: &str = "cluster/kustomization.yaml.j2";
/// The shards of a cluster that its component names beside it, if it is to have any.
pub(super) const CLUSTER_SHARDS: &str = "cluster/shards.yaml.j2";
/// Argo CD's project for the stack.
pub const ARGO_CD_PROJECT: &str = "argocd/project.yaml.j2";
/// The Application that brings the others of a cluster.
pub const ARGO_CD_ROOT: &str = "argocd/root.yaml.j2";
/// The Application of an app.
pub const ARGO_CD_APPLICATION: &str = "argocd/application.yaml.j2";
/// Where Flux finds the tree.
pub const FLUX_SOURCE: &str = "flux/source.yaml.j2";
/// Flux's Kustomization of an app.
pub const FLUX_KUSTOMIZATION: &str = "flux/kustomization.yaml.j2";

const ALL: [&str; 7] = [
    CLUSTER_COMPONENT,
    CLUSTER_SHARDS,
    ARGO_CD_PROJECT,
    ARGO_CD_ROOT,
    ARGO_CD_APPLICATION,
    FLUX_SOURCE,
    FLUX_KUSTOMIZATION,
];

/// The templates of a run.
#[derive(Debug)]
pub struct Templates<'s> {
    environment: Environment<'s>,
    texts: Vec<(&'static str, Source<'s>)>,
}

impl<'s> Templates<'s> {
    /// Reads all templates, so that a mistake in one shows whether or not this run needs it.
    pub fn read(files: &StackFiles, sources: &'s Sources) -> Result<Self, Diagnostics> {
        let mut templates = Self { environment: environment(), texts: Vec::new() };
        let mut errors = Diagnostics::default();
        for name in ALL {
            let path = files.root().join(FOLDER).join(name);
            if let Some(source) = errors.absorb(read(files, path, sources)) {
                templates.texts.push((name, source));
                let added = templates.environment.add_template(name, source.text);
                errors.absorb(added.map_err(|error| templates.explain(name, &error).into()));
            }
        }
        errors.into_result()?;
        Ok(templates)
    }

    /// Renders one of the templates.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, Diagnostics> {
        let rendered =
            self.environment.get_template(name).and_then(|template| template.render(Serde(context)));
        rendered.map_err(|error| self.explain(name, &error).into())
    }

    /// The same, with what stands behind the lines of the text, if that can be said.
    pub fn render_with_lines(
        &self,
        name: &str,
        context: &impl Serialize,
    ) -> Result<(String, Option<TemplateLines>), Diagnostics> {
        let rendered = self.render(name, context)?;
        let template = self.texts.iter().find(|(other, _)| *other == name).map(|(_, source)| source.text);
        let lines = template.and_then(|template| {
            let marked = with_marks(template)?;
            let marked = self.environment.template_from_str(&marked).ok()?.render(Serde(context)).ok()?;
            TemplateLines::read(template, &marked, &rendered)
        });
        Ok((rendered, lines))
    }

    /// Where a line of a template begins, counted from 1; nowhere if it has no such line.
    pub(super) fn line(&self, name: &str, line: usize) -> Origin {
        let Some((_, source)) = self.texts.iter().find(|(other, _)| *other == name) else {
            return Origin::NONE;
        };
        let Some(text) = source.text.lines().nth(line.saturating_sub(1)) else { return Origin::NONE };
        let blanks = text.len() - text.trim_start().len();
        source.origin(text.as_ptr() as usize - source.text.as_ptr() as usize + blanks)
    }

    /// The names after `values.` in all templates, sorted; `None` if one uses the values as a whole.
    pub fn values_asked_for(&self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for (_, template) in self.environment.templates() {
            let variables: BTreeSet<String> = template.undeclared_variables(true).into_iter().collect();
            for variable in variables {
                match variable.strip_prefix("values") {
                    Some("") => return None,
                    Some(rest) if rest.starts_with('.') => names.extend(value_name(&rest[1..])),
                    _ => {}
                }
            }
        }
        names.sort();
        names.dedup();
        Some(names)
    }

    fn explain(&self, name: &str, error: &Error) -> Diagnostic {
        let mut message = error.kind().to_string();
        if let Some(detail) = error.detail() {
            message = format!("{message}: {detail}");
        }
        let origin = self.origin(error.name().unwrap_or(name), error);
        Diagnostic::error(message).at(origin)
    }

    /// Where in which template an error is.
    fn origin(&self, name: &str, error: &Error) -> Origin {
        let Some((_, source)) = self.texts.iter().find(|(other, _)| *other == name) else {
            return Origin::NONE;
        };
        let line_start = || {
            let line = error.line()?.checked_sub(2)?;
            source.text.match_indices('\n').nth(line).map(|(offset, _)| offset + 1)
        };
        source.origin(error.range().map(|range| range.start).or_else(line_start).unwrap_or(0))
    }
}

/// The name of a value as `stackgen.yaml` has it, given what a template says after `values.`.
fn value_name(path: &str) -> Option<String> {
    let mut parts = path.split('.');
    match parts.next()? {
        "custom" => Some(format!("custom.{}", parts.next()?)),
        name => Some(name.to_owned()),
    }
}

fn read<'s>(files: &StackFiles, path: PathBuf, sources: &'s Sources) -> Result<Source<'s>, Diagnostics> {
    let bytes = files.read(&path).map_err(|error| {
        let message = format!("cannot read the template: {error}");
        Diagnostic::error(message)
            .in_path(&path)
            .hint("without a folder `templates/` the embedded ones are used")
    })?;
    let text = crate::yaml::decode_text(bytes)
        .map_err(|error| Diagnostic::error(error.to_string()).in_path(&path))?;
    Ok(sources.add(&path, text).map_err(|error| Diagnostic::error(error.to_string()).in_path(path))?)
}

fn environment<'s>() -> Environment<'s> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax());
    environment.set_debug(true);
    environment.add_filter("quote", quote);
    environment.add_filter("four_fifths", four_fifths);
    environment.add_test("at_least", is_at_least);
    environment
}

/// Lines that hold nothing but a tag leave no trace.
fn syntax() -> SyntaxConfig {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    syntax.build().unwrap_or_default()
}

/// How much of a disk Prometheus may fill, in its own units: the rest is for the write-ahead log and compaction.
fn four_fifths(size: &str) -> Result<String, Error> {
    let wrong = || Error::new(ErrorKind::InvalidOperation, format!("`{size}` is no size like `100Gi`"));
    let (number, unit) = size.split_at_checked(size.len().saturating_sub(2)).ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let megabytes = match unit {
        "Mi" => Some(number),
        "Gi" => number.checked_mul(1 << 10),
        "Ti" => number.checked_mul(1 << 20),
        _ => None,
    };
    let kept = megabytes.and_then(|megabytes| megabytes.checked_mul(4)).ok_or_else(wrong)? / 5;
    Ok(if kept.is_multiple_of(1 << 10) { format!("{}GB", kept >> 10) } else { format!("{kept}MB") })
}

/// Whether an engine is said to be of a version or a later one: `gitops.flux.version is at_least("2.9")`.
fn is_at_least(own: &Value, version: &str) -> bool {
    let own = EngineFacts { version: own.as_str().map(str::to_owned) };
    EngineFacts::parse(version).is_some_and(|version| own.is_at_least(version))
}

/// A value as a double-quoted YAML string, whatever is in it.
fn quote(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    serde_json::Value::String(text).to_string()
}
