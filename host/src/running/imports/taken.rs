//! Streams that a plugin gives to host functions. Their chunks come by calls into the plugin, on the thread of the plugin's
//! that waits for the host, or in the plugin's process.

mod call;

use super::frame::Memory;
use super::is_stopped;
use super::streams::{HostStreams, WeakStreams};
use crate::running::memory::{Offers as _, decoded};
use call::call;
use plugix_abi::interface::{Bounds, Produce, Pull, StreamError};
use plugix_abi::{PanicReport, Status, export};
use std::cell::{Cell, OnceCell, RefCell};
use std::ptr::{from_ref, null};
use wasmer::{FunctionEnv, FunctionEnvMut, Instance, RuntimeError, StoreMut};

/// How many host functions may wait for streams below each other. Each stands on a stack that no guard of the engine's
/// watches.
const MAX_DEPTH: u32 = 8;

/// A thread of the plugin's that waits for the host.
struct Waiting<'a, 'e> {
    by: By<'a, 'e>,
    streams: &'a HostStreams,
    /// How many bytes a chunk may have.
    limit: u32,
    depth: u32,
}

/// How the plugin is called that waits.
enum By<'a, 'e> {
    /// In its store, which has called the host.
    Store {
        env: RefCell<&'a mut FunctionEnvMut<'e, Memory>>,
        /// What ended the plugin while it made a chunk.
        ended: OnceCell<RuntimeError>,
    },
    /// In its process.
    Process(&'a CallProcess<'a>),
}

/// Calls an export of a plugin in a process of its own. It gets a handle, and replaces the chunk.
pub(crate) type CallProcess<'a> = dyn Fn(&'static str, u32, &mut Vec<u8>) -> Result<(), StreamError> + 'a;

thread_local! {
    /// What waits for what the calling thread does. Null if nothing does.
    static WAITING: Cell<*const Waiting<'static, 'static>> = const { Cell::new(null()) };
    /// What the host functions of the next instance reach, which is made on the calling thread.
    static NEXT: RefCell<Option<FunctionEnv<Memory>>> = const { RefCell::new(None) };
}

/// Says what the host functions of the instance reach that is made next on the calling thread.
pub(super) fn prepare(memory: FunctionEnv<Memory>) {
    NEXT.set(Some(memory));
}

/// Links an instance with its host functions, before any code of it runs.
pub(in crate::running) fn link(store: &mut StoreMut<'_>, instance: &Instance) {
    if let Some(memory) = NEXT.take() {
        memory.as_mut(store).instance = Some(instance.clone());
    }
}

/// Runs what the host does while a thread of the plugin waits. It may pull streams of the plugin's meanwhile.
///
/// # Errors
/// What ended the plugin in such a pull.
#[inline]
pub(super) fn while_it_waits<R>(
    env: &mut FunctionEnvMut<'_, Memory>,
    streams: &HostStreams,
    limit: u32,
    run: impl FnOnce() -> R,
) -> Result<R, RuntimeError> {
    let by = By::Store { env: RefCell::new(env), ended: OnceCell::new() };
    match waiting_by(by, streams, limit, run) {
        (result, By::Store { ended, .. }) => ended.into_inner().map_or(Ok(result), Err),
        (result, By::Process(_)) => Ok(result),
    }
}

/// Runs what the host does while a thread of the plugin waits that is in another process.
pub(crate) fn while_process_waits<R>(
    call: &CallProcess<'_>,
    streams: &HostStreams,
    limit: u32,
    run: impl FnOnce() -> R,
) -> R {
    waiting_by(By::Process(call), streams, limit, run).0
}

#[inline]
fn waiting_by<'a, 'e, R>(
    by: By<'a, 'e>,
    streams: &'a HostStreams,
    limit: u32,
    run: impl FnOnce() -> R,
) -> (R, By<'a, 'e>) {
    struct Restore<'a>(&'a Cell<*const Waiting<'static, 'static>>, *const Waiting<'static, 'static>);

    impl Drop for Restore<'_> {
        #[inline]
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }

    WAITING.with(|current| {
        let outer = current.get();
        // SAFETY: as in `waiting`.
        let depth = unsafe { outer.as_ref() }.map_or(1, |outer| outer.depth + 1);
        let waiting = Waiting { by, streams, limit, depth };
        let restore = Restore(current, current.replace(from_ref(&waiting).cast()));
        let result = run();
        drop(restore);
        (result, waiting.by)
    })
}

/// Looks at what waits for the calling thread.
fn waiting<R>(look: impl FnOnce(&Waiting<'_, '_>) -> R) -> Option<R> {
    let waiting = WAITING.get();
    // SAFETY: the pointer is null, or `waiting_by` has it from a value that lives until it puts the old pointer back.
    unsafe { waiting.as_ref() }.map(look)
}

/// Offers a stream to the plugin that waits. `None` if none waits.
pub(crate) fn offer(items: Box<dyn Produce>) -> Option<u32> {
    waiting(|plugin| plugin.streams.offer(items))
}

/// Opens a stream that the waiting plugin offers. `None` if none waits.
pub(crate) fn open(handle: u32) -> Option<Box<dyn Pull>> {
    waiting(|plugin| {
        let (streams, resets) = plugin.streams.taken();
        Box::new(Taken { streams, resets, handle, limit: plugin.limit }) as Box<dyn Pull>
    })
}

/// A stream that a host function took.
struct Taken {
    streams: WeakStreams,
    /// How often the plugin was reset before. A stream from before a reset is gone, even if another one has its handle.
    resets: u64,
    handle: u32,
    limit: u32,
}

impl Taken {
    /// Calls the plugin for the stream, if the plugin waits for the calling thread.
    fn call(&self, export: &'static str, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let streams = self.streams.upgrade().ok_or_else(|| StreamError::new("the plugin was unloaded"))?;
        if streams.resets() != self.resets {
            return Err(StreamError::new("the plugin was reset since"));
        }
        let called = waiting(|plugin| {
            plugin.streams.is(&streams).then(|| {
                for ended in streams.ended() {
                    if plugin.call(export::STREAM_DROP, ended, &mut Vec::new()).is_err() {
                        streams.end_later(self.resets, ended);
                    }
                }
                plugin.call(export, self.handle, chunk)
            })
        });
        called.flatten().unwrap_or_else(|| {
            let problem =
                "the plugin doesn't wait: pull its stream in a host function that it calls, on the same thread";
            Err(StreamError::new(problem))
        })
    }
}

impl Pull for Taken {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        self.call(export::STREAM_NEXT, chunk)
    }

    fn bounds(&self) -> Bounds {
        Bounds { memory: decoded(self.limit), is_over: is_stopped }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // While a panic unwinds, no code of the plugin runs.
        if std::thread::panicking() || self.call(export::STREAM_DROP, &mut Vec::new()).is_err() {
            self.streams.upgrade().inspect(|streams| streams.end_later(self.resets, self.handle));
        }
    }
}

impl Waiting<'_, '_> {
    fn call(&self, export: &'static str, handle: u32, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        if self.depth > MAX_DEPTH {
            return Err(StreamError::new(format_args!("over {MAX_DEPTH} streams wait for each other")));
        }
        let (env, ended) = match &self.by {
            By::Process(call) => return call(export, handle, chunk),
            By::Store { env, ended } => (env, ended),
        };
        if ended.get().is_some() {
            return Err(StreamError::new("the plugin has ended"));
        }
        let mut env = env.try_borrow_mut().map_err(|_| StreamError::new("the plugin makes another chunk"))?;
        match call(&mut env, export, handle, self.limit, chunk) {
            Ok(Status::Ok) => Ok(()),
            Ok(Status::Panic) => Err(StreamError::new(match postcard::from_bytes::<PanicReport>(chunk) {
                Ok(report) => format!("the plugin panicked: {}", report.message),
                Err(_) => "the plugin panicked".to_owned(),
            })),
            Ok(_) => Err(StreamError::new(String::from_utf8_lossy(chunk))),
            Err(error) => {
                // There is none yet: this was looked at above.
                let _ = ended.set(error);
                Err(StreamError::new("the plugin has ended"))
            }
        }
    }
}
