//! Help, version, and command lines that make no sense.

use crate::support::Workspace;

#[test]
fn the_version_goes_to_stdout() {
    let expected = format!("stackgen {}\n", env!("CARGO_PKG_VERSION"));
    Workspace::new().run(["--version"]).is(0, &expected, "");
}

#[test]
fn a_wrong_command_line_is_an_error_with_a_suggestion() {
    let stderr = Workspace::new().run(["buidl"]).fails_with(2);
    assert!(stderr.contains("a similar subcommand exists: 'build'"), "{stderr}");
}

#[test]
fn every_help_is_narrow_and_says_the_exit_status() {
    let workspace = Workspace::new();
    for command in [
        &["--help"][..],
        &["build", "--help"],
        &["render", "--help"],
        &["images", "--help"],
        &["schema", "--help"],
    ] {
        let help = workspace.run(command).quiet_success();
        assert!(help.contains("\nExamples:\n") && help.contains("Exit status: 0"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    }
}

#[test]
fn colours_come_only_when_asked_for() {
    let workspace = Workspace::new();
    let plain = workspace.stackgen(["build"]).env("CLICOLOR_FORCE", "1").run().fails_with(2);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = workspace.run(["--color", "always", "build"]).fails_with(2);
    assert!(coloured.starts_with("\u{1b}[1;31merror:\u{1b}[0m "), "{coloured}");
}

#[test]
fn a_missing_directory_is_named() {
    let stderr = Workspace::new().run(["-C", "nowhere", "build"]).fails_with(2);
    assert!(stderr.starts_with("error: cannot work in `nowhere`: "), "{stderr}");
}
