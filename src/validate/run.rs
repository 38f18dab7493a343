//! Running the checks that the profile wants, on as many threads as there are, with the same result on any number.

use std::sync::LazyLock;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::families::CHECKS;
use super::finding::Findings;
use super::input::Text;
use super::object::Object;
use super::rule::{Check, Rule, Run, Wanted};
use super::tree::Tree;

/// Objects that one thread looks at in a row.
const OBJECTS_IN_A_ROW: usize = 128;

/// The rules of all checks: every suppression of a tree is held against them.
static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    let mut seen = FxHashSet::default();
    let rules = CHECKS.iter().flat_map(|family| family.iter()).flat_map(|check| check.rules.iter().copied());
    rules.filter(|rule| seen.insert(rule.id)).collect()
});

/// All rules, by family, in the order of the families' lists.
pub fn rules() -> &'static [&'static Rule] {
    &RULES
}

/// The rule of this id.
pub fn find_rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id).copied()
}

/// What is wrong with texts as they are written.
pub fn validate_texts<'w>(texts: &[Text<'_>], wanted: &'w Wanted) -> Findings<'w> {
    let checks = checks(wanted);
    let one = |text: &Text<'_>| {
        let mut findings = Findings::new(wanted);
        for check in &checks {
            if let Run::Text(run) = check.run {
                run(text, &mut findings);
            }
        }
        findings
    };
    gather(texts.par_iter().map(one).collect(), wanted)
}

/// What is wrong with a tree, and with what became of an `earlier` one.
pub fn validate_tree<'w>(
    tree: &Tree<'_, '_>,
    earlier: Option<&Tree<'_, '_>>,
    wanted: &'w Wanted,
) -> Findings<'w> {
    let checks = checks(wanted);
    let objects = |objects: &[Object<'_, '_>]| {
        let mut findings = Findings::new(wanted);
        for object in objects {
            for check in &checks {
                if let Run::Object(run) = check.run {
                    run(object, tree, &mut findings);
                }
            }
        }
        findings
    };
    let whole = |check: &&Check| {
        let mut findings = Findings::new(wanted);
        match (&check.run, earlier) {
            // What is missing may be in what could not be read.
            (Run::Tree(run), _) if !tree.is_partial => run(tree, &mut findings),
            (Run::Change(run), Some(earlier)) if !tree.is_partial => run(earlier, tree, &mut findings),
            _ => {}
        }
        findings
    };
    let (mut one, other) = rayon::join(
        || tree.objects().par_chunks(OBJECTS_IN_A_ROW).map(objects).collect::<Vec<_>>(),
        || checks.par_iter().map(whole).collect::<Vec<_>>(),
    );
    one.extend(other);
    gather(one, wanted)
}

fn checks(wanted: &Wanted) -> Vec<&'static Check> {
    let is_wanted = |check: &&&Check| check.rules.iter().any(|rule| wanted.has(rule));
    CHECKS.iter().flat_map(|family| family.iter()).filter(is_wanted).copied().collect()
}

fn gather<'w>(parts: Vec<Findings<'w>>, wanted: &'w Wanted) -> Findings<'w> {
    parts.into_iter().fold(Findings::new(wanted), |mut all, part| {
        all.extend(part);
        all
    })
}
