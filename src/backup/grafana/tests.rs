//! Which folders are kept, in which order objects come, and how they are named in paths.

use serde_json::json;

use super::*;

fn object(kind: Kind, identity: &str, folder: Option<&str>, is_provisioned: bool) -> Object {
    let field = if kind == Kind::Folder { "parentUid" } else { "folderUid" };
    let content = folder.map_or_else(|| json!({}), |folder| json!({field: folder}));
    Object {
        kind,
        identity: identity.to_owned(),
        content,
        secure: BTreeSet::new(),
        is_provisioned,
        number: None,
    }
}

fn places(objects: &[Object]) -> Vec<String> {
    objects.iter().map(Object::place).collect()
}

#[test]
fn folders_of_provisioned_dashboards_alone_are_left_out() {
    let objects = vec![
        object(Kind::Folder, "files", None, false),
        object(Kind::Folder, "both", None, false),
        object(Kind::Folder, "outer", None, false),
        object(Kind::Folder, "inner", Some("outer"), false),
        object(Kind::Folder, "empty", None, false),
        object(Kind::Dashboard, "a", Some("files"), true),
        object(Kind::Dashboard, "b", Some("both"), true),
        object(Kind::Dashboard, "c", Some("both"), false),
        object(Kind::Dashboard, "d", Some("inner"), false),
        object(Kind::Dashboard, "e", Some("outer"), true),
    ];
    let kept =
        ["folders/both", "folders/outer", "folders/inner", "folders/empty", "dashboards/c", "dashboards/d"];
    assert_eq!(places(&beyond_files(objects)), kept);
}

#[test]
fn folders_come_from_the_outside_in_and_a_circle_ends() {
    let objects = vec![
        object(Kind::Dashboard, "d", Some("c"), false),
        object(Kind::Folder, "c", Some("b"), false),
        object(Kind::Folder, "b", Some("a"), false),
        object(Kind::Folder, "a", None, false),
    ];
    let expected = ["folders/a", "folders/b", "folders/c", "dashboards/d"];
    assert_eq!(places(&outer_folders_first(objects)), expected);
    let circle =
        vec![object(Kind::Folder, "a", Some("b"), false), object(Kind::Folder, "b", Some("a"), false)];
    assert_eq!(outer_folders_first(circle.clone()).len(), 2);
    assert_eq!(beyond_files(circle).len(), 2);
}

#[test]
fn alerts_stay_editable_and_names_are_one_part_of_a_path() {
    let template = object(Kind::Template, "a/b c", None, false);
    let creation = template.creation(serde_json::Map::new());
    assert_eq!(creation.path, "/api/v1/provisioning/templates/a%2Fb%20c");
    assert!(creation.headers.contains(&("X-Disable-Provenance", "true")));
    assert!(object(Kind::Dashboard, "a", None, false).creation(serde_json::Map::new()).headers.is_empty());
}
