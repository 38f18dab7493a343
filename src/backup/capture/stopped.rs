//! The data folder of a server that does not run: its blocks, and its head as it lies on the disk.

use super::blocks::Run;
use super::{BackupError, Capture, Failure, LeftOut, OutOfOrder, Replica};

/// The folders that a server makes its head of again when it starts.
const HEAD: [&str; 3] = ["chunks_head", "wal", "wbl"];

pub(super) fn capture(run: &Run<'_>, left_out: &mut Vec<LeftOut>) -> Result<Replica, BackupError> {
    let before = run.list("")?;
    let blocks = run.blocks("", left_out, &|| Ok(()))?;
    let mut head = Vec::new();
    run.progress
        .begin(before.iter().filter(|file| Replica::has_head_file(&file.path)).map(|file| file.size).sum());
    for folder in HEAD {
        for file in run.list(folder)? {
            if Replica::has_head_file(&file.path) {
                head.push(run.file(&file.path, &file.path)?);
            } else {
                let reason = "no head has a file of this name".to_owned();
                left_out.push(LeftOut { what: file.path, reason });
            }
        }
    }
    if run.list("")? != before {
        let message = "changed while it was read: a server uses it";
        return Err(BackupError::new(Failure::Content, run.node.describe(), message)
            .hint("stop the server, or name its address: --prometheus-url URL"));
    }
    // Nothing was written to the folder, so everything that was there before now is in.
    let cut = run.repository.now().as_millisecond();
    let (name, capture) = (String::new(), Capture::StoppedFolder);
    Ok(Replica { name, capture, cut, out_of_order: OutOfOrder::Captured, blocks, head })
}
