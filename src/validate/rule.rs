//! What a rule is, and how it is checked.

use super::finding::Findings;
use super::input::Text;
use super::object::Object;
use super::tree::Tree;
use crate::diagnostic::Severity;

/// How much somebody wants to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// What would break a sync, a scrape or an alert: next to nothing in here is ever meant.
    Default,
    /// And good practice.
    Strict,
    /// And opinion.
    Audit,
}

/// Which rules somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Those of this profile, and of the smaller ones.
    pub profile: Profile,
    /// Of those, only these: ids, or families with a slash behind them. All if empty.
    pub only: Vec<String>,
}

impl Wanted {
    /// Whether the rule is one of them.
    pub fn has(&self, rule: &Rule) -> bool {
        rule.profile <= self.profile
            && (self.only.is_empty() || self.only.iter().any(|name| names(name, rule)))
    }
}

/// Whether a name is that of the rule or, with a slash at its end, of the rule's family.
pub fn names(name: &str, rule: &Rule) -> bool {
    rule.id == name || name.ends_with('/') && rule.id.starts_with(name)
}

/// What is looked for, and why.
#[derive(Debug)]
pub struct Rule {
    /// `family/name`, as people write it to suppress it.
    pub id: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// The smallest profile that has it.
    pub profile: Profile,
    /// What is wrong, in one sentence.
    pub summary: &'static str,
    /// What happens if nobody mends it.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Manifests that show it.
    pub example: Example,
}

/// Manifests that break a rule, and the same mended. The folder `tests/rules/<id>/` holds them.
#[derive(Debug)]
pub struct Example {
    /// Breaks the rule. A first line `# arguments: ...` says what `stackgen validate` is called with.
    pub bad: &'static str,
    /// Does not.
    pub good: &'static str,
}

/// The example of a rule, by the rule's id.
#[macro_export]
macro_rules! example {
    ($id:literal) => {
        $crate::validate::Example {
            bad: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $id, "/bad.yaml")),
            good: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/", $id, "/good.yaml")),
        }
    };
}
pub(crate) use example;

/// Something that looks for violations of one rule or of several that are found in one walk.
#[derive(Debug)]
pub struct Check {
    /// The rules that its findings are of. It does not run if none of them is wanted.
    pub rules: &'static [&'static Rule],
    /// How it runs.
    pub run: Run,
}

/// What a check looks at.
#[derive(Debug)]
pub enum Run {
    /// A text as it was written, whether it can be read as YAML or not.
    Text(fn(&Text<'_>, &mut Findings<'_>)),
    /// One object; the tree is there to look things up.
    Object(fn(&Object<'_, '_>, &Tree<'_, '_>, &mut Findings<'_>)),
    /// All objects.
    Tree(fn(&Tree<'_, '_>, &mut Findings<'_>)),
    /// Nothing: its findings are made when all others are gathered.
    Gathering,
    /// The earlier tree and the one that comes after it.
    Change(fn(&Tree<'_, '_>, &Tree<'_, '_>, &mut Findings<'_>)),
}
