//! What the system calls of one store have in common, and what happens around each of them.

use super::Callers;
use crate::error::ProtocolError;
use crate::running::memory::GuestMemory;
use crate::running::stopped::{self, KILLED, exit};
use bytemuck::Pod;
use plugix_system::{Delivery, Errno, Part, Signal, System, Thread, Word};
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmer::{AsStoreMut, FunctionEnvMut, Instance, RuntimeError, StoreMut};

/// What a call comes to for the plugin.
pub(super) type Result<T = ()> = std::result::Result<T, Errno>;

/// The pieces of memory of one call. Most have one or two.
type Parts = SmallVec<[Part; 2]>;

/// Parts that one call may have, as other systems have it.
const MAX_PARTS: u32 = 1024;

/// One byte more than the longest path has.
const MAX_PATH: u32 = 4096;

/// What one store's system calls work on.
#[derive(Debug)]
pub(in crate::running) struct Context {
    callers: Arc<Callers>,
    thread: Thread,
    /// What the module imports, or else what it exports.
    memory: Option<GuestMemory>,
    /// Known when the module is linked, which is before any code of it runs.
    instance: Option<Instance>,
}

/// One system call.
pub(super) struct Call<'a> {
    pub(super) callers: &'a Callers,
    pub(super) system: &'a System,
    pub(super) thread: &'a Thread,
    resumed: &'a mut Option<Instant>,
    instance: Option<&'a Instance>,
    memory: &'a mut GuestMemory,
    store: StoreMut<'a>,
}

impl Context {
    pub(super) fn new(callers: &Arc<Callers>, memory: Option<GuestMemory>) -> Self {
        Self { callers: callers.clone(), thread: Thread::new(callers.system().halt()), memory, instance: None }
    }

    /// Says whose calls they are, and which memory it exports.
    pub(in crate::running) fn link(&mut self, instance: Instance, exported: Option<GuestMemory>) {
        self.instance = Some(instance);
        self.memory = self.memory.take().or(exported);
    }

    /// Makes it that of another thread of the plugin's.
    pub(in crate::running) fn renew(&mut self) {
        self.thread = Thread::new(self.callers.system().halt());
    }

    pub(in crate::running) fn callers(&self) -> &Arc<Callers> {
        &self.callers
    }

    pub(in crate::running) fn thread(&self) -> &Thread {
        &self.thread
    }
}

/// Makes a system call: first what signals ask for, then the call, and then what has come meanwhile.
pub(super) fn run(
    env: &mut FunctionEnvMut<'_, Context>,
    mut call: impl FnMut(&mut Call<'_>) -> Result,
) -> std::result::Result<u32, RuntimeError> {
    stopped::check(env.data().callers.system().halt().is_stopped())?;
    let mut resumed = None;
    deliver(env)?;
    loop {
        let outcome = make(env, &mut resumed, &mut call);
        if outcome == Err(Errno::Canceled) && env.data().callers.system().halt().is_stopped() {
            return Err(exit(KILLED));
        }
        deliver(env)?;
        if outcome != Err(Errno::Intr) || resumed.is_none() {
            return Ok(outcome.map_or_else(|error| error.number().into(), |()| 0));
        }
    }
}

/// Makes a system call that doesn't wait, and leaves signals to the next one. A thread that ends makes such calls when its
/// stack is another's already, and no handler may run there.
pub(super) fn run_undisturbed(
    env: &mut FunctionEnvMut<'_, Context>,
    mut call: impl FnMut(&mut Call<'_>) -> Result,
) -> std::result::Result<u32, RuntimeError> {
    stopped::check(env.data().callers.system().halt().is_stopped())?;
    let outcome = make(env, &mut None, &mut call);
    Ok(outcome.map_or_else(|error| error.number().into(), |()| 0))
}

#[inline]
fn make(
    env: &mut FunctionEnvMut<'_, Context>,
    resumed: &mut Option<Instant>,
    call: &mut impl FnMut(&mut Call<'_>) -> Result,
) -> Result {
    let (context, store) = env.data_and_store_mut();
    let Context { callers, thread, memory, instance } = context;
    let memory = memory.as_mut().ok_or(Errno::Fault)?;
    call(&mut Call { callers, system: callers.system(), thread, resumed, instance: instance.as_ref(), memory, store })
}

/// Does what signals ask for that have come for this thread.
#[inline]
fn deliver(env: &mut FunctionEnvMut<'_, Context>) -> std::result::Result<(), RuntimeError> {
    let Context { callers, thread, .. } = env.data();
    if callers.system().has_deliveries(thread) { deliver_all(env) } else { Ok(()) }
}

#[cold]
fn deliver_all(env: &mut FunctionEnvMut<'_, Context>) -> std::result::Result<(), RuntimeError> {
    // The handler of a signal makes system calls within this one.
    let Context { callers, thread, .. } = env.data();
    let (callers, thread) = (callers.clone(), thread.clone());
    let system = callers.system();
    for delivery in system.deliveries(&thread) {
        match delivery {
            Delivery::Terminate(signal) => return Err(exit(128 + i32::from(signal.number()))),
            Delivery::Handle(signal, _handling) => handle(env, &callers, signal)?,
        }
        if system.halt().is_stopped() {
            return Err(exit(KILLED));
        }
    }
    Ok(())
}

fn handle(
    env: &mut FunctionEnvMut<'_, Context>,
    callers: &Callers,
    signal: Signal,
) -> std::result::Result<(), RuntimeError> {
    let handler = env.data().instance.as_ref().zip(callers.handler());
    let Some((instance, name)) = handler else { return Ok(()) };
    let instance = instance.clone();
    let mut store = env.as_store_mut();
    match instance.exports.get_typed_function::<i32, ()>(&store, &name) {
        Ok(handler) => handler.call(&mut store, signal.number().into()).map_err(|error| match error.is_exception() {
            // The engine would throw it where the system call was made, which nobody expects there.
            true => RuntimeError::new("a handler of signals ended with an exception"),
            false => error,
        }),
        Err(_) => Ok(()),
    }
}

impl Call<'_> {
    /// Has the call made again after a signal that ends its wait. Returns how long ago it was made first.
    pub(super) fn resume(&mut self) -> Duration {
        self.resumed.get_or_insert_with(Instant::now).elapsed()
    }
}

/// Access to the guest's memory. All that lies outside of it is a bad address.
impl Call<'_> {
    /// Copies a structure out.
    pub(super) fn read<T: Pod>(&mut self, ptr: u32) -> Result<T> {
        self.memory.read_pod(&self.store, "an argument", ptr).map_err(bad_address)
    }

    /// Copies a structure, or a number, in.
    pub(super) fn write<T: Pod>(&mut self, ptr: u32, value: T) -> Result {
        self.write_bytes(ptr, bytemuck::bytes_of(&value))
    }

    /// Fails if a result couldn't be written: before something is done that can't be undone.
    pub(super) fn check(&mut self, ptr: u32, len: usize) -> Result {
        let len = u32::try_from(len).map_err(|_| Errno::Fault)?;
        self.memory.check(&self.store, "a result", ptr, len).map_err(bad_address)
    }

    pub(super) fn write_bytes(&mut self, ptr: u32, bytes: &[u8]) -> Result {
        self.memory.write(&self.store, "a result", ptr, bytes).map_err(bad_address)
    }

    /// Copies many structures out; `count` is compared with what there may be by who calls it.
    pub(super) fn read_all<T: Pod>(&mut self, ptr: u32, count: u32) -> Result<Vec<T>> {
        let len = count.checked_mul(size_of::<T>() as u32).ok_or(Errno::Fault)?;
        self.check(ptr, len as usize)?;
        let mut all = vec![T::zeroed(); count as usize];
        let room = bytemuck::cast_slice_mut(&mut all);
        self.memory.read_into(&self.store, "arguments", ptr, room).map_err(bad_address)?;
        Ok(all)
    }

    /// Copies a path or a name out.
    pub(super) fn path(&mut self, ptr: u32, len: u32) -> Result<Vec<u8>> {
        if len >= MAX_PATH {
            return Err(Errno::Nametoolong);
        }
        self.memory.read_vec(&self.store, "a path", ptr, len).map_err(bad_address)
    }

    /// The pieces of memory that one call reads or writes.
    pub(super) fn parts(&mut self, ptr: u32, count: u32) -> Result<Parts> {
        if count > MAX_PARTS {
            return Err(Errno::Inval);
        }
        let mut parts = Parts::with_capacity(count as usize);
        for index in 0..count {
            // Each is copied once, and looked at afterwards.
            let at = u64::from(ptr) + u64::from(index) * size_of::<super::layout::Iovec>() as u64;
            let at = u32::try_from(at).map_err(|_| Errno::Fault)?;
            let super::layout::Iovec { buf, len } = self.read(at)?;
            parts.push(self.part(buf, len)?);
        }
        Ok(parts)
    }

    pub(super) fn part(&mut self, ptr: u32, len: u32) -> Result<Part> {
        self.memory.part(&self.store, ptr, len).map_err(bad_address)
    }

    pub(super) fn word(&mut self, ptr: u32) -> Result<Word> {
        self.memory.word(&self.store, ptr).map_err(bad_address)?.ok_or(Errno::Inval)
    }

    /// Whether the plugin has an exported function of that name that takes a signal.
    pub(super) fn has_handler(&self, name: &str) -> bool {
        let exported = self.instance.map(|instance| instance.exports.get_typed_function::<i32, ()>(&self.store, name));
        exported.is_some_and(|function| function.is_ok())
    }
}

fn bad_address(_: ProtocolError) -> Errno {
    Errno::Fault
}
