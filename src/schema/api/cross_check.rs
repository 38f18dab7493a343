//! Ours and the `jsonschema` crate must agree on every object: on those of our tree, on the examples of the rules, and
//! on thousands of mutations of them. The schema that the crate gets is read back from the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::shape::{Flags, Kind, Shape};
use super::table::{NodeId, Table};
use super::{Found, Lookup, Minor, Schemas, ViolationKind};
use crate::yaml::random::Random;
use crate::yaml::{Mapping, Node, ParseOptions, Scalar, Sources, Typing, Value, parse_readable};

/// How many mutations of each object are held against both.
const MUTATIONS: usize = 120;

/// The table as a JSON Schema, a definition for each node.
struct Export<'t> {
    table: &'t Table,
    is_custom: bool,
    definitions: BTreeMap<String, Json>,
}

impl Export<'_> {
    fn reference(&mut self, id: NodeId) -> Json {
        let name = format!("n{id}");
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Json::Null);
            let schema = self.schema(id);
            self.definitions.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn schema(&mut self, id: NodeId) -> Json {
        let shape = Shape::read(self.table, id);
        let mut schema = Map::new();
        let types: &[&str] = match shape.kind {
            Kind::Any | Kind::Recursive => &[],
            Kind::Object => &["object"],
            Kind::Array => &["array"],
            Kind::String => &["string"],
            Kind::Integer => &["integer"],
            Kind::Number => &["number"],
            Kind::Boolean => &["boolean"],
            Kind::IntOrString => &["integer", "string"],
            Kind::Quantity => &["number", "string"],
        };
        if !types.is_empty() {
            schema.insert("type".to_owned(), json!(types));
        }
        self.structure(&shape, &mut schema);
        self.limits(&shape, &mut schema);
        Json::Object(schema)
    }

    fn structure(&mut self, shape: &Shape<'_>, schema: &mut Map<String, Json>) {
        let table = self.table;
        let mut properties = Map::new();
        for (name, child) in shape.properties.iter() {
            properties.insert(table.text(name).to_owned(), self.reference(child));
        }
        if matches!(shape.kind, Kind::Object | Kind::Any) && !shape.is_open() {
            let values = shape.values.map_or(json!(false), |values| self.reference(values));
            schema.insert("additionalProperties".to_owned(), values);
        }
        let has_default = |name: &str| {
            let child = shape.properties.get(table, name).map(|child| Shape::read(table, child));
            child.is_some_and(|child| child.flags.has(Flags::DEFAULT | Flags::OPAQUE_DEFAULT))
        };
        let required = shape.required.iter().map(|id| table.text(id)).filter(|name| !has_default(name));
        schema.insert("required".to_owned(), required.collect());
        schema.insert("properties".to_owned(), Json::Object(properties));
        if let Some(items) = shape.items {
            let items = self.reference(items);
            schema.insert("items".to_owned(), items);
        }
        if !shape.allowed.is_empty() {
            let own = (!self.is_custom).then_some("");
            schema.insert(
                "enum".to_owned(),
                shape.allowed.iter().map(|id| table.text(id)).chain(own).collect(),
            );
        }
    }

    fn limits(&mut self, shape: &Shape<'_>, schema: &mut Map<String, Json>) {
        let Some(limits) = shape.limits() else { return };
        let mut put = |key: &str, value: Json| schema.insert(key.to_owned(), value);
        let number = |id| serde_json::from_str::<Json>(self.table.text(id)).unwrap();
        // The crate reads patterns as JavaScript does, which has no flags inside.
        if let Some(pattern) =
            limits.pattern.map(|id| self.table.text(id)).filter(|text| !text.contains("(?"))
        {
            put("pattern", json!(pattern));
        }
        if let Some(minimum) = limits.minimum {
            put("minimum", number(minimum));
        }
        if let Some(maximum) = limits.maximum {
            put("maximum", number(maximum));
        }
        let (least, most) = match shape.kind {
            Kind::Array => ("minItems", "maxItems"),
            Kind::Object => ("minProperties", "maxProperties"),
            _ => ("minLength", "maxLength"),
        };
        limits.least.map(|count| put(least, json!(count)));
        limits.most.map(|count| put(most, json!(count)));
        // No embedded definition has alternatives; a new one that does must be exported too.
        assert!(limits.any_of.is_empty() && limits.one_of.is_empty() && limits.all_of.is_empty());
    }
}

fn validator(found: &Found<'_>) -> jsonschema::Validator {
    let mut export = Export { table: found.table, is_custom: found.is_custom, definitions: BTreeMap::new() };
    let mut root = export.schema(found.root);
    if let Some((table, metadata)) = found.metadata {
        export.is_custom = false;
        assert!(std::ptr::eq(table, found.table));
        let metadata = export.reference(metadata);
        root["properties"]["metadata"] = metadata;
        root["properties"]["apiVersion"] = json!({});
        root["properties"]["kind"] = json!({});
    }
    root["$defs"] = json!(export.definitions);
    jsonschema::validator_for(&root).unwrap()
}

/// The value that the API server gets: fields without a value are none.
fn to_json(node: &Node<'_>) -> Json {
    if let Some(mapping) = node.as_mapping() {
        let fields = mapping.iter().filter(|entry| !entry.value.is_null());
        return fields.map(|entry| (entry.key.text.to_owned(), to_json(&entry.value))).collect();
    }
    if let Some(items) = node.as_sequence() {
        return items.iter().map(to_json).collect();
    }
    match node.scalar(Typing::Legacy) {
        Some(Scalar::Bool(value)) => json!(value),
        Some(Scalar::Integer(value)) => {
            i64::try_from(value).map_or_else(|_| json!(u64::MAX), |value| json!(value))
        }
        Some(Scalar::Float(value)) => json!(value),
        Some(Scalar::Null) | None => Json::Null,
        Some(Scalar::String | Scalar::Timestamp(_)) => json!(node.text()),
    }
}

/// Changes one value somewhere below `node`.
fn mutate(node: &mut Node<'_>, random: &mut Random) {
    let origin = node.origin();
    let is_leaf =
        node.as_mapping().is_none_or(Mapping::is_empty) && node.as_sequence().is_none_or(<[_]>::is_empty);
    if is_leaf || random.below(8) == 0 {
        *node = match random.below(9) {
            0 => Node::plain("7", origin),
            1 => Node::plain("-1", origin),
            2 => Node::plain("1.5", origin),
            3 => Node::plain("yes", origin),
            4 => Node::string("", origin),
            5 => Node::string("text", origin),
            6 => Node::plain("2030-01-31", origin),
            7 => Node::mapping(origin),
            _ => Node::sequence(vec![Node::string("text", origin)], origin),
        };
        return;
    }
    if let Some(mapping) = node.as_mapping_mut() {
        let chosen = random.below(mapping.len());
        let key = mapping.iter().nth(chosen).unwrap().key.text;
        match random.below(10) {
            0 => drop(mapping.remove(key)),
            1 => {
                let value = mapping.remove(key).unwrap();
                mapping.insert(
                    ["spec", "name", "metadata", "labels", "ports", "replcias"][random.below(6)],
                    value,
                );
            }
            _ => mutate(mapping.get_mut(key).unwrap(), random),
        }
    } else if let Some(items) = node.as_sequence_mut() {
        let chosen = random.below(items.len());
        match random.below(6) {
            0 => items.push(items[chosen].clone()),
            _ => mutate(&mut items[chosen], random),
        }
    }
}

/// Whether nothing is wrong that a JSON Schema can say.
fn is_valid(schemas: &Schemas, object: &Node<'_>, found: &Found<'_>) -> bool {
    const OURS: [ViolationKind; 4] =
        [ViolationKind::Cel, ViolationKind::Format, ViolationKind::ListMapKey, ViolationKind::Quantity];
    schemas.validate(object, found, Typing::Legacy).iter().all(|violation| OURS.contains(&violation.kind))
}

#[test]
fn ours_and_the_json_schema_crate_agree() {
    let schemas = Schemas::embedded();
    let sources = Sources::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["gitops", "tests/rules/schema"]
        .map(|folder| walkdir::WalkDir::new(root.join(folder)).sort_by_file_name());
    let mut validators: BTreeMap<(String, String), jsonschema::Validator> = BTreeMap::new();
    let (mut verdicts, mut kinds, mut random) = ([0_usize; 2], BTreeSet::new(), Random(7));
    for entry in folders.into_iter().flatten() {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let source = sources.add(&path, std::fs::read_to_string(&path).unwrap()).unwrap();
        for object in parse_readable(source, &sources, &ParseOptions::default()).0 {
            let text = |key: &str| object.get(key).and_then(Node::text).unwrap_or_default().to_owned();
            let name = (text("apiVersion"), text("kind"));
            let Lookup::Found(found) = schemas.find(&name.0, &name.1, Minor::new(35)) else { continue };
            let validator = validators.entry(name.clone()).or_insert_with(|| validator(&found));
            for round in 0..=MUTATIONS {
                let mut object = object.clone();
                (0..round % 8).for_each(|_| mutate(&mut object, &mut random));
                if !matches!(object.value(), Value::Mapping(_)) || object.get("kind").is_none() {
                    continue;
                }
                let ours = is_valid(&schemas, &object, &found);
                let theirs = validator.is_valid(&to_json(&object));
                let said = schemas.validate(&object, &found, Typing::Legacy);
                assert_eq!(ours, theirs, "{}: {} {said:?}", path.display(), to_json(&object));
                verdicts[usize::from(ours)] += 1;
            }
            kinds.insert(name);
        }
    }
    assert!(kinds.len() > 20 && verdicts[0] > 4000 && verdicts[1] > 2000, "{kinds:?} {verdicts:?}");
}
