//! Host functions whose arguments and result lie in guest memory.

use super::buffer::Buffer;
use super::results::{Results, pack, panicked};
use super::{Context, HostStreams, taken};
use crate::error::{HostBreach, MethodName, MethodRef, ProtocolError};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use crate::running::imports::wait::with_halt;
use crate::running::memory::{GuestMemory, PIECE, decoded, sent};
use crate::running::stopped;
use crate::stop::Halt;
use plugix_abi::interface::{DecodeError, Interface as _, Output as _};
use plugix_abi::{Status, services};
use plugix_module::interface::Rewrites;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{AsStoreRef, Function, FunctionEnvMut, Instance, RuntimeError, StoreMut};

/// Buffers up to this size are kept for the next call.
const KEEP_MAX: usize = 64 << 10;

/// The guest's memory as the host functions of one store reach it, and the buffers that these functions use.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) guest: GuestMemory,
    /// Known when the module is linked, which is before any code of it runs.
    pub(super) instance: Option<Instance>,
    args: Vec<Aligned>,
    result: Vec<u8>,
}

/// A block that begins at a multiple of 16, as the arguments do.
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(16))]
pub(super) struct Aligned([u8; 16]);

impl Aligned {
    pub(super) const ZERO: Self = Self([0; 16]);
}

impl Memory {
    pub(super) fn new(memory: wasmer::Memory, store: &impl AsStoreRef) -> Self {
        Self { guest: GuestMemory::new(memory, store), instance: None, args: Vec::new(), result: Vec::new() }
    }
}

/// Makes the function that the guest imports, under the names of its interface and its method.
pub(super) fn function<R>(
    store: &mut StoreMut<'_>,
    context: &Context,
    (interface, method): (&str, &str),
    rewrites: Option<Arc<Rewrites>>,
    run: R,
) -> Function
where
    R: Fn(&[u8], &mut Buffer) -> Status + Send + Sync + 'static,
{
    let call = Call {
        run,
        name: MethodRef { interface: Some(interface), method }.to_name(),
        plugin: context.plugin.clone(),
        halt: context.halt.clone(),
        results: context.results.clone(),
        streams: context.streams.clone(),
        limit: limit(interface, context.argument_limit),
        rewrites,
    };
    Function::new_typed_with_env(
        store,
        &context.memory,
        move |env: FunctionEnvMut<'_, Memory>, args: u32, len: u32, out: u32, capacity: u32| {
            stopped::check(call.halt.is_stopped())?;
            let _profiled = enter(Origin::Host, &call.name.method);
            // An error traps.
            call.call(env, (args, len), (out, capacity)).map_err(|ended| match ended {
                Ended::Breach(error) => RuntimeError::user(Box::new(HostBreach { function: call.name.clone(), error })),
                Ended::Meanwhile(error) => error,
            })
        },
    )
}

/// What the host's own services are told is short.
pub(super) fn limit(interface: &str, arguments: u32) -> u32 {
    match interface == <dyn services::Services>::NAME {
        true => services::MAX_LEN as u32,
        false => arguments,
    }
}

/// One method of an implementation, as the guest in one store calls it.
struct Call<R> {
    run: R,
    name: MethodName,
    plugin: Arc<str>,
    halt: Halt,
    results: Results,
    streams: HostStreams,
    /// How many bytes the arguments may have.
    limit: u32,
    /// What the plugin has in another form.
    rewrites: Option<Arc<Rewrites>>,
}

/// Why a call doesn't return to the guest.
enum Ended {
    /// The guest has no memory at an address that it gave.
    Breach(ProtocolError),
    /// The guest ended while it made a chunk of a stream for the host.
    Meanwhile(RuntimeError),
}

impl From<ProtocolError> for Ended {
    fn from(error: ProtocolError) -> Self {
        Self::Breach(error)
    }
}

impl<R: Fn(&[u8], &mut Buffer) -> Status> Call<R> {
    fn call(
        &self,
        mut env: FunctionEnvMut<'_, Memory>,
        (args, len): (u32, u32),
        (out, capacity): (u32, u32),
    ) -> Result<u64, Ended> {
        let (memory, store) = env.data_and_store_mut();
        // The buffers are taken out, so that a nested call in the same store uses its own.
        let mut buffer = std::mem::take(&mut memory.args);
        let mut result = Buffer::new(std::mem::take(&mut memory.result), decoded(self.limit), self.rewrites.clone());
        memory.guest.check(&store, "the arguments", args, len)?;
        if len > self.limit {
            return Err(ProtocolError::ArgumentsTooLarge { len, limit: self.limit }.into());
        }
        let bytes =
            self.read(&mut buffer, len, |at, room| memory.guest.read_into(&store, "the arguments", args + at, room))?;

        let run = || catch_unwind(AssertUnwindSafe(|| with_halt(&self.halt, || self.run(bytes, &mut result))));
        let outcome = taken::while_it_waits(&mut env, &self.streams, self.limit, run).map_err(Ended::Meanwhile)?;
        let status = outcome.unwrap_or_else(|panic| {
            result.bytes = panicked(&self.plugin, &self.name.method, panic);
            Status::Panic
        });

        let (memory, store) = env.data_and_store_mut();
        let Ok(len) = u32::try_from(result.bytes.len()) else {
            return Ok(pack(Status::Failed, self.results.keep(b"the result is over 4 GiB".to_vec())));
        };
        if len > capacity {
            self.results.keep(std::mem::take(&mut result.bytes));
        } else {
            memory.guest.write(&store, "the result", out, &result.bytes)?;
        }
        if size_of_val(buffer.as_slice()) <= KEEP_MAX {
            memory.args = buffer;
        }
        if result.bytes.capacity() <= KEEP_MAX {
            memory.result = result.bytes;
        }
        Ok(pack(status, len))
    }
}

impl<R: Fn(&[u8], &mut Buffer) -> Status> Call<R> {
    /// Runs the method.
    fn run(&self, args: &[u8], result: &mut Buffer) -> Status {
        match &self.rewrites {
            None => (self.run)(args, result),
            Some(rewrites) => run_rewritten(&self.run, rewrites, args, result),
        }
    }

    /// Copies arguments piece by piece: what is stopped meanwhile gets none.
    fn read<'b>(
        &self,
        buffer: &'b mut Vec<Aligned>,
        len: u32,
        mut read: impl FnMut(u32, &mut [u8]) -> Result<(), ProtocolError>,
    ) -> Result<&'b [u8], ProtocolError> {
        let len = len as usize;
        buffer.reserve(len.div_ceil(size_of::<Aligned>()).saturating_sub(buffer.len()));
        let mut at = 0;
        while at < len && !self.halt.is_stopped() {
            let end = len.min(at + PIECE);
            buffer.resize(end.div_ceil(size_of::<Aligned>()).max(buffer.len()), Aligned::ZERO);
            read(at as u32, &mut bytemuck::cast_slice_mut(buffer)[at..end])?;
            at = end;
        }
        Ok(&bytemuck::cast_slice(buffer)[..at])
    }
}

/// Runs a method over arguments in the plugin's form, and gives its result that form.
#[cold]
pub(super) fn run_rewritten(
    run: impl Fn(&[u8], &mut Buffer) -> Status,
    rewrites: &Rewrites,
    args: &[u8],
    result: &mut Buffer,
) -> Status {
    try_rewritten(run, rewrites, args, result).unwrap_or_else(|(status, error)| {
        result.bytes = error.to_string().into_bytes();
        status
    })
}

fn try_rewritten(
    run: impl Fn(&[u8], &mut Buffer) -> Status,
    rewrites: &Rewrites,
    args: &[u8],
    result: &mut Buffer,
) -> Result<Status, (Status, DecodeError)> {
    let rewritten = rewrites.arguments(args, result.bounds()).map_err(|error| (Status::BadArguments, error))?;
    let mut aligned = Vec::new();
    let args = match &rewritten {
        None => args,
        Some(rewritten) => {
            aligned.resize(rewritten.len().div_ceil(size_of::<Aligned>()), Aligned::ZERO);
            let bytes = &mut bytemuck::cast_slice_mut(&mut aligned)[..rewritten.len()];
            bytes.copy_from_slice(rewritten);
            bytes
        }
    };
    let status = run(args, result);
    let rewrite = match status {
        // The items of a stream are rewritten one after the other.
        Status::Ok if result.is_stream => &None,
        Status::Ok => &rewrites.value,
        Status::Error => &rewrites.error,
        _ => &None,
    };
    if let Some(rewrite) = rewrite {
        let rewritten = rewrite.value(&result.bytes, sent(result.bytes.len()));
        result.bytes = rewritten.map_err(|error| (Status::Failed, error))?;
    }
    Ok(status)
}
