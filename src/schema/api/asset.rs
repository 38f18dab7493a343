//! Makes the table that is part of the program from what tools/kubernetes-schemas/collect.py collected.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::encode::{Definitions, Encoder, TooLarge, text_of};
use super::table::NONE;
use crate::yaml::Node;

/// What was collected cannot be made into a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCollection {
    /// It is not of the form that collect.py writes.
    #[error("the collected facts lack {0}")]
    Lacks(&'static str),
    /// A table cannot number it all.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// Group, kind, version.
type KindName<'n> = (&'n str, &'n str, &'n str);

/// What is known of a version of a kind.
#[derive(Default)]
struct Row<'n> {
    is_cluster_wide: bool,
    is_custom: bool,
    introduced: u8,
    deprecated: u8,
    removed: u8,
    replacement: Option<&'n str>,
    /// The node of each minor.
    roots: Vec<u16>,
}

/// The bytes of the table for `collected`, which is read as YAML.
pub fn compile(collected: &Node<'_>) -> Result<Vec<u8>, InvalidCollection> {
    let releases = list(collected, "kubernetes")?;
    let minors = releases.iter().map(minor_of).collect::<Result<Vec<u8>, _>>()?;
    let (Some(first), Ok(count)) = (minors.first(), u8::try_from(minors.len())) else {
        return Err(InvalidCollection::Lacks("releases"));
    };
    let mut encoder = Encoder::default();
    let mut rows = BTreeMap::new();
    let metadata = builtin(releases, &mut encoder, &mut rows)?;
    custom(list(collected, "custom")?, &mut encoder, &mut rows, releases.len())?;
    lifecycle(list(collected, "lifecycle")?, &mut rows, releases.len())?;
    let kinds = kind_rows(&rows, &mut encoder)?;
    let mut table = encoder.finish();
    (table.first_minor, table.minors) = (*first, count);
    table.kinds = Cow::Owned(kinds);
    table.metadata = Cow::Owned(metadata.iter().flat_map(|node| node.to_le_bytes()).collect());
    Ok(table.to_bytes())
}

/// Encodes the kinds of Kubernetes itself; gives the schema of `metadata` in each release.
fn builtin<'n>(
    releases: &'n [Node<'n>],
    encoder: &mut Encoder,
    rows: &mut BTreeMap<KindName<'n>, Row<'n>>,
) -> Result<Vec<u16>, InvalidCollection> {
    const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    let mut definitions = Definitions::default();
    let mut metadata = Vec::new();
    for (index, release) in releases.iter().enumerate() {
        definitions.next_release();
        let named = release.get("definitions").and_then(Node::as_mapping);
        for entry in named.ok_or(InvalidCollection::Lacks("definitions"))? {
            definitions.by_name.insert(entry.key.text, &entry.value);
        }
        let schema = *definitions.by_name.get(METADATA).ok_or(InvalidCollection::Lacks("metadata"))?;
        metadata.push(encoder.schema(schema, &mut definitions)?);
        for kind in list(release, "kinds")? {
            let name = text_of(kind, "definition").ok_or(InvalidCollection::Lacks("names of definitions"))?;
            let schema =
                *definitions.by_name.get(name).ok_or(InvalidCollection::Lacks("definitions of kinds"))?;
            let row = row_of(kind, rows, releases.len())?;
            row.is_cluster_wide = text_of(kind, "scope") == Some("Cluster");
            row.roots[index] = encoder.schema(schema, &mut definitions)?;
        }
    }
    Ok(metadata)
}

fn custom<'n>(
    kinds: &'n [Node<'n>],
    encoder: &mut Encoder,
    rows: &mut BTreeMap<KindName<'n>, Row<'n>>,
    minors: usize,
) -> Result<(), InvalidCollection> {
    for kind in kinds {
        let schema = kind.get("schema").ok_or(InvalidCollection::Lacks("schemas of custom resources"))?;
        let node = encoder.schema(schema, &mut Definitions::default())?;
        let row = row_of(kind, rows, minors)?;
        row.is_custom = true;
        row.is_cluster_wide = text_of(kind, "scope") == Some("Cluster");
        row.roots.fill(node);
    }
    Ok(())
}

fn lifecycle<'n>(
    facts: &'n [Node<'n>],
    rows: &mut BTreeMap<KindName<'n>, Row<'n>>,
    minors: usize,
) -> Result<(), InvalidCollection> {
    for fact in facts {
        let minor = |key| text_of(fact, key).and_then(|text| text.parse().ok()).unwrap_or_default();
        let row = row_of(fact, rows, minors)?;
        (row.introduced, row.deprecated, row.removed) =
            (minor("introduced"), minor("deprecated"), minor("removed"));
        row.replacement = text_of(fact, "replacement").filter(|text| !text.is_empty());
    }
    Ok(())
}

fn row_of<'r, 'n>(
    fact: &'n Node<'n>,
    rows: &'r mut BTreeMap<KindName<'n>, Row<'n>>,
    minors: usize,
) -> Result<&'r mut Row<'n>, InvalidCollection> {
    let text = |key| text_of(fact, key).ok_or(InvalidCollection::Lacks("names of kinds"));
    let name = (text("group")?, text("kind")?, text("version")?);
    Ok(rows.entry(name).or_insert_with(|| Row { roots: vec![NONE; minors], ..Row::default() }))
}

fn kind_rows(
    rows: &BTreeMap<KindName<'_>, Row<'_>>,
    encoder: &mut Encoder,
) -> Result<Vec<u8>, InvalidCollection> {
    let mut bytes = Vec::new();
    for ((group, kind, version), row) in rows {
        for text in [group, kind, version] {
            bytes.extend(encoder.text(text)?.to_le_bytes());
        }
        bytes.push(u8::from(row.is_cluster_wide) | u8::from(row.is_custom) << 1);
        bytes.extend([row.introduced, row.deprecated, row.removed]);
        let replacement = row.replacement.map_or(Ok(NONE), |text| encoder.text(text))?;
        bytes.extend(replacement.to_le_bytes());
        bytes.extend(row.roots.iter().flat_map(|node| node.to_le_bytes()));
    }
    Ok(bytes)
}

fn minor_of(release: &Node<'_>) -> Result<u8, InvalidCollection> {
    text_of(release, "minor")
        .and_then(|text| text.parse().ok())
        .ok_or(InvalidCollection::Lacks("numbers of releases"))
}

fn list<'n>(node: &'n Node<'n>, key: &'static str) -> Result<&'n [Node<'n>], InvalidCollection> {
    node.get(key).and_then(Node::as_sequence).ok_or(InvalidCollection::Lacks(key))
}
