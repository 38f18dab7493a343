//! From what somebody asks to the answer: in a cluster of the stack, or in a kustomization.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::documents::Documents;
use super::masks::Masks;
use super::object::{Candidate, WantedObject};
use super::path::FieldPath;
use super::places::Places;
use super::report::{Explainer, Explanation};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::Disk;
use crate::gitops::{ClusterFiles, EngineObject, Renderer, describe};
use crate::kustomize::history::{Field, History, Trail};
use crate::kustomize::{BuildOptions, Builder};
use crate::resource::{ResId, ResMap, Resource};
use crate::stack::{Cluster, ClusterHistory, Made, Workspace, build_with_history};
use crate::yaml::{Node, Origin, ParseOptions, Sources, parse_one};

/// Where what templates make for the engines lies; in memory only.
const ENGINE_FOLDER: &str = ".stackgen/engines";

/// What somebody wants to know.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Of which object.
    pub object: &'q WantedObject,
    /// Of which field; of the whole object if there is none.
    pub path: Option<&'q FieldPath>,
    /// The folder of the tree.
    pub tree: &'q str,
    /// Places below this folder are shown relative to it.
    pub directory: &'q Path,
}

/// What there is to say.
#[derive(Debug)]
pub enum Answer {
    /// The history.
    Found(Box<Explanation>),
    /// It is not there, and why that may be.
    Missing(Diagnostic),
}

/// An object that may be the one.
struct Subject<'t, 's> {
    id: ResId<'s>,
    trail: &'t Trail<'s>,
    file: Option<String>,
}

/// The stack, as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a, 's> {
    /// Files, templates and settings.
    pub workspace: &'a Workspace<'s>,
    /// `stackgen.yaml` as nodes, if there is one.
    pub node: Option<&'a Node<'s>>,
}

impl Question<'_> {
    /// The answer for a cluster.
    pub fn of_cluster<'s>(
        &self,
        stack: Stack<'_, 's>,
        cluster: &Cluster,
        sources: &'s Sources,
    ) -> Result<Answer, Diagnostics> {
        let Workspace { files, templates, settings } = stack.workspace;
        let built = build_with_history((settings, stack.node), cluster, files, templates, sources)?;
        let ClusterHistory { mut built, mut history, mut made } = built;
        let renderer = Renderer::new(&settings.gitops, templates, sources, self.directory);
        let renderer = renderer.keeping_engine_objects();
        let written = renderer.render(&built).ok();
        note_as_written(&renderer, &mut built.resources, &mut history);
        let files = self.files(written.unwrap_or_default());
        let folder = self.directory.join(ENGINE_FOLDER);
        let engine = engine_objects(&renderer.engine_objects(), &folder, &mut made, &mut history, sources);
        let subjects = subjects(&history, built.resources.iter().chain(&engine), &files);
        let index = settings.clusters.iter().position(|other| other.name == cluster.name);
        let settings = stack.node.zip(index);
        let places = Places { sources, directory: self.directory, made, settings };
        let documents = Documents::new(sources);
        let answer =
            self.answer(&subjects, &Explainer { history: &history, places, documents, for_tree: true })?;
        Ok(match answer {
            Answer::Found(mut explanation) => {
                explanation.clusters.push(cluster.name.clone());
                Answer::Found(explanation)
            }
            missing @ Answer::Missing(_) => missing,
        })
    }

    /// The answer for a kustomization.
    pub fn of_kustomization(
        &self,
        folder: &Path,
        options: &BuildOptions,
        sources: &Sources,
    ) -> Result<Answer, Diagnostics> {
        let mut history = History::default();
        let mut builder = Builder::new(&Disk, options.clone(), sources);
        let built = builder.build_with_history(folder, &mut history)?;
        let subjects = subjects(&history, built.resources.iter(), &FxHashMap::default());
        let places = Places { sources, directory: self.directory, made: BTreeMap::new(), settings: None };
        let documents = Documents::new(sources);
        Ok(self.answer(&subjects, &Explainer { history: &history, places, documents, for_tree: false })?)
    }

    /// The files of the tree by their objects.
    fn files(&self, files: ClusterFiles) -> FxHashMap<String, String> {
        let tree = self.tree;
        files.into_iter().filter_map(|(path, file)| Some((file.object?, format!("{tree}/{path}")))).collect()
    }

    fn answer<'s>(
        &self,
        subjects: &[Subject<'_, 's>],
        explainer: &Explainer<'_, 's>,
    ) -> Result<Answer, Diagnostic> {
        let candidates: Vec<Candidate<'_, 's>> = subjects.iter().map(Subject::candidate).collect();
        let found = match self.object.find(&candidates).as_slice() {
            [] => match self.find_removed(explainer.history) {
                Some(found) => found,
                None => return Ok(Answer::Missing(self.object.missing(&candidates))),
            },
            [only] => Subject { file: subjects[*only].file.clone(), ..subjects[*only] },
            several => {
                let ids: Vec<ResId<'_>> = several.iter().map(|place| subjects[*place].id).collect();
                return Err(self.object.ambiguous(&ids));
            }
        };
        let mut masks = Masks::default();
        explainer.history.trails().iter().for_each(|trail| masks.learn(&trail.states));
        let states = masks.cover(&found.trail.states, explainer.places.sources);
        Ok(match explainer.explain(&states, &found.trail.ids, self.path) {
            Ok(mut explanation) => {
                explanation.files.extend(found.file);
                Answer::Found(Box::new(explanation))
            }
            Err(error) => Answer::Missing(error.object(found.id)),
        })
    }

    /// An object that was there and is not any more.
    fn find_removed<'t, 's>(&self, history: &'t History<'s>) -> Option<Subject<'t, 's>> {
        let is_removed = |trail: &&Trail<'s>| trail.states.last().is_some_and(|state| state.node.is_none());
        let removed: Vec<Subject<'t, 's>> = history
            .trails()
            .iter()
            .filter(is_removed)
            .map(|trail| Subject { id: trail.ids.last().copied().unwrap_or_default(), trail, file: None })
            .collect();
        let candidates: Vec<Candidate<'_, 's>> = removed.iter().map(Subject::candidate).collect();
        let found = self.object.find(&candidates).last().copied()?;
        removed.into_iter().nth(found)
    }
}

impl<'s> Subject<'_, 's> {
    fn candidate(&self) -> Candidate<'_, 's> {
        Candidate { id: self.id, earlier: &self.trail.ids, file: self.file.as_deref() }
    }
}

fn subjects<'t, 's: 't>(
    history: &'t History<'s>,
    resources: impl Iterator<Item = &'t Resource<'s>>,
    files: &FxHashMap<String, String>,
) -> Vec<Subject<'t, 's>> {
    let subject = |resource: &Resource<'s>| {
        let id = resource.current_id();
        Some(Subject { id, trail: history.trail(resource)?, file: files.get(&describe(&id)).cloned() })
    };
    resources.filter_map(subject).collect()
}

/// Notes what is done to objects when they are written to the tree.
fn note_as_written<'s>(renderer: &Renderer<'_, 's>, resources: &mut ResMap<'s>, history: &mut History<'s>) {
    for resource in resources.iter_mut() {
        if let Some(written) = renderer.as_written(resource) {
            *resource = written;
        }
    }
    history.note(resources, Field::new("flux substitution", Origin::NONE), Vec::new());
}

/// The objects that templates make for the engines, each with the step that made it.
fn engine_objects<'s>(
    objects: &[EngineObject],
    folder: &Path,
    made: &mut BTreeMap<std::path::PathBuf, Made>,
    history: &mut History<'s>,
    sources: &'s Sources,
) -> Vec<Resource<'s>> {
    let mut resources = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let path = folder.join(index.to_string());
        let Ok(source) = sources.add(&path, object.text.clone()) else { continue };
        let node = parse_one(source, sources, &ParseOptions::default()).ok().and_then(|one| one.node);
        made.insert(path, Made::Template { template: object.template, lines: object.lines.clone() });
        resources.extend(node.map(Resource::new));
    }
    for resource in &mut resources {
        let origin = resource.node.origin();
        history.note([resource], Field::new("template", origin), Vec::new());
    }
    resources
}
