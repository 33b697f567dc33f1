//! The toolchain's compiler: a program around the real one, compiled for this machine.

use std::path::Path;

use crate::compiler::{Compiler, DAMAGED};
use crate::target_spec::TARGET;
use crate::{Error, files, process};

#[cfg(test)]
#[path = "../rustc/edit.rs"]
mod edit;
#[cfg(test)]
#[path = "../rustc/overlay.rs"]
mod overlay;
#[cfg(test)]
mod tests;

/// Where a toolchain folder has it.
pub(crate) const RUSTC: &str = "bin/rustc";
/// Where it keeps the crates that it has changed.
pub(crate) const CRATES: &str = "crates";
/// If set, a crate whose changes don't fit is an error.
pub(crate) const STRICT: &str = "PLUGIX_STRICT";

const FLAGS: [&str; 5] = ["--edition=2024", "--crate-name=rustc", "-O", "-Cpanic=abort", "--cap-lints=allow"];

macro_rules! sources {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../rustc/", $name)))),*] };
}

/// The files, and their contents. The first is the crate's root.
const SOURCES: &[(&str, &str)] = sources![
    "main.rs",
    "edit.rs",
    "overlay.rs",
    "table.rs",
    "table/async_io.rs",
    "table/async_process.rs",
    "table/ctrlc.rs",
    "table/event_listener.rs",
    "table/libc.rs",
    "table/memmap2.rs",
    "table/mio.rs",
    "table/polling.rs",
    "table/small.rs",
    "table/smol.rs",
    "table/tokio.rs",
    "table/tokio_signals.rs",
    "table/wasix.rs",
];

/// Compiles the program into a toolchain folder. It uses the sysroot around it, wherever that is.
pub(crate) fn compile(compiler: &Compiler, scratch: &Path, folder: &Path) -> Result<(), Error> {
    for (name, text) in SOURCES {
        let path = scratch.join(name);
        path.parent().map_or(Ok(()), files::create_dir)?;
        files::write(&path, text)?;
    }
    let program = folder.join(RUSTC);
    program.parent().map_or(Ok(()), files::create_dir)?;
    let mut command = compiler.command();
    command
        .args(FLAGS)
        .arg("-o")
        .arg(&program)
        .arg(scratch.join(SOURCES[0].0))
        .env("PLUGIX_RUSTC", compiler.program())
        .env("PLUGIX_LIBRARIES", compiler.shared_libraries())
        .env("PLUGIX_TARGET", TARGET);
    process::output(&mut command, DAMAGED).map(drop)
}

/// Changes with the program and its table.
pub(crate) fn identity() -> String {
    format!("{FLAGS:?} {SOURCES:?}")
}
