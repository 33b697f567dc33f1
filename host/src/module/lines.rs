//! The files and lines of a module's code.

use super::{Module, Source};
use crate::code::Stopping;
use crate::error::Symbols;
use crate::sync::lock::lock;
use plugix_module::debug::{self, DebugError, Place};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The largest file with debug information that is read, in bytes.
const MOST: u64 = 1 << 30;

impl Module {
    /// Says where the module's debug information is, if it isn't in the module: in a module with the same code, such as
    /// `plugix build --split-debug` writes. Without this, it is looked for beside the module's file, in `NAME.debug.wasm` for
    /// `NAME.wasm`. The file is read when somebody wants lines.
    ///
    /// For a module that was compiled before, this is the module that it was compiled from, and nothing can tell whether it
    /// is: lines of another module are wrong.
    pub fn set_debug_file(&self, path: impl Into<PathBuf>) {
        *lock(&self.shared.debug_file) = Some(path.into());
    }

    /// Looks for debug information beside the module's file.
    pub(super) fn look_beside(&self, path: &Path) {
        self.set_debug_file(path.with_extension("debug.wasm"));
    }

    /// What finds the lines of the module's code.
    pub(crate) fn symbols(&self) -> Symbols {
        let module = self.clone();
        Symbols::new(move |offsets| {
            module.locate(offsets).unwrap_or_else(|error| {
                tracing::debug!(target: "plugix::lines", module = module.name(), %error, "no lines");
                Vec::new()
            })
        })
    }

    /// What finds where in its function each offset of the module's code lies. It finds nothing if the module isn't at hand.
    pub(crate) fn in_functions(&self) -> impl Fn(&[u64]) -> Option<Vec<Option<u64>>> + Send + Sync + 'static {
        let module = self.clone();
        move |offsets| {
            let found = match &module.shared.source {
                Source::Wasm { wasm, stopping } => debug::in_functions(wasm, *stopping == Stopping::Possible, offsets),
                Source::Compiled(_) => debug::in_functions(&module.read_debug_file()?, true, offsets),
            };
            found.ok()
        }
    }

    fn locate(&self, offsets: &[u64]) -> Result<Vec<Place>, DebugError> {
        let (wasm, apart, stopping) = match &self.shared.source {
            Source::Wasm { wasm, stopping } if debug::has_lines(wasm) => (Some(wasm), None, *stopping),
            Source::Wasm { wasm, stopping } => (Some(wasm), self.read_debug_file(), *stopping),
            // What can't be stopped has no artifacts.
            Source::Compiled(_) => (None, self.read_debug_file(), Stopping::Possible),
        };
        let rewritten = stopping == Stopping::Possible;
        match (wasm, &apart) {
            (Some(wasm), apart) => debug::locate(&debug::Source { wasm, rewritten, debug: apart.as_deref() }, offsets),
            (None, Some(wasm)) => debug::locate(&debug::Source { wasm, rewritten, debug: None }, offsets),
            (None, None) => Err(DebugError::None),
        }
    }

    fn read_debug_file(&self) -> Option<Vec<u8>> {
        let path = lock(&self.shared.debug_file).clone()?;
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            File::open(&path)?.take(MOST).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let unread = |error: &io::Error| match error.kind() {
            io::ErrorKind::NotFound => {}
            _ => tracing::debug!(target: "plugix::lines", file = %path.display(), %error, "can't read"),
        };
        read().inspect_err(unread).ok()
    }
}
