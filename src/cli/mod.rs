//! The command line: arguments, calls, printing, exit codes.

use std::process::ExitCode;

/// Runs the program.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]
pub fn run() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(2).collect();
    let sources = crate::yaml::Sources::new();
    let options = crate::kustomize::BuildOptions {
        reorder: if args.iter().any(|a| a == "--reorder=none") {
            crate::kustomize::Reorder::None
        } else {
            crate::kustomize::Reorder::Legacy
        },
        ..Default::default()
    };
    match crate::kustomize::build(&crate::fs::Disk, std::path::Path::new(&args[0]), &options, &sources) {
        Ok(build) => {
            let mut out = String::new();
            for (i, r) in build.resources.iter().enumerate() {
                if i > 0 {
                    out.push_str("---\n");
                }
                if let Err(e) = crate::yaml::emit(&r.node, &mut out) {
                    eprintln!("{e:?}");
                    return ExitCode::from(2);
                }
            }
            print!("{out}");
            ExitCode::SUCCESS
        }
        Err(errors) => {
            for e in &errors.0 {
                eprintln!("error: {}", e.message);
                if let Some(crate::diagnostic::Place::Origin(o)) = &e.place {
                    eprintln!("  --> {}", sources.locate(*o).map(|l| l.to_string()).unwrap_or_default());
                }
                for h in &e.hints {
                    eprintln!("hint: {h}");
                }
            }
            ExitCode::from(2)
        }
    }
}
