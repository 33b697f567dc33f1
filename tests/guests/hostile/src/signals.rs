//! Signals, of which a plugin has its own.

use crate::{Attack, errno};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("raise", |signal| errno(system::raise(signal.parse().unwrap()))),
    ("signal-others", |_| {
        // 1 is the plugin's own process.
        let signalled = (2..10_000).filter(|process| system::signal(*process, KILL) == 0).count();
        Ok(format!("{signalled} answers"))
    }),
    ("signal-in-a-signal", |_| {
        system::handle("raise_again");
        errno(system::raise(USER))
    }),
    ("signal-handler-traps", |_| {
        system::handle("trap_on_signal");
        errno(system::raise(USER))
    }),
    ("signal-handler-throws", |_| {
        system::handle("panic_on_signal");
        errno(system::raise(USER))
    }),
    ("signals-by-the-million", |_| {
        system::handle("count_signal");
        errno((0..1_000_000).map(|_| system::raise(USER)).max().unwrap())
    }),
];

const KILL: i32 = 9;
const USER: i32 = 16;

/// Asks for a signal handler, so that no signal ends it, and sleeps.
pub(crate) fn ignore_signals() {
    system::handle("count_signal");
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1 << 20));
    }
}

#[unsafe(no_mangle)]
extern "C" fn raise_again(signal: i32) {
    system::raise(signal);
}

#[unsafe(no_mangle)]
extern "C" fn count_signal(_signal: i32) {}

/// Unwinds into the host.
#[unsafe(no_mangle)]
extern "C-unwind" fn panic_on_signal(_signal: i32) {
    panic!("in a handler");
}

#[unsafe(no_mangle)]
extern "C" fn trap_on_signal(_signal: i32) {
    let _ = crate::ends::trap();
}

mod system {
    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn proc_raise(signal: i32) -> i32;
        fn proc_signal(process: i32, signal: i32) -> i32;
        fn callback_signal(name: *const u8, len: usize);
    }

    pub(super) fn raise(signal: i32) -> i32 {
        // SAFETY: it takes a number.
        unsafe { proc_raise(signal) }
    }

    pub(super) fn signal(process: i32, signal: i32) -> i32 {
        // SAFETY: it takes numbers.
        unsafe { proc_signal(process, signal) }
    }

    /// Names the exported function that handles signals.
    pub(super) fn handle(name: &str) {
        // SAFETY: the pointer and the length are a string's.
        unsafe { callback_signal(name.as_ptr(), name.len()) }
    }
}
