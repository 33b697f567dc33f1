//! The system calls that no plugin gets. Each answers that it isn't supported.

use super::Imported;
use super::calls::find;
use super::known::is_plain;
use crate::events::Event;
use crate::running::stopped;
use crate::stop::Stopper;
use std::sync::Arc;
use wasmer::{Function, Imports, Module, StoreMut, Type, Value};
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// What starts a thread, which begins in an export of the module.
const SPAWNS: &[&str] = &[SPAWN, "thread_spawn", "thread_spawn_v2"];

/// WASI's own, which returns the number of the thread. An error is a negative number.
const SPAWN: &str = "thread-spawn";

/// Where a thread begins.
const THREAD_START: &str = "wasi_thread_start";

/// Whether threads of a module would have somewhere to begin.
fn starts_threads(module: &Module) -> bool {
    let exported = module.exports().functions().find(|export| export.name() == THREAD_START);
    exported.is_some_and(|export| export.ty().params() == [Type::I32; 2] && export.ty().results().is_empty())
}

/// Whether a system call is closed to every module.
fn is_closed(call: &Imported) -> bool {
    find(&call.namespace, &call.name).is_none() && !is_plain(&call.name)
}

/// Replaces those of these calls that the module imports. The host learns of each attempt to call one.
pub(super) fn close(
    calls: &mut [Imported],
    module: &Module,
    store: &mut StoreMut<'_>,
    imports: &mut Imports,
    stopper: &Arc<Stopper>,
) {
    let starts_nothing = |call: &Imported| SPAWNS.contains(&call.name.as_str()) && !starts_threads(module);
    for call in calls.iter_mut().filter(|call| is_closed(call) || starts_nothing(call)) {
        let signature = call.function.ty(store);
        let answer: Vec<_> = match call.name.as_str() {
            SPAWN => vec![Value::I32(-(Errno::Notsup as i32))],
            _ => signature.results().iter().map(unsupported).collect(),
        };
        let (stopper, name) = (stopper.clone(), call.name.clone());
        let closed = Function::new(store, signature, move |_| {
            stopped::check(stopper.cause().is_some())?;
            stopper.report(Event::Denied { operation: "call", target: name.clone() });
            Ok(answer.clone())
        });
        call.replace(imports, closed);
    }
}

/// System calls return an error number, or nothing.
fn unsupported(result: &Type) -> Value {
    match result {
        Type::I64 => Value::I64(Errno::Notsup as i64),
        _ => Value::I32(Errno::Notsup as i32),
    }
}
