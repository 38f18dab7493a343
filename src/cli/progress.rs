//! A bar for those who wait: how much of the data has gone through, how fast, and how long the rest takes.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Printer;
use crate::backup::capture::Progress;

const TEMPLATE: &str = "{bar:30} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";

/// On a terminal; elsewhere nobody waits.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// On stderr, and gone when the work is done.
    pub(super) fn new(printer: &Printer) -> Self {
        let target = if printer.shows_progress() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // A template that is wrong would be seen by the first test; then the usual bar will do.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Does something with the bar out of the way.
    pub(super) fn suspend(&self, work: impl FnOnce()) {
        self.0.suspend(work);
    }
}

impl Progress for Bar {
    fn begin(&self, bytes: u64) {
        self.0.inc_length(bytes);
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
