//! Servers that have certificates of an authority of their own, and want to see one of their callers.

use std::path::Path;
use std::process::Command;

use super::backup::{Stack, fails, json};
use super::backup_kubectl::Cluster;
use crate::support::skip;
use crate::tsdb::has_prometheus;
use crate::tsdb::server::Server;

const REQUEST: &str = "[req]\ndistinguished_name = name\n[name]\n";
const SERVER: &str = "tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
";

fn has_servers(test: &str) -> bool {
    let has_openssl = Command::new("openssl").arg("version").output().is_ok();
    if !has_openssl {
        skip(test, "openssl");
    }
    has_openssl && has_prometheus(test)
}

/// A key and a certificate for these names: by the authority, or its own.
fn certificate(folder: &Path, name: &str, extensions: &[&str]) {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(["req", "-x509", "-config", "request.cnf", "-nodes", "-days", "2"]);
    command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    command.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")]);
    command.args(["-subj", &format!("/CN={name}")]);
    if name != "ca" {
        command.args(["-CA", "ca.crt", "-CAkey", "ca.key"]);
    }
    for extension in extensions {
        command.args(["-addext", extension]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A server on the data of the stack, with all certificates beside it.
fn serve(stack: &Stack) -> Server {
    let folder = stack.workspace.root();
    stack.workspace.write("request.cnf", REQUEST);
    certificate(folder, "ca", &["basicConstraints=critical,CA:TRUE"]);
    let names = "subjectAltName=DNS:localhost,DNS:prometheus.monitoring.svc";
    certificate(folder, "server", &[names, "basicConstraints=CA:FALSE"]);
    certificate(folder, "backup", &["subjectAltName=DNS:backup", "extendedKeyUsage=clientAuth"]);
    stack.workspace.write("web.yml", SERVER);
    stack
        .workspace
        .write("tls/ours.yaml", "ca_file: ../ca.crt\ncert_file: ../backup.crt\nkey_file: ../backup.key\n");
    let web = format!("--web.config.file={}", stack.workspace.path("web.yml").display());
    let arguments = ["--web.enable-admin-api", "--storage.tsdb.retention.time=100y", &web];
    Server::start_with(folder, &stack.data(), false, &arguments)
}

#[test]
fn servers_with_certificates_of_their_own_authority_are_backed_up() {
    if !has_servers("servers_with_certificates_of_their_own_authority_are_backed_up") {
        return;
    }
    let stack = Stack::new(3, 120);
    let server = serve(&stack);
    stack.workspace.write("authority.yaml", "ca_file: ca.crt\n");
    let back_up = |host: &str, arguments: &str| {
        let url = format!("--prometheus-url https://{host}:{}", server.port());
        stack.back_up(&format!("--no-encrypt -o json {url} {arguments}"))
    };
    fails(&back_up("localhost", ""), 2, &["UnknownIssuer", "Prometheus does not answer", "--tls-config"]);
    fails(&back_up("localhost", "--tls-config authority.yaml"), 2, &["BadCertificate", "--tls-config"]);
    fails(&back_up("127.0.0.1", "--tls-config tls/ours.yaml"), 2, &["not valid for name"]);
    let snapshot = json(back_up("localhost", "--tls-config tls/ours.yaml").quiet_success());
    assert_eq!(snapshot["holds"]["samples"], 360, "{snapshot:#}");
}

#[test]
fn through_a_tunnel_a_server_has_the_name_of_its_service() {
    if !has_servers("through_a_tunnel_a_server_has_the_name_of_its_service") {
        return;
    }
    let cluster = Cluster::new(3, 120);
    let server = serve(&cluster.stack);
    cluster.forward(9090, server.port());
    fails(&cluster.back_up("--alertmanager-url none"), 2, &["400"]);
    let place = cluster.stack.workspace.path("tls/ours.yaml");
    let certificates = format!("--tls-config {}", place.display());
    cluster.back_up(&format!("--alertmanager-url none {certificates}")).quiet_success();
    let other = format!("--alertmanager-url none --prometheus-url service/other:9090 {certificates}");
    fails(&cluster.back_up(&other), 2, &["not valid for name", "other.monitoring.svc"]);
}

#[test]
fn a_file_that_names_no_certificates_is_refused() {
    let stack = Stack { workspace: crate::support::Workspace::new() };
    stack.workspace.write("data/empty", "");
    stack.workspace.write("other.key", "canary");
    for (text, words) in [
        ("ca: x\n", ["unknown field `ca`", "ca_file, cert_file and key_file"]),
        ("cert_file: other.key\n", ["a certificate needs its key", "name both"]),
        ("ca_file: missing.crt\n", ["missing.crt", "cannot be read"]),
        ("ca_file: other.key\n", ["other.key", "holds no certificate"]),
    ] {
        stack.workspace.write("tls.yaml", text);
        let run = stack.back_up("--no-encrypt --prometheus-url https://localhost:1 --tls-config tls.yaml");
        fails(&run, 2, &words);
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
    }
}
