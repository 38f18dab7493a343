//! Repositories in memory, with a clock that tests move and stores that fail.

use std::cell::Cell;
use std::io::Write as _;

use age::secrecy::ExposeSecret as _;
use jiff::SignedDuration;

use super::*;
use crate::backup::manifest::{Alertmanager, FileEntry, Source};
use crate::backup::repository::prune::Policy;
use crate::backup::store::memory::MemoryStore;

thread_local! {
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::UNIX_EPOCH) };
}

fn now() -> Timestamp {
    NOW.get()
}

fn wait(store: &MemoryStore, duration: SignedDuration) {
    NOW.set(NOW.get() + duration);
    store.now.set(NOW.get());
}

fn new() -> (MemoryStore, Repository) {
    let store = MemoryStore::default();
    let repository = Repository::init(Box::new(store.clone()), Vec::new(), now).unwrap();
    (store, repository)
}

fn open(store: &MemoryStore) -> Repository {
    Repository::open(Box::new(store.clone()), Identities::default(), now).unwrap()
}

fn put(repository: &Repository, content: &[u8]) -> FileEntry {
    let mut writer = repository.writer();
    writer.write_all(content).unwrap();
    writer.finish("silences.json").unwrap()
}

fn read(repository: &Repository, file: &FileEntry) -> Result<Vec<u8>, BackupError> {
    let mut bytes = Vec::new();
    repository.read(file, &mut bytes).map(|()| bytes)
}

/// A snapshot of one file.
fn manifest(file: FileEntry) -> Manifest {
    let alertmanager = Alertmanager { version: "0.27.0".to_owned(), silences: file, current: 0 };
    Manifest {
        schema: crate::backup::manifest::SCHEMA.to_owned(),
        created: now(),
        cluster: "gke".to_owned(),
        tool: "stackgen".to_owned(),
        source: Source::default(),
        replicas: Vec::new(),
        alertmanager: Some(alertmanager),
        alertmanager_files: Vec::new(),
        grafana: None,
        left_out: Vec::new(),
        merkle_root: String::new(),
    }
    .sealed()
}

fn blobs(store: &MemoryStore) -> usize {
    store.names().iter().filter(|name| name.starts_with("blobs/")).count()
}

/// Bytes that nothing makes smaller.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next(&mut state)).collect()
}

#[test]
fn files_of_every_length_come_back() {
    let (_, repository) = new();
    let lengths = [0, 1, SEGMENT - 1, SEGMENT].map(|length| vec![7; length]);
    for content in lengths.into_iter().chain([noise(1, 1), noise(SEGMENT + 1, 1)]) {
        let (file, length) = (put(&repository, &content), content.len());
        assert_eq!((file.size, file.segments.len()), (length as u64, length.div_ceil(SEGMENT)));
        assert!(read(&repository, &file).unwrap() == content, "{length}");
    }
}

#[test]
fn what_is_there_is_not_written_again() {
    let (store, repository) = new();
    let content = noise(1000, 2);
    let first = put(&repository, &content);
    let again = open(&store);
    assert_eq!(put(&again, &content), first);
    assert_eq!((again.written(), blobs(&store)), (Written::default(), 1));
}

#[test]
fn a_snapshot_is_there_when_it_is_committed_and_not_before() {
    let (store, repository) = new();
    let file = put(&repository, b"content");
    assert_eq!(repository.snapshots().unwrap(), []);
    let manifest = manifest(file);
    let name = repository.commit(&manifest).unwrap();
    assert_eq!(repository.commit(&manifest).unwrap(), name);
    let again = open(&store);
    assert_eq!(again.snapshots().unwrap(), std::slice::from_ref(&name));
    assert_eq!(again.manifest(&name).unwrap(), manifest);
    for text in ["latest", "gke", &name.id, &name.to_string()] {
        assert_eq!(again.find(text).unwrap(), name, "{text}");
    }
    assert_eq!(again.find("aks").unwrap_err().failure, Failure::Missing);
}

#[test]
fn a_store_that_fails_at_any_write_leaves_no_half_snapshot() {
    for writes in 0..8 {
        let (store, _) = new();
        store.writes_left.set(Some(writes));
        let repository = open(&store);
        let run = || {
            let mut writer = repository.writer();
            writer.write_all(&noise(100, 3)).unwrap();
            let file = writer.finish("silences.json")?;
            repository.commit(&manifest(file))
        };
        let result = run();
        store.writes_left.set(None);
        let snapshots = open(&store).snapshots().unwrap();
        assert_eq!(snapshots.len(), usize::from(result.is_ok()), "{writes} writes");
        for name in snapshots {
            assert_eq!(open(&store).verify(&name, None).unwrap().damages, [""; 0]);
        }
    }
}

#[test]
fn every_change_of_a_blob_is_found() {
    let (store, repository) = new();
    let file = put(&repository, &noise(300, 4));
    let name = repository.commit(&manifest(file)).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let verify = |scratch| open(&store).verify(&name, scratch).unwrap().damages;
    assert_eq!(verify(Some(scratch.path())), [""; 0]);
    let blob = store.names().into_iter().find(|name| name.starts_with("blobs/")).unwrap();
    for byte in 0..300 {
        store.damage(&blob, |bytes| bytes[byte] ^= 1);
        assert_eq!(verify(Some(scratch.path())).len(), 1, "byte {byte}");
        store.damage(&blob, |bytes| bytes[byte] ^= 1);
    }
    store.damage(&blob, Vec::clear);
    assert_eq!(verify(None).len(), 1);
    store.remove(&blob).unwrap();
    assert_eq!(verify(None).len(), 1);
}

#[test]
fn a_manifest_that_was_changed_is_refused() {
    let (store, repository) = new();
    let name = repository.commit(&manifest(put(&repository, b"content"))).unwrap();
    let object = name.object(false);
    let text = String::from_utf8(store.read(&object).unwrap()).unwrap();
    for (from, to) in [("gke", "aks"), ("0.27.0", "0.28.0"), ("\"size\": 7", "\"size\": 8"), ("v1", "v2")] {
        assert!(text.contains(from), "{from}");
        store.replace(&object, text.replacen(from, to, 1).as_bytes()).unwrap();
        assert_eq!(repository.manifest(&name).unwrap_err().failure, Failure::Content, "{from}");
    }
}

#[test]
fn a_manifest_that_somebody_made_up_names_no_path_of_its_own() {
    let (_, repository) = new();
    let good = manifest(put(&repository, b"content"));
    let with = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = good.clone();
        change(&mut manifest);
        repository.commit(&manifest.sealed()).unwrap_err()
    };
    let block = |path: &str| {
        let file = FileEntry { path: path.to_owned(), ..FileEntry::default() };
        let block = crate::backup::manifest::BlockEntry {
            ulid: "01HXYZ9K3M4N5P6Q7R8S9TABCD".parse().unwrap(),
            min_time: 0,
            max_time: 1,
            level: 1,
            sources: Vec::new(),
            samples: 0,
            series: 0,
            encodings: Vec::new(),
            metrics: String::new(),
            files: vec![file.clone(), file],
        };
        crate::backup::manifest::Replica {
            name: "prometheus-0".to_owned(),
            capture: crate::backup::manifest::Capture::Snapshot,
            cut: 1,
            out_of_order: crate::backup::manifest::OutOfOrder::None,
            blocks: vec![block],
            head: Vec::new(),
        }
    };
    for path in ["../../etc/x", "/etc/x", "chunks/../x", "chunks/1", "a", "", "index"] {
        // The last one has the same path twice.
        assert!(
            with(&|manifest| manifest.replicas = vec![block(path)]).failure == Failure::Content,
            "{path}"
        );
    }
    for word in ["", "..", "a/b", "a b", ".hidden"] {
        let change = |manifest: &mut Manifest| manifest.cluster = word.to_owned();
        assert_eq!(with(&change).failure, Failure::Content, "{word}");
    }
    let size = |manifest: &mut Manifest| manifest.alertmanager.as_mut().unwrap().silences.size = 10 << 30;
    assert_eq!(with(&size).failure, Failure::Content);
}

#[test]
fn what_is_encrypted_is_read_with_the_right_identity_alone() {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let store = MemoryStore::default();
    let repository = Repository::init(Box::new(store.clone()), vec![recipient], now).unwrap();
    let content = b"canary ".repeat(100);
    let file = put(&repository, &content);
    let name = repository.commit(&manifest(file.clone())).unwrap();
    for object in store.names().iter().filter(|name| *name != config::NAME) {
        assert!(object.split('.').next_back() == Some("age"), "{object}");
        assert!(!store.read(object).unwrap().windows(6).any(|window| window == b"canary"), "{object}");
    }
    let with = |identity: &age::x25519::Identity| {
        let text = identity.to_string().expose_secret().to_owned();
        let identities = Identities::of("key.txt", text.as_bytes()).unwrap();
        Repository::open(Box::new(store.clone()), identities, now).unwrap()
    };
    assert_eq!(read(&with(&identity), &file).unwrap(), content);
    assert_eq!(with(&identity).manifest(&name).unwrap().cluster, "gke");
    let wrong = with(&age::x25519::Identity::generate());
    assert_eq!(wrong.manifest(&name).unwrap_err().failure, Failure::Content);
    assert_eq!(repository.manifest(&name).unwrap_err().failure, Failure::Content);
    let policy = Policy { last: 1, daily: 0, weekly: 0, monthly: 0 };
    assert_eq!(repository.prune(policy, false, "test").unwrap_err().failure, Failure::Forbidden);
}

#[test]
fn an_identity_that_is_none_is_not_shown() {
    let error = Identities::of("key.txt", b"AGE-SECRET-KEY-1CANARY").err().unwrap();
    assert!(!error.to_string().contains("CANARY"), "{error}");
}

#[test]
fn who_prunes_is_alone() {
    let (store, repository) = new();
    let shared = repository.lease(LeaseKind::Shared, "a backup").unwrap();
    let second = repository.lease(LeaseKind::Shared, "another backup").unwrap();
    drop(second);
    let error = repository.lease(LeaseKind::Exclusive, "a prune").err().unwrap();
    assert_eq!(error.failure, Failure::Exists);
    assert!(error.message.contains("a backup"), "{error}");
    drop(shared);
    let exclusive = repository.lease(LeaseKind::Exclusive, "a prune").unwrap();
    assert_eq!(repository.lease(LeaseKind::Shared, "a backup").err().unwrap().failure, Failure::Exists);
    drop(exclusive);
    assert!(!store.names().iter().any(|name| name.starts_with("leases/")));
}

#[test]
fn the_lease_of_a_dead_run_ends_and_who_was_silent_learns_it() {
    let (store, repository) = new();
    let silent = repository.lease(LeaseKind::Shared, "a backup").unwrap();
    wait(&store, SignedDuration::from_mins(6));
    silent.renew().unwrap();
    wait(&store, SignedDuration::from_mins(14));
    assert!(repository.lease(LeaseKind::Exclusive, "a prune").is_err());
    wait(&store, SignedDuration::from_mins(2));
    repository.lease(LeaseKind::Exclusive, "a prune").unwrap();
    assert_eq!(silent.renew().unwrap_err().failure, Failure::Forbidden);
}

#[test]
fn of_120_days_exactly_the_wanted_snapshots_stay() {
    let (store, repository) = new();
    NOW.set("2026-03-01T02:17:00Z".parse().unwrap());
    let mut names = Vec::new();
    for day in 0..120 {
        names.push(repository.commit(&manifest(put(&repository, &noise(50, day)))).unwrap());
        wait(&store, SignedDuration::from_hours(24));
    }
    let scratch = tempfile::tempdir().unwrap();
    repository.verify(&names[3], Some(scratch.path())).unwrap();
    let policy = Policy { last: 3, daily: 30, weekly: 8, monthly: 12 };
    let planned = repository.prune(policy, true, "test").unwrap();
    assert_eq!((repository.snapshots().unwrap().len(), blobs(&store)), (120, 120));
    let pruned = repository.prune(policy, false, "test").unwrap();
    assert_eq!(planned.removed, pruned.removed);
    let days: Vec<String> = repository
        .snapshots()
        .unwrap()
        .iter()
        .map(|name| name.created.strftime("%m-%d").to_string())
        .collect();
    // The newest verified one; ends of months; Sundays of eight weeks (four of them within the 30 days); 30 days.
    let mut expected: Vec<String> = vec!["03-04".into(), "03-31".into(), "04-30".into()];
    expected.extend(["05-10", "05-17", "05-24", "05-31"].map(str::to_owned));
    expected.extend((30..31).map(|day| format!("05-{day}")));
    expected.extend((1..=28).map(|day| format!("06-{day:02}")));
    expected.sort();
    expected.dedup();
    assert_eq!(days, expected);
    // Blobs wait for two days, then go; those of snapshots that stay never do.
    assert_eq!((pruned.marked, pruned.swept, blobs(&store)), (120 - expected.len(), 0, 120));
    wait(&store, SignedDuration::from_hours(47));
    assert_eq!(repository.prune(policy, false, "test").unwrap().swept, 0);
    wait(&store, SignedDuration::from_hours(2));
    let swept = repository.prune(policy, false, "test").unwrap();
    assert_eq!((swept.swept, blobs(&store)), (120 - expected.len(), expected.len()));
    for name in repository.snapshots().unwrap() {
        assert_eq!(repository.verify(&name, Some(scratch.path())).unwrap().damages, [""; 0], "{name}");
    }
    assert!(!store.names().iter().any(|name| name.starts_with("marked/")));
}

#[test]
fn a_blob_that_is_needed_again_after_it_was_marked_stays() {
    let (store, repository) = new();
    let content = noise(100, 9);
    repository.commit(&manifest(put(&repository, &content))).unwrap();
    wait(&store, SignedDuration::from_hours(24));
    repository.commit(&manifest(put(&repository, b"newer"))).unwrap();
    let policy = Policy { last: 1, daily: 0, weekly: 0, monthly: 0 };
    assert_eq!(repository.prune(policy, false, "test").unwrap().marked, 1);
    wait(&store, SignedDuration::from_hours(47));
    // A run that began before the next prune, and ends after it.
    let late = open(&store);
    let file = put(&late, &content);
    assert_eq!(late.written().blobs, 1);
    wait(&store, SignedDuration::from_hours(2));
    assert_eq!(repository.prune(policy, false, "test").unwrap().swept, 0);
    let name = late.commit(&manifest(file)).unwrap();
    assert_eq!(open(&store).verify(&name, None).unwrap().damages, [""; 0]);
}
