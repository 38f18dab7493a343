//! Where storage is asked for.

use super::object::Object;
use super::tree::Tree;
use super::workload::Workload;
use crate::yaml::Node;

/// Something that asks for storage.
#[derive(Clone, Debug)]
pub struct Claim<'a, 's> {
    /// Who asks.
    pub object: Object<'a, 's>,
    /// Where the `spec` of the claim stands in the object.
    pub path: String,
    /// The `spec` of the claim.
    pub spec: &'a Node<'s>,
}

/// All claims of a tree, and all templates of claims.
pub fn claims<'a, 's>(tree: &Tree<'a, 's>) -> Vec<Claim<'a, 's>> {
    tree.objects().iter().flat_map(|object| of_object(*object)).collect()
}

fn of_object<'a, 's>(object: Object<'a, 's>) -> Vec<Claim<'a, 's>> {
    let claim = |path: String, spec| Claim { object, path, spec };
    let mut found = Vec::new();
    if object.is("", "PersistentVolumeClaim") {
        found.extend(object.at(&["spec"]).map(|spec| claim("spec".to_owned(), spec)));
    }
    if object.group() == "monitoring.coreos.com" {
        let path = ["spec", "storage", "volumeClaimTemplate", "spec"];
        found.extend(object.at(&path).map(|spec| claim(path.join("."), spec)));
    }
    for (index, template) in object.items(&["spec", "volumeClaimTemplates"]).iter().enumerate() {
        let path = format!("spec.volumeClaimTemplates[{index}].spec");
        found.extend(template.get("spec").map(|spec| claim(path, spec)));
    }
    for (path, volume) in Workload::of(object).into_iter().flat_map(|workload| workload.items("volumes")) {
        let spec = volume.at(&["ephemeral", "volumeClaimTemplate", "spec"]);
        found.extend(spec.map(|spec| claim(format!("{path}.ephemeral.volumeClaimTemplate.spec"), spec)));
    }
    found
}
