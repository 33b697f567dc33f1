//! Keeps what a panic says until its call can report it.

use plugix_abi::PanicReport;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static LAST: RefCell<Option<PanicReport>> = const { RefCell::new(None) };
}

/// Adds to the panic hook, once. The hook that was there still prints.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            // A thread that ends has no thread-local storage any more. Its panic still prints the message.
            let _ = LAST.try_with(|last| *last.borrow_mut() = Some(report(info)));
            tell_host();
            previous(info);
        }));
    });
}

/// Lets the host see the stack while it still stands.
fn tell_host() {
    #[cfg(target_family = "wasm")]
    {
        // As the linker knows it; see `plugix_abi::import`.
        #[link(wasm_import_module = "plugix")]
        unsafe extern "C" {
            safe fn panicking();
        }
        panicking();
    }
}

/// What the calling thread's last panic said. `payload` is what unwinding brought.
pub(crate) fn take_report(payload: &(dyn Any + Send)) -> PanicReport {
    // `resume_unwind` runs no hook. Then only the payload tells.
    let mut report = LAST.take().unwrap_or_else(|| PanicReport {
        message: message(payload),
        file: String::new(),
        line: 0,
        column: 0,
        thread: None,
    });
    // The hook doesn't ask for it: a thread that ends has no name any more, and asking would panic again.
    report.thread = std::thread::current().name().map(str::to_owned);
    report
}

/// Drops what unwinding brought. Its own `Drop` may panic; then that panic's payload is leaked, so that this ends.
pub(crate) fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
        LAST.take();
    }
}

fn report(info: &PanicHookInfo<'_>) -> PanicReport {
    let (file, line, column) = match info.location() {
        Some(place) => (place.file().to_owned(), place.line(), place.column()),
        None => (String::new(), 0, 0),
    };
    PanicReport { message: message(info.payload()), file, line, column, thread: None }
}

fn message(payload: &(dyn Any + Send)) -> String {
    match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}
