//! Runs calls of the host's whose arguments and result stand in registers.

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
    /// How the thread's last such call failed, until the host asks.
    static FAILURE: Cell<Option<Failure>> = const { Cell::new(None) };
}

/// Runs `method` and returns its status and its value as the host wants them; see
/// [`plugix_abi::export::SCALAR_PREFIX`]. A panic is caught.
///
/// What is rare stands in functions that don't unwind, so that a method that can't panic has nothing to catch.
#[inline]
pub fn call_scalar<P: Instance>(method: impl FnOnce(&'static P) -> Option<u32>) -> u64 {
    let Some(plugin) = P::slot().get() else { return not_started() };
    match catch_unwind(AssertUnwindSafe(|| method(plugin))) {
        Ok(Some(value)) => value.into(),
        Ok(None) => bad_arguments(),
        Err(payload) => panicked(payload),
    }
}

#[cold]
extern "C" fn not_started() -> u64 {
    let panic = || panic!("a plugin is started before it is called");
    catch_unwind(panic).map_or_else(panicked, |never: std::convert::Infallible| match never {})
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
