//! Where the processor time of plugins goes, by their functions: samples of the threads that run a module's code.
//!
//! ```no_run
//! use plugix_host::{Engine, Plugin, Policy};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let module = Engine::new()?.load_file("word_count.wasm")?;
//! let plugin = Plugin::new(&module, &Policy::new())?;
//! let profiling = plugin.start_profile()?; // `plugin.profile(Duration::from_secs(5))` samples what runs anyhow
//! plugin.call_bytes("count", b"/books").ok();
//! let profile = profiling.finish();
//! for stack in &profile.stacks {
//!     println!("{:?} in {} on {}", stack.time, stack.frames[0].function, stack.thread);
//! }
//! std::fs::write("profile.txt", profile.folded())?; // what tools for flame graphs read
//! # Ok(())
//! # }
//! ```
//!
//! It needs no rights and no other program. As long as nobody profiles, it costs nothing. While somebody does, each
//! thread of the process that computes gets the signal `SIGPROF` some 240 times a second, and calls of the operating
//! system that it interrupts go on (`SA_RESTART`). One profile is taken at a time, on Linux and x86-64.

pub(crate) mod host_calls;
mod sampler;
mod signal;
mod stacks;
pub(crate) mod threads;

pub use stacks::{Profile, ProfileStack};

use crate::error::Symbols;
use sampler::Sampler;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Profiles are taken on Linux and x86-64 alone.
    #[error("profiles are not supported on this platform")]
    Unsupported,
    /// One is being taken already.
    #[error("another profile is being taken in this process")]
    Busy,
    /// The signal for it has a handler that is not ours, as of another profiler.
    #[error("something else in this process handles SIGPROF")]
    SignalInUse,
    /// The module can't be compiled.
    #[error(transparent)]
    Load(#[from] crate::error::LoadError),
    /// The operating system refuses something.
    #[error("can't {what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl ProfileError {
    fn io(what: &str, source: io::Error) -> Self {
        Self::Io { what: what.to_owned(), source }
    }
}

/// Where a thread is that runs no code of the plugin's, below a call of the plugin's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    System,
    Host,
    Engine,
}

/// A profile that is being taken. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "a profile ends when its guard is dropped"]
pub struct ProfileGuard {
    sampler: Sampler,
    begun: Instant,
    symbols: Symbols,
    /// Handlers read it.
    _functions: Vec<usize>,
    /// Its code stays where it is. This comes first: the engine owns the code.
    _code: wasmer::Module,
    _engine: wasmer::Engine,
}

/// Whether a profile is being taken.
static BUSY: AtomicBool = AtomicBool::new(false);

impl ProfileGuard {
    /// Begins to sample all threads that run this code, without those of plugins other than `owner`.
    pub(crate) fn start(
        code: wasmer::Module,
        engine: wasmer::Engine,
        owner: Option<usize>,
        symbols: Symbols,
    ) -> Result<Self, ProfileError> {
        signal::install()?;
        let (range, functions) = places(&code).ok_or(ProfileError::Unsupported)?;
        if BUSY.swap(true, Ordering::SeqCst) {
            return Err(ProfileError::Busy);
        }
        // SAFETY: the list goes with the guard, after `forget`, or below if there is none.
        unsafe { signal::look_for(range, &functions) };
        host_calls::turn(true);
        match Sampler::start(owner) {
            Ok(sampler) => {
                let begun = Instant::now();
                Ok(Self { sampler, begun, symbols, _functions: functions, _code: code, _engine: engine })
            }
            Err(error) => {
                end();
                Err(error)
            }
        }
    }

    /// Ends the profile.
    pub fn finish(mut self) -> Profile {
        let sampled = self.sampler.finish();
        Profile::new(sampled, self.begun.elapsed(), &self.symbols)
    }
}

impl Drop for ProfileGuard {
    fn drop(&mut self) {
        self.sampler.finish();
        end();
    }
}

fn end() {
    host_calls::turn(false);
    signal::forget();
    host_calls::take();
    BUSY.store(false, Ordering::SeqCst);
}

/// Where the code of a module's functions lies, and where each begins, in order.
fn places(code: &wasmer::Module) -> Option<(std::ops::Range<usize>, Vec<usize>)> {
    let functions = code.sys_artifact()?.finished_function_extents()?;
    let end = functions.iter().map(|(_, function)| *function.ptr as usize + function.length).max()?;
    let mut starts: Vec<_> = functions.iter().map(|(_, function)| *function.ptr as usize).collect();
    starts.sort_unstable();
    Some((*starts.first()?..end, starts))
}
