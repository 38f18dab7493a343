//! A node behind a stub kubectl, which runs the commands here and breaks what it carries.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Instant;

use super::*;

/// Runs what stands behind `--`, with what `$FAULT` says; counts its runs in the file `runs`.
const STUB: &str = include_str!("../../../../tests/backup/kubectl");

struct Cluster {
    _folder: tempfile::TempDir,
    stub: PathBuf,
    data: PathBuf,
    node: KubectlNode,
}

impl Cluster {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (stub, data) = (folder.path().join("kubectl"), folder.path().join("data folder"));
        fs::write(&stub, STUB).unwrap();
        fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(&data).unwrap();
        let node = KubectlNode::new(Container {
            kubectl: stub.clone(),
            context: Some("gke".to_owned()),
            namespace: "monitoring".to_owned(),
            pod: "prometheus-0".to_owned(),
            container: "prometheus".to_owned(),
            folder: data.to_str().unwrap().to_owned(),
        });
        let cluster =
            Self { _folder: folder, stub, data, node: node.unwrap().with_deadline(Duration::from_secs(2)) };
        cluster.break_with("nothing");
        cluster
    }

    fn break_with(&self, fault: &str) {
        fs::write(self.stub.with_file_name("fault"), fault).unwrap();
        fs::write(self.stub.with_file_name("runs"), "").unwrap();
    }
}

/// Bytes that no compression and no text handling leaves alone by luck.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

fn digest(bytes: &[u8]) -> Digest {
    Digest { size: bytes.len() as u64, sha256: sha256(bytes) }
}

fn assert_reads(cluster: &Cluster, path: &str, expected: &[u8]) {
    let mut out = Vec::new();
    assert_eq!(cluster.node.read(path, &mut out).unwrap(), digest(expected));
    assert!(out == expected, "{path} came as other bytes");
}

#[test]
fn files_of_every_length_go_there_and_back() {
    let cluster = Cluster::new();
    cluster.node.make_folder("a b/c").unwrap();
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1] {
        let content = bytes(length);
        cluster.node.write("a b/c/one", &mut Cursor::new(&content), &digest(&content)).unwrap();
        assert!(fs::read(cluster.data.join("a b/c/one")).unwrap() == content);
        assert_reads(&cluster, "a b/c/one", &content);
        let listed = cluster.node.list("a b").unwrap();
        assert_eq!(listed, [NodeFile { path: "a b/c/one".to_owned(), size: length as u64 }]);
    }
    assert_eq!(cluster.node.repeated(), 0);
}

/// Case 14: exec loses the end of every third stream, and calls it a success.
#[test]
fn what_exec_loses_is_asked_for_again() {
    let cluster = Cluster::new();
    let content = bytes(3 * PIECE + 5);
    fs::write(cluster.data.join("one"), &content).unwrap();
    for fault in ["truncate", "stall", "reset"] {
        cluster.break_with(fault);
        let before = cluster.node.repeated();
        assert_reads(&cluster, "one", &content);
        assert!(cluster.node.repeated() > before, "{fault} was not met");
    }
}

/// Case 15: the end of the input does not get through, and input is lost.
#[test]
fn what_is_sent_needs_no_end_of_input() {
    for (fault, is_repeated) in [("deaf", false), ("short-input", true), ("reset", true), ("lost", true)] {
        let cluster = Cluster::new();
        cluster.break_with(fault);
        let (content, begin) = (bytes(PIECE + 5), Instant::now());
        cluster.node.write("one", &mut Cursor::new(&content), &digest(&content)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(25), "{fault}");
        assert!(fs::read(cluster.data.join("one")).unwrap() == content, "{fault}");
        assert_eq!(cluster.node.repeated() > 0, is_repeated, "{fault}");
        cluster.break_with("nothing");
        assert_eq!(cluster.node.list("").unwrap().len(), 1, "{fault}");
    }
}

#[test]
fn what_is_not_what_was_promised_leaves_no_file() {
    let cluster = Cluster::new();
    for wrong in ["hell", "hello!", "hullo"] {
        let error = cluster.node.write("one", &mut wrong.as_bytes(), &digest(b"hello")).unwrap_err();
        assert_eq!(error.failure, Failure::Content, "{wrong}");
        assert_eq!(cluster.node.list("").unwrap(), [], "{wrong}");
    }
}

#[test]
fn a_rename_whose_answer_is_lost_is_done_once() {
    let cluster = Cluster::new();
    fs::create_dir(cluster.data.join("a")).unwrap();
    cluster.break_with("lost");
    cluster.node.rename("a", "b").unwrap();
    assert!(cluster.data.join("b").exists() && !cluster.data.join("a").exists());
    cluster.break_with("nothing");
    fs::create_dir(cluster.data.join("a")).unwrap();
    assert_eq!(cluster.node.rename("a", "b").unwrap_err().failure, Failure::Exists);
    assert_eq!(cluster.node.rename("c", "d").unwrap_err().failure, Failure::Missing);
    cluster.node.remove_folder("a").unwrap();
    cluster.node.remove_folder("a").unwrap();
    assert!(!cluster.data.join("a").exists());
}

#[test]
fn what_no_further_try_changes_is_said_at_once() {
    let cluster = Cluster::new();
    for (fault, failure) in [("forbidden", Failure::Forbidden), ("distroless", Failure::Missing)] {
        cluster.break_with(fault);
        let error = cluster.node.list("").unwrap_err();
        assert_eq!((error.failure, error.hint.is_some()), (failure, true), "{error}");
        assert_eq!(fs::read_to_string(cluster.stub.with_file_name("runs")).unwrap(), "x\n");
    }
    cluster.break_with("dead");
    assert_eq!(cluster.node.list("").unwrap_err().failure, Failure::Unreachable);
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let cluster = Cluster::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("kept"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path(), cluster.data.join("link")).unwrap();
    for wrong in ["/etc", "../x", "a//b", "./a", "a/", "link", "link/kept"] {
        assert_eq!(cluster.node.remove_folder(wrong).unwrap_err().failure, Failure::Path, "{wrong}");
        assert_eq!(cluster.node.read(wrong, &mut Vec::new()).unwrap_err().failure, Failure::Path, "{wrong}");
    }
    assert_eq!(cluster.node.list("").unwrap_err().failure, Failure::Path);
    assert!(outside.path().join("kept").exists());
}

#[test]
fn the_folder_says_whose_it_is_and_whether_it_is_used() {
    use std::os::unix::fs::MetadataExt as _;
    let cluster = Cluster::new();
    let metadata = fs::metadata(&cluster.data).unwrap();
    assert_eq!(cluster.node.owner(), Some(Owner { user: metadata.uid(), group: metadata.gid() }));
    assert!(cluster.node.free_space().is_some_and(|space| space > 0));
    assert!(!cluster.node.is_in_use().unwrap());
    let held = fs::File::create(cluster.data.join("held")).unwrap();
    assert!(cluster.node.is_in_use().unwrap());
    drop(held);
}

#[test]
fn names_that_would_be_options_are_refused() {
    let at = Cluster::new().node.at;
    assert!(KubectlNode::new(Container { pod: "--all".to_owned(), ..at.clone() }).is_err());
    assert!(KubectlNode::new(Container { folder: "data".to_owned(), ..at }).is_err());
    assert!(!Path::new("data").exists());
}

/// A server whose first connection breaks.
#[test]
fn a_question_that_changes_nothing_is_asked_again_and_another_is_not() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let cluster = Cluster::new();
    let port = listener.local_addr().unwrap().port().to_string();
    fs::write(cluster.stub.with_file_name("port-9090"), port).unwrap();
    let server = std::thread::spawn(move || {
        for answers in [false, true, false] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut question = [0; 1 << 10];
            assert!(stream.read(&mut question).unwrap() > 0);
            if answers {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
            }
        }
    });
    let target = Target {
        resource: "service/prometheus".to_owned(),
        port: 9090,
        prefix: String::new(),
        authorization: None,
        tls: None,
    };
    let node = cluster.node.with(Service::Prometheus, target);
    let answer = node.http(Service::Prometheus, &Request::get("/-/ready")).unwrap();
    assert_eq!((answer.status, answer.body.as_slice(), node.repeated.get()), (200, b"ok".as_slice(), 1));
    let error = node.http(Service::Prometheus, &Request::post("/api/v1/admin/tsdb/snapshot", Vec::new()));
    assert!(error.unwrap_err().place.ends_with("(service/prometheus)"));
    assert_eq!(node.repeated.get(), 1);
    server.join().unwrap();
    assert_eq!(node.http(Service::Grafana, &Request::get("/")).unwrap_err().failure, Failure::Missing);
}

#[test]
fn one_run_writes_to_a_folder_at_a_time() {
    let cluster = Cluster::new();
    let held = cluster.node.lock().unwrap();
    assert_eq!(cluster.node.lock().err().unwrap().failure, Failure::Exists);
    let here = crate::backup::node::LocalNode::new(&cluster.data).unwrap();
    assert_eq!(here.lock().err().unwrap().failure, Failure::Exists);
    drop(held);
    drop(cluster.node.lock().unwrap());
    assert_eq!(cluster.node.list("").unwrap(), []);
    cluster.break_with("dead");
    assert_eq!(cluster.node.lock().err().unwrap().failure, Failure::Unreachable);
}
