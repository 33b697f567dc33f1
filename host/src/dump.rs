//! Core dumps of plugins that have ended: where their threads were, their memory and their globals.
//!
//! ```no_run
//! use plugix_host::dump::Dumps;
//! use plugix_host::{Engine, Plugin};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dumps = Dumps::to("/var/lib/my-application/dumps")?;
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let plugin = Plugin::builder(&module).dumps(&dumps).start()?;
//! plugin.call_bytes("count", b"/books").ok(); // if it traps, `Event::Dumped` says where the dump is
//! drop(plugin);
//! dumps.wait(Duration::from_secs(10));
//! # Ok(())
//! # }
//! ```
//!
//! The format is that of WebAssembly's [tool conventions][format]: a module that is never run, with custom sections. The
//! functions and offsets in it are those of the module as its author has it, so that its debug information fits.
//!
//! [format]: https://github.com/WebAssembly/tool-conventions/blob/main/Coredump.md

mod file;
mod format;
mod memory;

pub(crate) use format::{Frame, Thread};
pub(crate) use memory::Memory;

use crate::error::DumpError;
use crate::sync::lock::{lock, wait_while};
use file::Folder;
use format::Contents;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How many bytes of memory a dump has at most by default.
const MEMORY: u64 = 64 << 20;

/// How many bytes of memory a dump can have: a section has at most 4 GiB.
const MOST_MEMORY: u64 = 2 << 30;

/// How many dumps a folder has at most by default.
const FILES: usize = 16;

/// How many dumps are written at the same time. Until a dump is written, the memory of its plugin stays.
const AT_ONCE: usize = 4;

/// How long a dump may take.
const TIME: Duration = Duration::from_secs(10);

/// Where plugins leave a dump when they end, and how much of it. Clones write to the same folder. Nothing is dumped unless
/// a host asks for it, with [`PluginBuilder::dumps`](crate::plugin::PluginBuilder::dumps).
///
/// A dump is made when a plugin traps, breaks the protocol, or is stopped by a deadline, a limit or its host, and not when
/// it exits, panics or is unloaded. Threads of the host's own write it, when nothing of the plugin runs any more: no
/// call waits for it, and no call fails because of it. At most four are written at once, each for at most ten seconds.
/// [`Event::Dumped`](crate::events::Event::Dumped) and [`Event::NotDumped`](crate::events::Event::NotDumped) say what
/// became of it.
///
/// It has the memory of its plugin, secrets too. So only this process's user can read it. A program that was built without
/// threads leaves its functions and globals, and no memory.
#[derive(Clone, Debug)]
pub struct Dumps {
    folder: Arc<Folder>,
    memory: u64,
    files: usize,
    writing: Arc<Writing>,
}

/// How many dumps are being written, or will be as soon as their plugins have ended.
#[derive(Debug, Default)]
struct Writing {
    count: Mutex<usize>,
    ended: Condvar,
}

/// The right to write one dump.
#[derive(Debug)]
pub(crate) struct Ticket(Dumps);

/// A dump that was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) file: PathBuf,
    /// How many bytes of memory it lacks.
    pub(crate) left_out: u64,
}

/// What of a plugin is dumped.
pub(crate) struct Remains<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) module: &'a str,
    pub(crate) threads: &'a [Thread],
    pub(crate) globals: &'a [wasm_encoder::GlobalType],
    pub(crate) memory: &'a dyn Memory,
}

impl Dumps {
    /// Dumps in this folder. It is made if there is none, for this user alone. It is found now, and stays the same when
    /// something is moved to its place. No plugin should have it mounted.
    ///
    /// # Errors
    /// [`DumpError::Io`] if there is no such folder and none can be made.
    pub fn to(folder: impl AsRef<Path>) -> Result<Self, DumpError> {
        let folder = Arc::new(Folder::make(folder.as_ref())?);
        Ok(Self { folder, memory: MEMORY, files: FILES, writing: Arc::default() })
    }

    /// Limits how many bytes of memory each dump has: 64 MiB by default, and 2 GiB at most. Memory that is all zeroes
    /// takes no room. What lies highest is left out first.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.memory = bytes.min(MOST_MEMORY);
        self
    }

    /// Limits how many dumps the folder has: 16 by default. When it has as many, no more are written until somebody removes
    /// some, so that one plugin that dies again and again takes no more room, and pushes out no other's dump.
    #[must_use]
    pub fn files(mut self, count: usize) -> Self {
        self.files = count;
        self
    }

    /// Waits until all dumps of plugins that have ended are written, but at most this long: false if some are not. A host
    /// that is about to exit does this when it has dropped its plugins.
    #[must_use = "some dumps may not be written"]
    pub fn wait(&self, most: Duration) -> bool {
        let Writing { count, ended } = &*self.writing;
        *wait_while(ended, lock(count), most, |count| *count > 0) == 0
    }

    /// Asks to write a dump.
    ///
    /// # Errors
    /// [`DumpError::Busy`].
    pub(crate) fn admit(&self) -> Result<Ticket, DumpError> {
        let mut count = lock(&self.writing.count);
        if *count == AT_ONCE {
            return Err(DumpError::Busy { most: AT_ONCE });
        }
        *count += 1;
        Ok(Ticket(self.clone()))
    }
}

impl Ticket {
    /// Writes a dump: whole, or not at all.
    ///
    /// # Errors
    /// The variant of [`DumpError`] that says why there is none.
    pub(crate) fn write(&self, remains: &Remains<'_>) -> Result<Written, DumpError> {
        let Self(Dumps { folder, memory, files, .. }) = self;
        let until = Instant::now() + TIME;
        let contents = Contents::of(remains, *memory, until);
        let file = folder.write(remains.plugin, *files, |file| contents.write(file, until))?;
        Ok(Written { file, left_out: contents.left_out() })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let Writing { count, ended } = &*self.0.writing;
        *lock(count) -= 1;
        ended.notify_all();
    }
}
