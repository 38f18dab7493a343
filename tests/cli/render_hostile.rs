//! `stackgen render`: links, ledgers and journals that would lead it out of its tree.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::symlink;

use super::render::{SERVICE, render, small};
use crate::support::Workspace;

const EVERYTHING: &[&str] = &["gke", "--force-modified", "--adopt", "--allow-removals"];

/// The file of the ledger that lists `path`.
fn ledger_of(workspace: &Workspace, path: &str) -> String {
    let files = workspace.files("gitops/.stackgen");
    let quoted = format!("\"{path}\"");
    let is_ledger = |(_, bytes): &(&String, &Vec<u8>)| String::from_utf8_lossy(bytes).contains(&quoted);
    let (file, _) = files.iter().find(is_ledger).unwrap_or_else(|| panic!("no ledger lists {path}"));
    format!("gitops/.stackgen/{file}")
}

/// It is refused whatever is allowed, says this, and nothing in the whole workspace has changed.
#[track_caller]
fn refused(workspace: &Workspace, message: &str) {
    let before = workspace.files("");
    for arguments in [&["gke"][..], EVERYTHING] {
        let stderr = workspace.run([&["render"], arguments].concat()).fails_with(2);
        assert!(stderr.contains(message), "{message} is not in: {stderr}");
        assert!(workspace.files("") == before, "{stderr}");
    }
}

#[test]
fn no_symbolic_link_is_followed_wherever_it_is_and_wherever_it_leads() {
    for place in [
        "README.md",
        "clusters",
        "clusters/gke",
        "clusters/gke/web",
        "clusters/gke/web/service-web.yaml",
        "flux/gke/web.yaml",
        ".stackgen",
        ".stackgen/.gitignore",
        ".stackgen/clusters",
        ".stackgen/tmp",
        ".stackgen/lock",
        ".stackgen/journal.json",
    ] {
        for target in ["victim", "victim/kept", "nowhere", "gitops/argocd"] {
            let workspace = small();
            render(&workspace, &["gke"]);
            workspace.write("victim/kept", "intact");
            // What is there now moves to where the link leads, so that following it would find the same files.
            let path = workspace.path(&format!("gitops/{place}"));
            if path.exists() && target == "victim" {
                fs::rename(&path, workspace.path("victim/moved")).unwrap();
                symlink(workspace.path("victim/moved"), &path).unwrap();
            } else {
                if path.is_dir() {
                    fs::remove_dir_all(&path).unwrap();
                } else if path.exists() {
                    fs::remove_file(&path).unwrap();
                }
                symlink(workspace.path(target), &path).unwrap();
            }
            workspace.write(
                "base/more.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: monitoring}\n",
            );
            let kustomization = workspace.read("base/kustomization.yaml");
            workspace.write(
                "base/kustomization.yaml",
                &kustomization.replace("- objects.yaml", "- objects.yaml\n- more.yaml"),
            );
            refused(&workspace, "a symbolic link");
            let check = workspace.run(["render", "gke", "--check"]);
            assert!(matches!(check.status, Some(1 | 2)), "{place}: {}", check.stderr);
            assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        }
    }
}

#[test]
fn a_ledger_that_is_a_link_is_refused() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let ledger = workspace.path(&ledger_of(&workspace, "clusters/gke/web/service-web.yaml"));
    fs::rename(&ledger, workspace.path("moved")).unwrap();
    symlink(workspace.path("moved"), &ledger).unwrap();
    refused(&workspace, "error: a symbolic link is where stackgen keeps its own files\n");
}

#[test]
fn what_is_no_file_or_no_folder_is_in_the_way_and_stays() {
    let workspace = small();
    render(&workspace, &["gke"]);
    fs::remove_file(workspace.path(SERVICE)).unwrap();
    workspace.write(&format!("{SERVICE}/inside"), "mine");
    refused(&workspace, "error: a folder (`clusters/gke/web/service-web.yaml`) is in the way\n");
    let workspace = small();
    workspace.write("gitops/clusters/gke", "mine");
    refused(&workspace, "error: a file (`clusters/gke`) is in the way\n");
    let workspace = small();
    workspace.write("gitops", "mine");
    refused(&workspace, "error: the tree must be a folder\n");
    let workspace = small();
    render(&workspace, &["gke"]);
    fs::remove_file(workspace.path(SERVICE)).unwrap();
    let made = std::process::Command::new("mkfifo").arg(workspace.path(SERVICE)).status().unwrap();
    assert!(made.success());
    let stderr = workspace.run(["render", "gke"]).fails_with(2);
    assert!(
        stderr.starts_with("error: a special file (`clusters/gke/web/service-web.yaml`) is in the way\n")
    );
}

#[test]
fn a_ledger_that_lies_is_refused_and_nothing_is_touched() {
    let path = "clusters/gke/web/service-web.yaml";
    let hash = |text: &str| {
        let at = text.find(&format!("\"{path}\",\"sha256\":\"")).unwrap() + path.len() + 13;
        text[at..at + 64].to_owned()
    };
    for (wrong, message) in [
        ("../victim/kept", "the ledger lists `../victim/kept`, which stackgen never writes"),
        ("clusters/gke/../../../victim/kept", "the ledger lists `clusters/gke/../../../victim/kept`, which"),
        ("/etc/hostname", "the ledger lists `/etc/hostname`, which stackgen never writes"),
        ("C:\\\\x", "the ledger lists `C:\\\\x`, which stackgen never writes"),
        (
            "clusters/gke/web/mine.txt",
            "the ledger lists `clusters/gke/web/mine.txt`, which stackgen never writes",
        ),
        (
            "flux/gke/flux-system/gotk-sync.yaml",
            "the ledger lists `flux/gke/flux-system/gotk-sync.yaml`, which",
        ),
        (
            "clusters/gke/web/kustomization.yaml",
            "the ledger lists `clusters/gke/web/kustomization.yaml` twice",
        ),
        ("clusters/gke/web/KUSTOMIZATION.yaml", " twice"),
    ] {
        let workspace = small();
        render(&workspace, &["gke"]);
        workspace.write("victim/kept", "intact");
        let file = ledger_of(&workspace, path);
        let text = workspace.read(&file);
        workspace.write(&file, &text.replace(&format!("\"{path}\""), &format!("\"{wrong}\"")));
        refused(&workspace, message);
    }
    let workspace = small();
    render(&workspace, &["gke"]);
    let file = ledger_of(&workspace, path);
    let text = workspace.read(&file);
    let hash = hash(&text);
    let cases = [
        (text.replace(&hash, &hash[1..]), "is no SHA-256"),
        (text.replace(&hash, &hash.to_uppercase()), "is no SHA-256"),
        (text.replace(&format!("\"{hash}\""), "7"), "the ledger cannot be read: invalid type"),
        (text.replace("\"Service monitoring/web\"", "[]"), "the ledger cannot be read: invalid type"),
        (text.replace("/v1", "/v9"), "/v9`, this stackgen knows"),
        (text[..text.len() / 2].to_owned(), "the ledger cannot be read: "),
        (format!("<<<<<<< HEAD\n{text}"), "the ledger cannot be read: "),
        (String::new(), "the ledger cannot be read: "),
        ("null".to_owned(), "the ledger cannot be read: "),
        ("[".repeat(1_000_000), "the ledger cannot be read: "),
    ];
    for (ledger, message) in cases {
        assert!(ledger != text, "{message}");
        workspace.write(&file, &ledger);
        refused(&workspace, message);
    }
    fs::write(workspace.path(&file), b"{\"schema\": \"\xff\xfe\"}").unwrap();
    refused(&workspace, "the ledger cannot be read: ");
}

/// Larger than memory, were it read.
#[test]
fn a_ledger_without_end_is_not_read() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let file = ledger_of(&workspace, "clusters/gke/web/service-web.yaml");
    File::create(workspace.path(&file)).unwrap().set_len(1 << 40).unwrap();
    let stderr = workspace.run(["render", "gke"]).fails_with(2);
    assert!(
        stderr.starts_with("error: cannot read: it is no file of at most 1073741824 bytes\n"),
        "{stderr}"
    );
}

/// A wrong hash makes a file one that somebody changed; it is neither removed nor overwritten.
#[test]
fn a_ledger_with_other_hashes_gives_nothing_away() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let file = ledger_of(&workspace, "clusters/gke/web/service-web.yaml");
    let text = workspace.read(&file);
    let start = text.find("service-web.yaml\",\"sha256\":\"").unwrap() + 28;
    workspace.write(&file, &format!("{}{}{}", &text[..start], "0".repeat(64), &text[start + 64..]));
    workspace.write("base/objects.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n");
    let before = workspace.files("gitops");
    let stderr = workspace.run(["render", "gke", "--allow-removals"]).fails_with(2);
    assert!(
        stderr.starts_with(&format!(
            "error: somebody changed this file, which stackgen owns\n --> {SERVICE}\n"
        ))
    );
    assert!(workspace.files("gitops") == before);
}

#[test]
fn a_journal_of_an_interrupted_run_is_taken_up_and_then_gone() {
    let workspace = small();
    render(&workspace, &["gke"]);
    let expected = workspace.files("gitops");
    // As if a run had written this file and died before it could write the ledger.
    workspace.write("gitops/clusters/gke/web/configmap-new.yaml", "");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let journal = |path: &str, schema: &str| {
        format!("{{\"schema\":\"stackgen.journal/{schema}\",\"hashes\":{{\"{path}\":[\"{empty}\"]}}}}")
    };
    let new = "clusters/gke/web/configmap-new.yaml";
    workspace.write("gitops/.stackgen/journal.json", &journal(new, "v1"));
    let check = workspace.run(["render", "gke", "--check"]);
    assert_eq!(check.stdout, format!("extra    gitops/{new}\n"));
    render(&workspace, &["gke"]);
    assert!(workspace.files("gitops") == expected);

    workspace.write("victim", "");
    for (text, message) in [
        (journal("../victim", "v1"), "the ledger lists `../victim`, which stackgen never writes"),
        (journal(".stackgen/inventory.json", "v1"), "which stackgen never writes"),
        (
            journal(new, "v0"),
            "the journal is `stackgen.journal/v0`, this stackgen knows `stackgen.journal/v1`",
        ),
        (journal(new, "v1").replace(empty, "x"), "is no SHA-256"),
        (journal(new, "v1")[..40].to_owned(), "the journal of an interrupted run cannot be read: "),
        (String::new(), "the journal of an interrupted run cannot be read: "),
    ] {
        workspace.write("gitops/.stackgen/journal.json", &text);
        refused(&workspace, message);
    }
}

#[test]
fn what_flux_and_people_put_into_the_tree_survives_everything() {
    let workspace = small();
    render(&workspace, &[]);
    let foreign = [
        "flux/gke/flux-system/gotk-sync.yaml",
        "flux/gke/flux-system/kustomization.yaml",
        "clusters/gke/web/mine.yaml",
        "clusters/gke/mine/deep/file",
        "argocd/mine.yaml",
        ".stackgen/mine",
    ];
    for path in foreign {
        workspace.write(&format!("gitops/{path}"), "mine");
    }
    let two = "clusters:\n- {name: aks, cloud: aks}\n- {name: eks, cloud: eks}\n";
    let settings = workspace.read("stackgen.yaml");
    workspace.write("stackgen.yaml", &format!("{two}{settings}"));
    render(&workspace, &["--allow-removals"]);
    for path in foreign {
        assert_eq!(workspace.read(&format!("gitops/{path}")), "mine");
    }
    let left = workspace.files("gitops");
    assert!(!left.keys().any(|path| path.contains("gke") && !foreign.contains(&path.as_str())), "{left:?}");
    let check = workspace.run(["render", "--check"]);
    assert_eq!(check.status, Some(0), "{}", check.stdout);
}
