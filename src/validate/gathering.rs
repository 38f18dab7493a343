//! From what the checks found in texts and trees to what is reported.

use std::collections::BTreeMap;
use std::path::Path;

use super::finding::{Finding, Findings};
use super::input::Text;
use super::rule::Wanted;
use super::run::{validate_texts, validate_tree};
use super::suppression::{Suppression, Suppressions, of_object, of_settings, of_text};
use super::tree::Tree;
use crate::stack::Validation;
use crate::yaml::Sources;

/// Findings of texts and trees, without those that somebody has decided to live with.
#[derive(Debug)]
pub struct Gathering<'w, 's> {
    wanted: &'w Wanted,
    sources: &'s Sources,
    root: &'w Path,
    findings: Vec<Finding>,
    suppressions: Vec<Suppression>,
}

/// What a tree gives to a [`Gathering`], so that trees can be validated side by side.
#[derive(Debug, Default)]
pub struct OfTree {
    findings: Vec<Finding>,
    suppressions: Vec<Suppression>,
}

impl OfTree {
    /// What is wrong with a tree, and with what became of an `earlier` one.
    pub fn validate(tree: &Tree<'_, '_>, earlier: Option<&Tree<'_, '_>>, wanted: &Wanted) -> Self {
        let mut findings = validate_tree(tree, earlier, wanted).into_list();
        let mut suppressions =
            Suppressions::new(tree.objects().iter().flat_map(of_object).collect(), Path::new(""));
        findings.retain(|finding| !suppressions.hide(finding, tree.sources));
        let suppressions = suppressions.into_list();
        Self { findings, suppressions }
    }
}

impl<'w, 's> Gathering<'w, 's> {
    /// Nothing yet. Settings name files from `root`.
    pub fn new(wanted: &'w Wanted, sources: &'s Sources, root: &'w Path) -> Self {
        Self { wanted, sources, root, findings: Vec::new(), suppressions: Vec::new() }
    }

    /// Adds what is wrong with texts, and takes note of what they ask to ignore.
    pub fn add_texts(&mut self, texts: &[Text<'_>]) {
        self.findings.extend(validate_texts(texts, self.wanted).into_list());
        self.suppressions.extend(texts.iter().flat_map(|text| of_text(text, self.sources)));
    }

    /// Takes note of what the settings ask to ignore.
    pub fn add_settings(&mut self, settings: &Validation) {
        self.suppressions.extend(of_settings(settings));
    }

    /// Adds what is wrong with a tree.
    pub fn add_tree(&mut self, of_tree: OfTree) {
        self.findings.extend(of_tree.findings);
        self.suppressions.extend(of_tree.suppressions);
    }

    /// Adds what was found by holding trees against each other.
    pub fn add_findings(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings.into_iter().filter(|finding| self.wanted.has(finding.rule)));
    }

    /// All findings by file, line and column, then by rule; the same one of several trees once.
    pub fn finish(mut self) -> Vec<Finding> {
        self.join_suppressions();
        let Self { wanted, sources, root, mut findings, suppressions } = self;
        let mut suppressions = Suppressions::new(suppressions, root);
        findings.retain(|finding| !suppressions.hide(finding, sources));
        let mut own = Findings::new(wanted);
        for suppression in suppressions.into_list() {
            suppression.findings(wanted).into_iter().for_each(|finding| own.add(finding));
        }
        findings.extend(own.into_list());
        in_order(findings, sources)
    }

    /// An object that is in several trees has its annotation in each: it is of use if it is in one.
    fn join_suppressions(&mut self) {
        let mut joined: BTreeMap<_, Suppression> = BTreeMap::new();
        for suppression in self.suppressions.drain(..) {
            let rules: Vec<String> = suppression.rules.iter().map(|(name, _)| name.clone()).collect();
            let key = (self.sources.offset(suppression.origin), rules);
            let is_used = suppression.is_used;
            joined.entry(key).or_insert(suppression).is_used |= is_used;
        }
        self.suppressions = joined.into_values().collect();
    }
}

fn in_order(mut findings: Vec<Finding>, sources: &Sources) -> Vec<Finding> {
    let about = |finding: &Finding| (finding.rule.id, finding.message.clone(), finding.object.clone());
    findings.sort_by_cached_key(|finding| (sources.offset(finding.origin), about(finding)));
    findings.dedup_by(|one, other| {
        sources.offset(one.origin) == sources.offset(other.origin) && about(one) == about(other)
    });
    findings
}
