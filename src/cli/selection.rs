//! Which clusters a command is about: by name, by cloud, or a part of the fleet.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::stack::{self, Cluster};

/// The arguments that choose clusters.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Clouds or clusters; all if none is named
    #[arg(value_name = "CLOUD|CLUSTER")]
    names: Vec<String>,
    /// A cloud; may repeat
    #[arg(long, value_name = "CLOUD", value_delimiter = ',')]
    cloud: Vec<Cloud>,
    /// One of N parts of the clusters, for machines that share the work
    #[arg(long, value_name = "I/N", conflicts_with_all = ["names", "cloud"])]
    shard: Option<Shard>,
}

/// A cloud as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Cloud {
    /// Azure Kubernetes Service
    Aks,
    /// Google Kubernetes Engine
    Gke,
    /// Amazon Elastic Kubernetes Service
    Eks,
}

impl From<Cloud> for stack::Cloud {
    fn from(cloud: Cloud) -> Self {
        match cloud {
            Cloud::Aks => Self::Aks,
            Cloud::Gke => Self::Gke,
            Cloud::Eks => Self::Eks,
        }
    }
}

/// Part `index` of `count`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shard {
    index: usize,
    count: usize,
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "write it like 2/8: the second of eight parts";
        let (index, count) = text.split_once('/').ok_or(EXPECTED)?;
        let number = |text: &str| text.parse::<usize>().map_err(|_| EXPECTED);
        let shard = Self { index: number(index)?, count: number(count)? };
        if (1..=shard.count).contains(&shard.index) { Ok(shard) } else { Err(EXPECTED) }
    }
}

/// The clusters that were chosen.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    /// In the order of the settings.
    pub(super) clusters: Vec<&'a Cluster>,
    names: BTreeSet<&'a str>,
    known: BTreeSet<&'a str>,
    /// Whether what is left of clusters that are in the settings no more is looked after, too.
    with_gone: bool,
}

impl Chosen<'_> {
    /// Whether the files of a cluster are looked after; `None` for what all clusters share.
    pub(super) fn covers(&self, cluster: Option<&str>) -> bool {
        cluster.is_none_or(|name| self.names.contains(name) || self.with_gone && !self.known.contains(name))
    }

    /// The names for a message, the first few of many.
    pub(super) fn describe(&self) -> String {
        const SHOWN: usize = 6;
        let names: Vec<&str> = self.names.iter().copied().take(SHOWN).collect();
        let more = self.names.len().saturating_sub(SHOWN);
        if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
    }
}

impl Selection {
    /// The clusters and clouds of these names; all if there is none.
    pub(super) fn of_names(names: &[String]) -> Self {
        Self { names: names.to_owned(), cloud: Vec::new(), shard: None }
    }

    /// The clusters that are meant.
    pub(super) fn choose<'a>(&self, clusters: &'a [Cluster]) -> Result<Chosen<'a>, Diagnostics> {
        let mut errors = Diagnostics::default();
        for name in &self.names {
            if !clusters.iter().any(|cluster| cluster.name == *name || cluster.cloud.name() == name) {
                errors.push(unknown_cluster(name, clusters));
            }
        }
        for cloud in self.cloud.iter().copied().map(stack::Cloud::from) {
            if !clusters.iter().any(|cluster| cluster.cloud == cloud) {
                errors.push(unknown_cluster(cloud.name(), clusters));
            }
        }
        errors.into_result()?;
        let known: BTreeSet<&str> = clusters.iter().map(|cluster| cluster.name.as_str()).collect();
        let names = match self.shard {
            Some(shard) => shard.part_of(&known),
            None => {
                clusters.iter().filter(|cluster| self.names(cluster)).map(|one| one.name.as_str()).collect()
            }
        };
        let is_everything = self.names.is_empty() && self.cloud.is_empty();
        // Of the parts, the first one clears away what no part renders.
        let with_gone = is_everything && self.shard.is_none_or(|shard| shard.index == 1);
        let clusters = clusters.iter().filter(|cluster| names.contains(cluster.name.as_str())).collect();
        Ok(Chosen { clusters, names, known, with_gone })
    }

    /// Whether a cluster of this name is among those that are named, or none is named.
    pub(super) fn names_or_all(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|known| known == name)
    }

    /// Whether a cluster is among those that are chosen.
    pub(super) fn names(&self, cluster: &Cluster) -> bool {
        self.names.is_empty() && self.cloud.is_empty()
            || self.names.iter().any(|name| *name == cluster.name || name == cluster.cloud.name())
            || self.cloud.iter().any(|cloud| stack::Cloud::from(*cloud) == cluster.cloud)
    }

    /// The arguments again, for a command that somebody is to run.
    pub(super) fn to_arguments(&self) -> String {
        let mut text = String::new();
        for name in &self.names {
            let _ = write!(text, " {name}");
        }
        for cloud in &self.cloud {
            let _ = write!(text, " --cloud {}", stack::Cloud::from(*cloud));
        }
        if let Some(Shard { index, count }) = self.shard {
            let _ = write!(text, " --shard {index}/{count}");
        }
        text
    }
}

impl Shard {
    /// The names in turn, so that the parts differ by one cluster at most.
    fn part_of<'a>(self, names: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
        names.iter().copied().skip(self.index - 1).step_by(self.count).collect()
    }
}

/// Says that there is no such cluster, and which one was perhaps meant.
pub(super) fn unknown_cluster(name: &str, clusters: &[Cluster]) -> Diagnostic {
    const SHOWN: usize = 20;
    let names: BTreeSet<&str> =
        clusters.iter().flat_map(|cluster| [cluster.name.as_str(), cluster.cloud.name()]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let error = Diagnostic::error(format!("there is no cluster or cloud `{name}`"));
    if let Some(meant) = closest(name, &names) {
        return error.hint(format!("did you mean `{meant}`?"));
    }
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    error.hint(format!("there are: {shown}{more}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_even_and_together_everything() {
        let names: BTreeSet<&str> = ["a", "b", "c", "d", "e", "f", "g"].into();
        for count in 1..10 {
            let parts: Vec<_> = (1..=count).map(|index| Shard { index, count }.part_of(&names)).collect();
            assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), names.len());
            assert_eq!(parts.iter().flatten().copied().collect::<BTreeSet<_>>(), names);
            assert!(parts.iter().all(|part| part.len().abs_diff(names.len() / count) <= 1));
        }
        for wrong in ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
