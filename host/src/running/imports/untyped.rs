//! Interfaces that a host implements without their traits: arguments and results as bytes, by the plugin's descriptor.

use super::answers::Run;
use super::buffer::Buffer;
use super::results::pack;
use super::scalar::panicked_scalar;
use super::wait::with_halt;
use super::{Context, Provided, frame};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use crate::running::signature::function_type;
use crate::running::stopped;
use plugix_abi::Status;
use plugix_abi::interface::{InterfaceInfo, MAX_REGISTERS};
use plugix_module::interface::Fit;
use plugix_module::{Import, Number};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{Function, StoreMut, Value};

/// What a plugin gives to a method, as it travels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UntypedArgs<'a> {
    /// One after the other, in memory.
    Bytes(&'a [u8]),
    /// Each in a register.
    Registers(&'a [u64]),
}

/// Answers a call: of a method, with its payload. A result for a register is its four bytes, the lowest first.
pub(crate) type Answer = Arc<dyn Fn(&str, UntypedArgs<'_>) -> (Status, Vec<u8>) + Send + Sync>;

/// An interface of the host's, with a name and without a trait. It has whatever methods the plugin wants.
pub(crate) struct Untyped {
    pub(crate) interface: String,
    pub(crate) answer: Answer,
}

impl Provided for Untyped {
    fn name(&self) -> &str {
        &self.interface
    }

    fn contract(&self) -> Option<(&'static InterfaceInfo, &'static [u8])> {
        None
    }

    fn run(&self, method: &str, _: &Fit) -> Option<Run> {
        let (answer, method) = (self.answer.clone(), method.to_owned());
        Some(Box::new(move |args, result| {
            let (status, bytes) = answer(&method, UntypedArgs::Bytes(args));
            result.put(bytes);
            status
        }))
    }

    fn function(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import, _: &Fit) -> Option<Function> {
        let signature = import.signature()?;
        if signature.results != [Number::I64] {
            return None;
        }
        let (answer, method) = (self.answer.clone(), import.name.clone());
        if signature.params == [Number::I32; 4] {
            let run = move |args: &[u8], result: &mut Buffer| {
                let (status, bytes) = answer(&method, UntypedArgs::Bytes(args));
                result.put(bytes);
                status
            };
            return Some(frame::function(store, context, (&self.interface, &import.name), None, run));
        }
        let is_scalar =
            signature.params.len() <= MAX_REGISTERS && signature.params.iter().all(|number| *number == Number::I64);
        if is_scalar { self.scalar(store, context, import) } else { None }
    }
}

impl Untyped {
    fn scalar(&self, store: &mut StoreMut<'_>, context: &Context, import: &Import) -> Option<Function> {
        let (answer, method) = (self.answer.clone(), import.name.clone());
        let (halt, results, plugin) = (context.halt.clone(), context.results.clone(), context.plugin.clone());
        Some(Function::new(store, function_type(import)?, move |values| {
            stopped::check(halt.is_stopped())?;
            let registers: Vec<_> = values.iter().filter_map(|value| value.i64().map(|bits| bits as u64)).collect();
            let _profiled = enter(Origin::Host, &method);
            let run = || with_halt(&halt, || answer(&method, UntypedArgs::Registers(&registers)));
            let packed = match catch_unwind(AssertUnwindSafe(run)) {
                Ok((Status::Ok, bytes)) => bytes.try_into().map_or(0, |bits| u64::from(u32::from_le_bytes(bits))),
                Ok((status, bytes)) => pack(status, results.keep(bytes)),
                Err(panic) => panicked_scalar(&results, &plugin, &method, panic),
            };
            Ok(vec![Value::I64(packed as i64)])
        }))
    }
}

impl fmt::Debug for Untyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Untyped").field("interface", &self.interface).finish_non_exhaustive()
    }
}
