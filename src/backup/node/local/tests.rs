//! A local node on real folders.

use super::*;

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn node() -> (tempfile::TempDir, LocalNode) {
    let folder = tempfile::tempdir().unwrap();
    let node = LocalNode::new(folder.path()).unwrap();
    (folder, node)
}

fn hello() -> Digest {
    Digest { size: 5, sha256: HELLO.to_owned() }
}

#[test]
fn what_was_written_is_read_with_the_same_digest() {
    let (_folder, node) = node();
    node.make_folder("a/b").unwrap();
    node.write("a/b/one", &mut b"hello".as_slice(), &hello()).unwrap();
    let mut out = Vec::new();
    assert_eq!(node.read("a/b/one", &mut out).unwrap(), hello());
    assert_eq!(out, b"hello");
    assert_eq!(node.list("a").unwrap(), [NodeFile { path: "a/b/one".to_owned(), size: 5 }]);
}

#[test]
fn what_is_not_what_was_promised_leaves_no_file() {
    let (_folder, node) = node();
    node.make_folder("a").unwrap();
    for wrong in ["hell", "hello!", "hullo"] {
        let error = node.write("a/one", &mut wrong.as_bytes(), &hello()).unwrap_err();
        assert_eq!(error.failure, Failure::Content, "{wrong}");
        assert_eq!(node.list("a").unwrap(), [], "{wrong}");
    }
}

#[test]
fn a_failed_write_keeps_the_file_that_was_there() {
    let (_folder, node) = node();
    node.make_folder("a").unwrap();
    node.write("a/one", &mut b"hello".as_slice(), &hello()).unwrap();
    node.write("a/one", &mut b"short".as_slice(), &hello()).unwrap_err();
    assert_eq!(node.read("a/one", &mut Vec::new()).unwrap(), hello());
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let (_folder, node) = node();
    for wrong in ["", "/etc", "../x", "a/../../x", "a//b", "./a", "a/", "a\\b", "c:x"] {
        assert!(wrong.is_empty() || node.list(wrong).unwrap_err().failure == Failure::Path, "{wrong}");
        assert_eq!(node.remove_folder(wrong).unwrap_err().failure, Failure::Path, "{wrong}");
        assert_eq!(node.make_folder(wrong).unwrap_err().failure, Failure::Path, "{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let (folder, node) = node();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("kept"), "x").unwrap();
    node.make_folder("a").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("a/link")).unwrap();
    assert_eq!(node.list("a").unwrap_err().failure, Failure::Path);
    assert_eq!(node.read("a/link/kept", &mut Vec::new()).unwrap_err().failure, Failure::Path);
    assert_eq!(node.remove_folder("a/link").unwrap_err().failure, Failure::Path);
    assert!(outside.path().join("kept").exists());
}

#[test]
fn a_rename_replaces_nothing_and_a_folder_that_is_gone_is_removed() {
    let (_folder, node) = node();
    node.make_folder("a").unwrap();
    node.make_folder("b").unwrap();
    assert_eq!(node.rename("a", "b").unwrap_err().failure, Failure::Exists);
    node.rename("a", "c").unwrap();
    assert_eq!(node.list("a").unwrap_err().failure, Failure::Missing);
    node.remove_folder("c").unwrap();
    node.remove_folder("c").unwrap();
}

#[test]
fn one_run_writes_to_a_folder_at_a_time() {
    let (folder, node) = node();
    let held = node.lock().unwrap();
    let other = LocalNode::new(folder.path()).unwrap();
    assert_eq!(other.lock().err().unwrap().failure, Failure::Exists);
    drop(held);
    drop(other.lock().unwrap());
    assert_eq!(node.list("").unwrap(), []);
}

#[test]
fn a_server_without_an_address_is_missing() {
    let (_folder, node) = node();
    let error = node.http(Service::Grafana, &Request::get("/")).unwrap_err();
    assert_eq!((error.failure, error.message.as_str()), (Failure::Missing, "no address of Grafana is known"));
}
