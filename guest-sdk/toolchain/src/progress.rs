//! Tells a person what is going on: with a spinner or bar on a terminal, with plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How progress is shown. All of it goes to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Spinners and bars.
    Terminal,
    /// One line when a step begins.
    Lines,
    /// Nothing.
    Silent,
}

/// One step under way; it is over when dropped.
pub(crate) struct Step {
    bar: ProgressBar,
}

impl Progress {
    /// Spinners and bars if standard error is a terminal, else lines.
    pub fn stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Terminal } else { Self::Lines }
    }

    /// Begins a step of unknown length.
    pub(crate) fn step(self, message: &str) -> Step {
        self.begin(message, ProgressBar::new_spinner(), "{spinner} {msg}")
    }

    /// Begins a step of `total` bytes.
    pub(crate) fn bytes(self, message: &str, total: u64) -> Step {
        self.begin(message, ProgressBar::new(total), "{spinner} {msg} [{bar:30}] {bytes}/{total_bytes}")
    }

    fn begin(self, message: &str, bar: ProgressBar, template: &str) -> Step {
        match self {
            Self::Terminal => {
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                bar.set_message(message.to_owned());
                bar.enable_steady_tick(Duration::from_millis(100));
                return Step { bar };
            }
            Self::Lines => eprintln!("plugix: {message}"),
            Self::Silent => {}
        }
        Step { bar: ProgressBar::hidden() }
    }
}

impl Step {
    /// Says what the step is working on.
    pub(crate) fn message(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }

    /// Counts bytes done.
    pub(crate) fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// Prints a line above the step, whatever the way of showing progress.
    pub(crate) fn print(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
