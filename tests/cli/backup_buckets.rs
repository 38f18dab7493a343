//! Repositories in buckets, with servers that speak as the clouds do: `tests/backup/check-stores` starts them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use stackgen::backup::Failure;
use stackgen::backup::repository::{Identities, LeaseKind, Repository};
use stackgen::backup::store;

use super::backup::{Stack, fails, json as parse};
use crate::support::{Run, skip};
use crate::tsdb::has_prometheus;

/// The environment variables that say which store, where it listens and what it is asked with.
const SETTINGS: [&str; 4] = ["AWS_", "GOOGLE_", "AZURE_", "AZURITE_"];

/// A stack, and a place of its own in the bucket.
struct Bucket {
    stack: Stack,
    url: String,
}

impl Bucket {
    /// In the bucket of this run; none if there is none.
    fn new(test: &str) -> Option<Self> {
        let Ok(bucket) = std::env::var("STACKGEN_TEST_BUCKET") else {
            skip(test, "a store, as tests/backup/check-stores starts them");
            return None;
        };
        let url = format!("{bucket}/{test}/{}", std::process::id());
        has_prometheus(test).then(|| Self { stack: Stack::new(5, 240), url })
    }

    /// With `replaced` in the place of the address of the store, if there is one.
    fn run_at(&self, line: &str, replaced: Option<u16>) -> Run {
        let line = line.replace("BUCKET", &self.url);
        let mut command = self.stack.workspace.stackgen(line.split_whitespace());
        for (name, value) in std::env::vars() {
            if SETTINGS.iter().any(|setting| name.starts_with(setting)) {
                let port = |port: u16| value.replace(&store_port().to_string(), &port.to_string());
                command = command.env(&name, &replaced.map_or(value.clone(), port));
            }
        }
        command.run()
    }

    fn run(&self, line: &str) -> Run {
        self.run_at(line, None)
    }

    fn back_up(&self, arguments: &str, replaced: Option<u16>) -> Run {
        let line = "backup --to BUCKET --cluster gke --prometheus-data data --capture stopped-folder -o json";
        self.run_at(&format!("{line} {arguments}"), replaced)
    }
}

/// Where the store listens.
fn store_port() -> u16 {
    std::env::var("STACKGEN_TEST_PORT").unwrap().parse().unwrap()
}

/// The same as of a folder: what is stored is there once, is verified and comes back.
#[test]
fn a_bucket_holds_what_a_folder_does() {
    let Some(bucket) = Bucket::new("a-bucket-holds-what-a-folder-does") else { return };
    fails(&bucket.back_up("", None), 2, &[&bucket.url, "holds no repository", "--no-encrypt"]);
    fails(&bucket.run("backup list --repository BUCKET"), 2, &[&bucket.url, "holds no repository"]);
    let first = parse(bucket.back_up("--no-encrypt", None).quiet_success());
    assert!(first["written"]["blobs"].as_u64().unwrap() > 3, "{first:#}");
    let second = parse(bucket.back_up("", None).quiet_success());
    assert_eq!((&second["written"]["blobs"], &second["merkleRoot"]), (&0.into(), &first["merkleRoot"]));
    let verify = bucket.run("backup verify --read-data --repository BUCKET").quiet_success();
    assert_eq!(verify.matches("every byte is right").count(), 2);
    let list = parse(bucket.run("backup list --repository BUCKET -o json").quiet_success());
    assert_eq!(list["snapshots"].as_array().unwrap().len(), 2);
    let show = parse(bucket.run("backup show gke --repository BUCKET -o json").quiet_success());
    assert_eq!(show["manifest"]["merkle_root"], first["merkleRoot"], "{show:#}");

    let prune =
        "backup prune --repository BUCKET --keep-last 1 --keep-daily 0 --keep-weekly 0 --keep-monthly 0";
    // Both were verified, so the newest of all is the newest verified one too.
    let pruned = parse(bucket.run(&format!("{prune} -o json")).quiet_success());
    assert_eq!(pruned["removed"], json!([first["snapshot"]]));
    assert_eq!(pruned["blobs"]["marked"], 0, "all blobs of the one are those of the other");

    fs::create_dir(bucket.stack.workspace.path("target")).unwrap();
    let restore = "restore latest --repository BUCKET --prometheus-data target --retention 100y";
    bucket.run(restore).quiet_success();
    assert!(bucket.stack.workspace.files("target") == bucket.stack.workspace.files("data"));
}

/// Case 40: of many that make one object at once, one does, and it is that one's.
#[test]
fn of_many_that_create_one_object_in_a_bucket_one_wins() {
    let Some(bucket) = Bucket::new("of-many-that-create-one-object-one-wins") else { return };
    for round in 0..5 {
        let name = format!("race/{round}");
        let create = |number: u8| {
            let (url, name) = (bucket.url.clone(), name.clone());
            move || store::open(&url).unwrap().create(&name, &[number; 4096])
        };
        let threads: Vec<_> = (0..8).map(|number| std::thread::spawn(create(number))).collect();
        let ends: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let winner = ends.iter().position(Result::is_ok).unwrap();
        for (number, end) in ends.iter().enumerate().filter(|(number, _)| *number != winner) {
            assert_eq!(end.as_ref().unwrap_err().failure, Failure::Exists, "{number}");
        }
        let bytes = store::open(&bucket.url).unwrap().read(&name).unwrap();
        assert_eq!(bytes, vec![u8::try_from(winner).unwrap(); 4096]);
    }
    let store = store::open(&bucket.url).unwrap();
    store.replace("race/0", b"other").unwrap();
    assert_eq!(store.read("race/0").unwrap(), b"other");
    store.remove("race/0").unwrap();
    store.remove("race/0").unwrap();
    assert_eq!(store.read("race/0").unwrap_err().failure, Failure::Missing);
    let names: Vec<String> = store.list("race").unwrap().into_iter().map(|object| object.name).collect();
    assert_eq!(names, ["race/1", "race/2", "race/3", "race/4"]);
    assert_eq!(store.list("ra").unwrap(), []);
}

/// Case 40: who prunes is alone, and others are told who it is.
#[test]
fn a_bucket_that_somebody_prunes_is_left_alone() {
    let Some(bucket) = Bucket::new("a-bucket-that-somebody-prunes-is-left-alone") else { return };
    bucket.back_up("--no-encrypt", None).quiet_success();
    let store = store::open(&bucket.url).unwrap();
    let repository = Repository::open(store, Identities::default(), jiff::Timestamp::now).unwrap();
    let lease = repository.lease(LeaseKind::Exclusive, "somebody's prune").unwrap();
    for command in ["backup prune --repository BUCKET", "restore latest --repository BUCKET --retention 100y"]
    {
        let line =
            format!("{command} {}", if command.starts_with("re") { "--prometheus-data data" } else { "" });
        fails(&bucket.run(&line), 2, &["is in use by somebody's prune", "wait for it to end"]);
    }
    fails(&bucket.back_up("", None), 2, &["is in use by somebody's prune"]);
    drop(lease);
    bucket.back_up("", None).quiet_success();
}

/// Passes so many requests on to the store, and then answers as one does whose credentials have expired.
fn expiring(allowed: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, store) = (listener.local_addr().unwrap().port(), store_port());
    let refused = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&refused);
    std::thread::spawn(move || {
        for (nth, client) in listener.incoming().map_while(Result::ok).enumerate() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || answer(client, store, (nth >= allowed).then_some(&*count)));
        }
    });
    (port, refused)
}

/// One request of one connection.
fn answer(mut client: TcpStream, store: u16, refused: Option<&AtomicUsize>) -> Option<()> {
    let question = request(&mut client)?;
    if let Some(refused) = refused {
        refused.fetch_add(1, Ordering::SeqCst);
        let body = "<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>";
        let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nConnection: close\r\n";
        write!(client, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).ok()?;
    } else {
        let mut server = TcpStream::connect(("127.0.0.1", store)).unwrap();
        server.write_all(&question).ok()?;
        std::io::copy(&mut server, &mut client).ok()?;
    }
    client.shutdown(Shutdown::Both).ok()
}

/// A request as a whole, as one after which the connection ends.
fn request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 16 << 10];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 2;
        }
        let length = client.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    while bytes.len() < head + 2 + length.unwrap_or(0) {
        let length = client.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
    }
    let rest = bytes.split_off(head);
    bytes.extend_from_slice(b"Connection: close\r\n");
    bytes.extend(rest);
    Some(bytes)
}

/// Case 41: what was stored until then is no snapshot, and the next run uses it.
#[test]
fn credentials_that_expire_end_a_backup_and_the_next_one_goes_on() {
    let Some(mut bucket) = Bucket::new("credentials-that-expire") else { return };
    let (port, refused) = expiring(0);
    let run = bucket.back_up("--no-encrypt", Some(port));
    fails(&run, 2, &[&bucket.url, "config.json", "the store does not allow it", "ExpiredToken", "expired"]);
    assert!(refused.load(Ordering::SeqCst) > 0);
    bucket.back_up("--no-encrypt", None).quiet_success();
    let whole = parse(bucket.back_up("", None).quiet_success());

    // Into a new repository each time: ever more of it is there already.
    let mut written = Vec::new();
    for allowed in [3, 8, 14] {
        bucket.url += "-again";
        let (port, refused) = expiring(allowed);
        let run = bucket.back_up("--no-encrypt", Some(port));
        fails(&run, 2, &[&bucket.url, "the store does not allow it", "run again: what is stored is used"]);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        assert!(refused.load(Ordering::SeqCst) > 0);
        assert_eq!(bucket.run("backup list --repository BUCKET").quiet_success(), "no snapshots\n");
        let again = parse(bucket.back_up("--no-encrypt", None).quiet_success());
        assert_eq!(again["merkleRoot"], whole["merkleRoot"]);
        written.push(again["written"]["blobs"].as_u64().unwrap());
        bucket.run("backup verify --read-data --repository BUCKET").quiet_success();
    }
    assert!(written.is_sorted_by(|more, less| more > less), "{written:?}");
}

#[test]
fn a_store_that_is_not_there_is_named_and_not_waited_for() {
    let Some(bucket) = Bucket::new("a-store-that-is-not-there") else { return };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let begin = std::time::Instant::now();
    let run = bucket.run_at("backup list --repository BUCKET", Some(closed));
    fails(&run, 2, &[&bucket.url, "config.json", "no answer came", "run again"]);
    assert!(begin.elapsed().as_secs() < 60 && !run.stderr.contains("canary"), "{}", run.stderr);
    let nowhere = bucket.url.replacen("stackgen-tests", "stackgen-nowhere", 1);
    let line = format!(
        "backup --to {nowhere} --no-encrypt --cluster gke --prometheus-data data --capture stopped-folder"
    );
    fails(&bucket.run(&line), 2, &["stackgen-nowhere", "the bucket is not there"]);
}
