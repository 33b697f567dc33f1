//! The crates of crates.io that are changed for plugins. A range begins with the oldest version
//! that the changes were tried with; the newest that the cases of `tests/conformance` have is the newest tried.

mod libc;
mod mio;
mod small;
mod smol;
mod tokio;

use super::edit::Edit;
use super::overlay::Crate;

const fn once(file: &'static str, expected: &'static str, replacement: &'static str) -> Edit {
    Edit::Once { file, expected, replacement }
}

const fn each(file: &'static str, expected: &'static str, replacement: &'static str) -> Edit {
    Edit::Each { file, expected, replacement }
}

const fn constant(files: &'static [&'static str], name: &'static str, value: &'static str) -> Edit {
    Edit::Constant { files, name, value }
}

/// The name by which crates know WASI preview 1, whose `random_get` is ours too.
const PREVIEW_1: &[&str] = &["target_env=\"p1\""];

#[rustfmt::skip]
pub(crate) const CRATES: &[Crate] = &[
    Crate { name: "libc", since: [0, 2, 179], before: [0, 2, 200], cfgs: &[], edits: libc::EDITS },
    Crate { name: "mio", since: [1, 2, 1], before: [1, 3, 0], cfgs: &[], edits: mio::EDITS },
    Crate { name: "tokio", since: [1, 51, 0], before: [1, 60, 0], cfgs: &[], edits: tokio::EDITS },
    Crate { name: "socket2", since: [0, 6, 3], before: [0, 7, 0], cfgs: &[], edits: &[] },
    // It imports `random_get` itself.
    Crate { name: "getrandom", since: [0, 2, 0], before: [0, 3, 0], cfgs: &[], edits: &[] },
    Crate { name: "getrandom", since: [0, 3, 0], before: [0, 5, 0], cfgs: PREVIEW_1, edits: &[] },
    // Without this feature, a thread that has to wait panics.
    Crate { name: "parking_lot_core", since: [0, 9, 0], before: [0, 10, 0], cfgs: &["feature=\"nightly\""], edits: &[] },
    Crate { name: "polling", since: [3, 6, 0], before: [4, 0, 0], cfgs: &[], edits: small::POLLING },
    Crate { name: "num_cpus", since: [1, 13, 0], before: [2, 0, 0], cfgs: &[], edits: small::NUM_CPUS },
    Crate { name: "tar", since: [0, 4, 38], before: [0, 5, 0], cfgs: &[], edits: small::TAR },
    Crate { name: "ignore", since: [0, 4, 20], before: [0, 5, 0], cfgs: &[], edits: small::IGNORE },
    Crate { name: "memmap2", since: [0, 9, 0], before: [0, 10, 0], cfgs: &[], edits: small::MEMMAP2 },
    Crate { name: "ctrlc", since: [3, 4, 0], before: [4, 0, 0], cfgs: &[], edits: small::CTRLC },
    Crate { name: "signal-hook-registry", since: [1, 4, 0], before: [2, 0, 0], cfgs: &[], edits: small::SIGNAL_HOOK_REGISTRY },
    Crate { name: "signal-hook", since: [0, 3, 0], before: [0, 5, 0], cfgs: &[], edits: small::SIGNAL_HOOK },
    Crate { name: "async-io", since: [2, 6, 0], before: [3, 0, 0], cfgs: &[], edits: smol::ASYNC_IO },
    Crate { name: "async-process", since: [2, 5, 0], before: [3, 0, 0], cfgs: &[], edits: smol::ASYNC_PROCESS },
    Crate { name: "async-lock", since: [3, 5, 0], before: [4, 0, 0], cfgs: &[], edits: smol::ASYNC_LOCK },
    Crate { name: "async-channel", since: [2, 5, 0], before: [3, 0, 0], cfgs: &[], edits: smol::ROOT },
    Crate { name: "blocking", since: [1, 7, 0], before: [2, 0, 0], cfgs: &[], edits: smol::ROOT },
    Crate { name: "event-listener", since: [5, 4, 2], before: [6, 0, 0], cfgs: &[], edits: smol::EVENT_LISTENER },
    Crate { name: "event-listener-strategy", since: [0, 5, 4], before: [0, 6, 0], cfgs: &[], edits: smol::ROOT },
];
