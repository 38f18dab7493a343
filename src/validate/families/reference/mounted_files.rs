//! The files that the keys of ConfigMaps and Secrets become in a container.

use crate::validate::{Tree, Workload};
use crate::yaml::Node;

/// What a container sees.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The container.
    pub(super) container: String,
    /// Files that the tree shows, by their whole path.
    pub(super) paths: Vec<String>,
    /// Kind, name and key of the object that each of them is from.
    from: Vec<(&'static str, String, String)>,
    /// Folders whose files are not known: other volumes, objects that are not in the tree.
    unknown: Vec<String>,
    /// The folder of the configuration.
    folder: String,
}

impl Files {
    /// The files that a container's mounts bring.
    pub(super) fn of(tree: &Tree<'_, '_>, workload: &Workload<'_, '_>, container: &Node<'_>) -> Self {
        let name = container.get("name").and_then(Node::text).unwrap_or_default();
        let mut files = Self { container: name.to_owned(), ..Self::default() };
        for mount in list(container, "volumeMounts") {
            let text = |key: &str| mount.get(key).and_then(Node::text);
            let (Some(name), Some(path)) = (text("name"), text("mountPath")) else { continue };
            let volume = list(workload.spec, "volumes")
                .iter()
                .find(|volume| volume.get("name").and_then(Node::text) == Some(name));
            let path = path.trim_end_matches('/');
            match volume {
                Some(volume) => files.add_volume(tree, workload.namespace(), volume, path, text("subPath")),
                None => files.unknown.push(path.to_owned()),
            }
        }
        files
    }

    fn add_volume(
        &mut self,
        tree: &Tree<'_, '_>,
        namespace: &str,
        volume: &Node<'_>,
        path: &str,
        part: Option<&str>,
    ) {
        let sources = volume.get("projected").map(|projected| list(projected, "sources"));
        let sources = sources.unwrap_or(std::slice::from_ref(volume));
        for source in sources {
            let found = [
                ("ConfigMap", "configMap", "name"),
                ("Secret", "secret", "secretName"),
                ("Secret", "secret", "name"),
            ]
            .into_iter()
            .find_map(|(kind, field, name)| {
                let source = source.get(field)?;
                Some((kind, source, source.get(name)?.text()?))
            });
            let keys = found.and_then(|(kind, source, name)| {
                let object = tree.find(("", kind), namespace, name)?;
                let keys = ["data", "binaryData", "stringData"]
                    .into_iter()
                    .filter_map(|field| object.mapping(&[field]));
                let keys: Vec<&str> = keys.flatten().map(|entry| entry.key.text).collect();
                Some((kind, name, files_of(source, &keys)))
            });
            let Some((kind, name, keys)) = keys else {
                self.unknown.push(path.to_owned());
                continue;
            };
            for (key, file) in keys {
                let path = match part {
                    None => format!("{path}/{file}"),
                    Some(part) if part == file => path.to_owned(),
                    Some(part) => match file.strip_prefix(part).and_then(|rest| rest.strip_prefix('/')) {
                        Some(rest) => format!("{path}/{rest}"),
                        None => continue,
                    },
                };
                self.paths.push(path);
                self.from.push((kind, name.to_owned(), key));
            }
        }
    }

    /// These files, if one of them is the key of an object that is a configuration.
    pub(super) fn with_configuration(mut self, kind: &str, name: &str, key: &str) -> Option<Self> {
        let is_it = |from: &(&str, String, String)| from.0 == kind && from.1 == name && from.2 == key;
        let index = self.from.iter().position(is_it)?;
        let file = self.paths.get(index)?;
        self.folder = file.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned());
        Some(self)
    }

    /// A path that counts from the folder of the configuration.
    pub(super) fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{}", self.folder, path.trim_start_matches("./"))
        }
    }

    /// Whether a pattern looks into a folder whose files are not known, or into the image itself.
    pub(super) fn may_hold_more(&self, pattern: &str) -> bool {
        let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_below = |path: &str, folder: &str| {
            path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.unknown.iter().any(|unknown| is_below(folder, unknown) || is_below(unknown, folder))
    }

    /// A file in the folder that a pattern looks into.
    pub(super) fn beside(&self, pattern: &str) -> Option<&str> {
        let folder = pattern.rsplit_once('/')?.0;
        let in_folder = |path: &&String| path.rsplit_once('/').is_some_and(|(other, _)| other == folder);
        self.paths.iter().find(in_folder).map(String::as_str)
    }
}

/// Keys and the files that they become.
fn files_of(source: &Node<'_>, keys: &[&str]) -> Vec<(String, String)> {
    let items = list(source, "items");
    if items.is_empty() {
        return keys.iter().map(|key| ((*key).to_owned(), (*key).to_owned())).collect();
    }
    let text = |item: &Node<'_>, key: &str| item.get(key).and_then(Node::text).map(str::to_owned);
    items.iter().filter_map(|item| Some((text(item, "key")?, text(item, "path")?))).collect()
}

fn list<'a, 's>(node: &'a Node<'s>, field: &str) -> &'a [Node<'s>] {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default()
}

/// Whether a path fits a pattern with `*`, `?` and `[...]`, none of which stands for a slash.
pub(super) fn matches_pattern(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
    matches_characters(&pattern, &path)
}

fn matches_characters(pattern: &[char], path: &[char]) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return path.is_empty() };
    match first {
        '*' => {
            let end = path.iter().position(|character| *character == '/').unwrap_or(path.len());
            (0..=end).any(|skipped| matches_characters(rest, &path[skipped..]))
        }
        '?' => path.first().is_some_and(|next| *next != '/') && matches_characters(rest, &path[1..]),
        '[' => {
            let (Some(end), Some(next)) = (rest.iter().position(|next| *next == ']'), path.first()) else {
                return false;
            };
            in_class(&rest[..end], *next) && matches_characters(&rest[end + 1..], &path[1..])
        }
        _ => path.first() == Some(first) && matches_characters(rest, &path[1..]),
    }
}

fn in_class(class: &[char], character: char) -> bool {
    let (is_negative, class) = match class.split_first() {
        Some(('^' | '!', rest)) => (true, rest),
        _ => (false, class),
    };
    let mut is_in = class.contains(&character);
    for range in class.windows(3).filter(|range| range[1] == '-') {
        is_in |= (range[0]..=range[2]).contains(&character);
    }
    is_in != is_negative
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, path) in [("/a/*.yaml", "/a/b.yaml"), ("/a/?.y*ml", "/a/b.yml"), ("/*/[a-c]", "/x/b")] {
            assert!(matches_pattern(pattern, path), "{pattern}");
        }
        for (pattern, path) in
            [("/a/*.yml", "/a/b.yaml"), ("/a/*", "/a/b/c"), ("/a/[^b]", "/a/b"), ("/a/[", "/a/b")]
        {
            assert!(!matches_pattern(pattern, path), "{pattern}");
        }
    }
}
