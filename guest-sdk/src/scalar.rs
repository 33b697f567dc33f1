//! Runs calls of the host's in registers.

use crate::__private::Instance;
use crate::panic::{drop_payload, take_report};
use crate::{Output, call};
use plugix_abi::interface::Output as _;
use plugix_abi::{PanicReport, Status};
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a call failed.
enum Failure {
    Panic(PanicReport),
    BadArguments,
}

thread_local! {
    /// How the thread's last such call failed. It stays until the host asks.
    static FAILURE: Cell<Option<Failure>> = const { Cell::new(None) };
}

/// Runs `method`, and returns its status and its value in the host's form; see [`plugix_abi::export::SCALAR_PREFIX`]. A
/// panic is caught.
///
/// What is rare stands in functions that don't unwind. So a method that can't panic has nothing to catch. If it calls
/// nothing either, it becomes a few instructions, and the host needs no check to stop it.
#[inline]
pub fn call_scalar<P: Instance>(method: impl FnOnce(&'static P) -> Option<u32>) -> u64 {
    let Some(plugin) = P::slot().get() else { not_started() };
    match catch_unwind(AssertUnwindSafe(|| method(plugin))) {
        Ok(Some(value)) => value.into(),
        Ok(None) => bad_arguments(),
        Err(payload) => panicked(payload),
    }
}

/// No host calls a plugin that it hasn't started.
#[inline]
fn not_started() -> ! {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    unreachable!("a plugin is started before it is called")
}

#[cold]
extern "C" fn bad_arguments() -> u64 {
    fail(Status::BadArguments, Failure::BadArguments)
}

#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> u64 {
    let report = take_report(&*payload);
    drop_payload(payload);
    fail(Status::Panic, Failure::Panic(report))
}

fn fail(status: Status, failure: Failure) -> u64 {
    FAILURE.set(Some(failure));
    (status as u64) << 32
}

/// [`plugix_abi::export::FAILURE`].
///
/// # Safety
/// As for [`call`].
#[unsafe(no_mangle)]
unsafe extern "C" fn plugix_failure(frame: u32) -> u32 {
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, |_, output| tell(output)) }
}

fn tell(output: &mut Output<'_>) -> Status {
    match FAILURE.take() {
        Some(Failure::Panic(report)) => {
            output.encode(&report);
            Status::Panic
        }
        Some(Failure::BadArguments) => {
            output.give(Vec::from(*b"a number is out of its type's range"));
            Status::BadArguments
        }
        None => Status::Ok,
    }
}
