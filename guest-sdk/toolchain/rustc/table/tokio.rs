//! `tokio`: it has all but signals and processes for WASI, but only as an unstable feature, and as if there were no
//! threads. Here it has signals as well.

use super::{Edit, each, once};

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    once("src/lib.rs",
        "    not(tokio_unstable),\n    target_family = \"wasm\",\n",
        "    not(target_vendor = \"wasmer\"),\n    target_family = \"wasm\",\n"),
    // The driver has a waker.
    each("src/runtime/io/driver.rs", "#[cfg(not(target_os = \"wasi\"))]", "#[cfg(all())]"),
    once("src/macros/cfg.rs",
        "doc(cfg(feature = \"signal\")))]\n            #[cfg(not(loom))]\n            #[cfg(not(target_os = \"wasi\"))]\n",
        "doc(cfg(feature = \"signal\")))]\n            #[cfg(not(loom))]\n"),
    once("src/signal/mod.rs",
        "pub mod unix;\n",
        "#[cfg(not(target_os = \"wasi\"))]\npub mod unix;\n#[cfg(target_os = \"wasi\")]\n#[path = \"wasix.rs\"]\npub mod unix;\n"),
    once("src/signal/ctrl_c.rs", "#[cfg(unix)]\nuse super::unix", "#[cfg(any(unix, target_os = \"wasi\"))]\nuse super::unix"),
    Edit::File { file: "src/signal/wasix.rs", text: include_str!("tokio_signals.rs") },
    // There is lingering.
    each("src/net/tcp/stream.rs", "cfg_not_wasi! {", "cfg_not_wasip1! {"),
    once("src/net/tcp/stream.rs", "#[cfg(all(tokio_unstable, target_os = \"wasi\"))]", "#[cfg(target_os = \"wasi\")]"),
];
