//! Host functions whose arguments and result are in registers.

use super::Context;
use super::results::{Results, pack};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use crate::running::imports::wait::with_halt;
use crate::stop::Halt;
use plugix_abi::Status;
use plugix_abi::interface::{Interface, Provider, ScalarFn};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{Function, StoreMut};

/// One method of an implementation, as the guest in one store calls it.
struct Call<I: ?Sized> {
    provider: Provider<I>,
    run: ScalarFn<I>,
    name: &'static str,
    plugin: Arc<str>,
    halt: Halt,
    results: Results,
}

impl<I: Interface + ?Sized> Call<I> {
    /// Runs the method, and packs its result for the guest.
    ///
    /// After the stop, none is begun, and the guest gets a zero: its own next check ends it, and whatever else it calls
    /// till then sees the stop as well. The engine would pass an error through memory on each call, for some 4 ns.
    #[inline]
    fn call(&self, a: u64, b: u64, c: u64, d: u64) -> u64 {
        if self.halt.is_stopped() {
            return stopped();
        }
        let _profiled = enter(Origin::Host, self.name);
        let run = || with_halt(&self.halt, || (self.run)(self.provider.get(), a, b, c, d));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Some(value)) => u64::from(value),
            Ok(None) => pack(Status::BadArguments, self.results.keep(b"a number is out of its type's range".to_vec())),
            Err(panic) => panicked_scalar(&self.results, &self.plugin, self.name, panic),
        }
    }
}

/// The answer of a function that panicked.
#[cold]
pub(super) fn panicked_scalar(results: &Results, plugin: &str, name: &str, panic: Box<dyn Any + Send>) -> u64 {
    pack(Status::Panic, results.keep(super::results::panicked(plugin, name, panic)))
}

/// The zero, off the way that all other calls take.
#[cold]
fn stopped() -> u64 {
    0
}

/// Makes the function that the guest imports.
pub(super) fn function<I: Interface + ?Sized>(
    store: &mut StoreMut<'_>,
    context: &Context,
    provider: &Provider<I>,
    method: usize,
) -> Function {
    let call = Call {
        provider: provider.clone(),
        run: I::scalar_fn(method).expect("a method that is imported as scalar has a function for it"),
        name: I::METHODS[method].name,
        plugin: context.plugin.clone(),
        halt: context.halt.clone(),
        results: context.results.clone(),
    };
    match I::METHODS[method].args.len() {
        0 => Function::new_typed(store, move || call.call(0, 0, 0, 0)),
        1 => Function::new_typed(store, move |a: u64| call.call(a, 0, 0, 0)),
        2 => Function::new_typed(store, move |a: u64, b: u64| call.call(a, b, 0, 0)),
        3 => Function::new_typed(store, move |a: u64, b: u64, c: u64| call.call(a, b, c, 0)),
        _ => Function::new_typed(store, move |a: u64, b: u64, c: u64, d: u64| call.call(a, b, c, d)),
    }
}
