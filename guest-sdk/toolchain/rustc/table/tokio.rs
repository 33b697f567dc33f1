//! `tokio`: it has all but signals and processes for WASI, but only as an unstable feature, and as if there were no
//! threads.

use super::{Edit, each, once};

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    once("src/lib.rs",
        "    not(tokio_unstable),\n    target_family = \"wasm\",\n",
        "    not(target_vendor = \"wasmer\"),\n    target_family = \"wasm\",\n"),
    // The driver has a waker.
    each("src/runtime/io/driver.rs", "#[cfg(not(target_os = \"wasi\"))]", "#[cfg(all())]"),
    once("src/net/tcp/stream.rs", "#[cfg(all(tokio_unstable, target_os = \"wasi\"))]", "#[cfg(target_os = \"wasi\")]"),
];
