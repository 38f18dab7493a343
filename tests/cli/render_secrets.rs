//! `stackgen render`: nothing secret gets into the tree or into a message, and what is encrypted stays as it is.

use super::render::{render, small};
use crate::support::Workspace;

const OVERLAY: &str = "overlays/gke/kustomization.yaml";
const ENCRYPTED: &str = "overlays/gke/receivers.enc.yaml";
const RENDERED: &str = "gitops/clusters/gke/web/secret-receivers.yaml";

/// A Secret as `sops --encrypt --encrypted-regex '^(data|stringData)$'` writes it, with its own ways of spacing and
/// quoting, which are part of nothing but the bytes.
const SOPS: &str = "\
apiVersion: v1
kind: Secret
metadata:
    name: receivers
    namespace: monitoring
    labels:
        app.kubernetes.io/name: 'web'
type: Opaque
stringData:
    #ENC[AES256_GCM,data:cmVtYXJr,iv:aXY=,tag:dGFn,type:comment]
    devops-slack-url: ENC[AES256_GCM,data:SG9sbMOkbmRlcg==,iv:1nXqW3vUUb1LaRDSU9Y=,tag:Tm9wZQ==,type:str]
    empty: \"\"
sops:
    age:
        - recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
          enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3Yx
            -----END AGE ENCRYPTED FILE-----
    lastmodified: \"2026-01-01T00:00:00Z\"
    mac: ENC[AES256_GCM,data:bWFj,iv:aXY=,tag:dGFn,type:str]
    encrypted_regex: ^(data|stringData)$
    version: 3.9.4
";

fn with(object: &str) -> Workspace {
    let workspace = small();
    workspace.write(OVERLAY, "resources: [../../base, receivers.enc.yaml]\n");
    workspace.write(ENCRYPTED, object);
    workspace
}

/// It is refused, nothing is written, and nobody learns the secret.
#[track_caller]
fn refused(workspace: &Workspace) -> String {
    let stderr = workspace.run(["render", "gke"]).fails_with(2);
    assert!(!stderr.contains("hunter2") && !stderr.contains("aHVudGVyMg"), "{stderr}");
    assert!(!workspace.path("gitops").exists());
    stderr
}

#[test]
fn a_plain_secret_is_refused_however_it_is_written_and_never_shown() {
    let metadata = "metadata: {name: a, namespace: monitoring, labels: {app.kubernetes.io/name: web}}";
    for (fields, what) in [
        ("stringData:\n  password: hunter2", "`stringData.password`"),
        ("stringData: {empty: '', password: hunter2}", "`stringData.password`"),
        ("data:\n  password: aHVudGVyMg==", "`data.password`"),
        ("stringData:\n  file: |\n    user: admin\n    password: hunter2", "`stringData.file`"),
        ("stringData: hunter2", "`stringData`"),
        ("stringData: [hunter2]", "`stringData`"),
        ("stringData: {a: {b: hunter2}}", "`stringData.a`"),
        ("stringData: {a: 'ENC[hunter2]'}", "`stringData.a`"),
    ] {
        for kind in ["kind: Secret\napiVersion: v1", "apiVersion: v1\nkind: \"Secret\""] {
            let stderr = refused(&with(&format!("{kind}\n{metadata}\n{fields}\n")));
            let expected =
                format!("error: {what} would be written to the tree in plain text\n ::: {ENCRYPTED}:");
            assert!(stderr.starts_with(&expected), "{stderr}");
            assert!(
                stderr.contains("\nobject: v1 Secret monitoring/a\nhint: an ExternalSecret "),
                "{stderr}"
            );
        }
    }
    let list = format!(
        "apiVersion: v1\nkind: SecretList\nitems:\n- kind: Secret\n  apiVersion: v1\n  {metadata}\n  stringData: {{a: hunter2}}\n"
    );
    assert!(refused(&with(&list)).starts_with("error: `stringData.a`"));
    let applied = format!(
        "apiVersion: v1\nkind: Secret\n{}\n",
        metadata.replace(
            "labels",
            "annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"data\":\"hunter2\"}'}, labels"
        )
    );
    assert!(refused(&with(&applied)).contains("last-applied-configuration` would be written"));
}

#[test]
fn other_mistakes_in_a_secret_do_not_show_it_either() {
    for (object, message) in [
        (
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},\"stringData\":{\"a\":\"hunter2\"}}\n",
            "it belongs to no app",
        ),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: hunter2\n  a: hunter2\n", "a"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: \"hunter2\n", ""),
        ("apiVersion: v1\nkind: Secret\nmetadata: {namespace: b}\nstringData: {a: hunter2}\n", "name"),
    ] {
        let stderr = refused(&with(object));
        assert!(stderr.contains(message) && stderr.contains(ENCRYPTED), "{stderr}");
    }
}

#[test]
fn a_template_may_not_make_a_plain_secret() {
    let workspace = Workspace::new();
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for entry in walkdir::WalkDir::new(&templates).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&templates).unwrap().to_str().unwrap();
            workspace.write(&format!("templates/{path}"), &std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    workspace.write(
        "templates/flux/source.yaml.j2",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: git, namespace: flux-system}\nstringData: {password: hunter2}\n",
    );
    let expected = "error: `stringData.password` would be written to the tree in plain text\n \
        --> templates/flux/source.yaml.j2\nobject: v1 Secret flux-system/git\n";
    let stderr = refused(&workspace);
    assert!(stderr.starts_with(expected), "{stderr}");
}

#[test]
fn what_sops_encrypted_is_copied_byte_for_byte() {
    for text in [SOPS.to_owned(), format!("---\n# as we have it\n{SOPS}"), SOPS.trim_end().to_owned()] {
        let workspace = with(&text);
        render(&workspace, &["gke"]);
        assert_eq!(workspace.read(RENDERED), text);
        let list = workspace.read("gitops/clusters/gke/web/kustomization.yaml");
        assert!(list.contains("- secret-receivers.yaml\n"), "{list}");
        workspace.run(["build", "gitops/clusters/gke/web"]).quiet_success();
        workspace.run(["render", "gke", "--check"]).is(0, "", "");
        workspace.write(ENCRYPTED, &text.replace("SG9sbMOkbmRlcg", "SG9sbHnDpG5kZXI"));
        assert!(render(&workspace, &["gke"]).starts_with("wrote 0, updated 1, removed 0,"));
    }
}

/// As everywhere in the tree, so that Git does not change the file. What is signed are the values.
#[test]
fn what_sops_encrypted_on_windows_gets_the_line_ends_of_the_tree() {
    let workspace = with(&SOPS.replace('\n', "\r\n"));
    render(&workspace, &["gke"]);
    assert_eq!(workspace.read(RENDERED), SOPS);
}

#[test]
fn what_sops_encrypted_and_the_build_changes_is_refused() {
    let labels = "labels: [{pairs: {team: devops}}]\n";
    for (extra, changed) in [
        (labels, "`labels`"),
        ("commonAnnotations: {a: b}\n", "`annotations`"),
        ("namePrefix: a-\n", "`name`"),
        ("namespace: other\n", "`namespace`"),
        (
            "patches:\n- target: {kind: Secret}\n  patch: '[{\"op\": \"add\", \"path\": \"/immutable\", \"value\": true}]'\n",
            "content",
        ),
    ] {
        let workspace = with(SOPS);
        workspace.write(OVERLAY, &format!("resources: [../../base, receivers.enc.yaml]\n{extra}"));
        let stderr = refused(&workspace);
        let expected =
            format!("error: SOPS encrypted this object, and the kustomization changes its {changed}\n");
        assert!(stderr.starts_with(&expected), "{stderr}");
        assert!(stderr.contains(&format!("::: {ENCRYPTED}:")), "{stderr}");
    }
}

#[test]
fn what_sops_encrypted_must_be_alone_and_encrypted() {
    let second = format!(
        "{SOPS}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, labels: {{app.kubernetes.io/name: web}}}}\n"
    );
    let stderr = refused(&with(&second));
    assert!(
        stderr.starts_with("error: SOPS encrypted this object, but it is not alone in its file\n"),
        "{stderr}"
    );
    let stderr = refused(&with(&SOPS.replace("empty: \"\"", "open: hunter2")));
    assert!(stderr.starts_with("error: `stringData.open` would be written"), "{stderr}");
    let stderr = refused(&with(&SOPS.replace("    mac:", "    mack:")));
    assert!(stderr.starts_with("error: `stringData.devops-slack-url` would be written"), "{stderr}");
}

#[test]
fn references_to_secrets_and_sealed_secrets_are_fine() {
    let metadata =
        "metadata: {name: receivers, namespace: monitoring, labels: {app.kubernetes.io/name: web}}";
    for (object, file) in [
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {secretStoreRef: {name: vault}}",
            "externalsecret-receivers",
        ),
        (
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {encryptedData: {a: AgBy3i4OJSWK}}",
            "sealedsecret-receivers",
        ),
        ("apiVersion: v1\nkind: Secret\ndata: {token: ''}\nstringData:", "secret-receivers"),
        ("apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token", "secret-receivers"),
    ] {
        let workspace = with(&format!("{object}\n{metadata}\n"));
        render(&workspace, &["gke"]);
        assert!(workspace.path(&format!("gitops/clusters/gke/web/{file}.yaml")).exists(), "{object}");
    }
}
