//! Nodes on this machine with real servers.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use stackgen::backup::node::{Endpoint, Failure, LocalNode, Node as _, Request, Service};
use stackgen::backup::prometheus::{facts, now};

use crate::tsdb::has_prometheus;
use crate::tsdb::server::Server;

const DAY: i64 = 86_400_000;

fn milliseconds() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[test]
fn a_real_server_says_what_it_is() {
    if !has_prometheus("a_real_server_says_what_it_is") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let server = Server::start(folder.path(), &data, true);
    let endpoint = Endpoint::new(&server.url(), None).unwrap();
    let node = LocalNode::new(&data).unwrap().with(Service::Prometheus, endpoint);

    server.wait_for_scrapes();
    let before = milliseconds();
    let facts = facts(&node).unwrap();
    let after = milliseconds();
    assert!(facts.version.starts_with(['2', '3']), "{facts:?}");
    assert!((before - 1..=after + 1).contains(&facts.now), "{before} {facts:?} {after}");
    assert_eq!((facts.retention.time, facts.retention.size), (Some(36_500 * DAY), None));
    assert!(facts.admin_api);
    assert_eq!(facts.out_of_order_window, 0);
    let (first, last) = facts.head.unwrap();
    assert!(first < last && last <= after, "{facts:?}");
    assert!(node.list("wal").unwrap().iter().any(|file| file.path.starts_with("wal/0")));
}

/// A server without a sample has a head whose first time is the largest number there is.
#[test]
fn a_real_server_without_samples_has_no_head() {
    if !has_prometheus("a_real_server_without_samples_has_no_head") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let server = Server::start(folder.path(), &data, false);
    let endpoint = Endpoint::new(&server.url(), None).unwrap();
    let node = LocalNode::new(&data).unwrap().with(Service::Prometheus, endpoint);
    assert_eq!(facts(&node).unwrap().head, None);

    let elsewhere = Endpoint::new(&format!("{}/prefix", server.url()), None).unwrap();
    let elsewhere = LocalNode::new(&data).unwrap().with(Service::Prometheus, elsewhere);
    let error = now(&elsewhere).unwrap_err();
    assert_eq!(error.failure, Failure::Answer);
    assert!(error.to_string().contains("404"), "{error}");

    drop(server);
    let error = node.http(Service::Prometheus, &Request::get("/-/ready")).unwrap_err();
    assert_eq!(error.failure, Failure::Unreachable);
    assert!(error.to_string().contains("hint: "), "{error}");
}
