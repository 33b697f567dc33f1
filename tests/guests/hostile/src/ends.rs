//! Ending badly.

use crate::{Attack, Outcome};
use std::cell::Cell;
use std::panic::panic_any;
use std::process;
use std::thread;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("trap", |_| trap()),
    ("abort", |_| process::abort()),
    ("exit", |code| process::exit(code.parse().unwrap())),
    ("exit-thread", |_| system::exit_thread()),
    ("panic", |message| panic!("{message}")),
    ("panic-with-a-number", |_| panic_any(7)),
    ("panic-in-a-thread", |_| match thread::spawn(|| panic!("in a thread")).join() {
        Ok(()) => Ok("it returned".to_owned()),
        Err(_) => Err("the thread panicked".to_owned()),
    }),
    ("panic-while-panicking", |_| {
        let _panics = PanicsOnDrop;
        panic!("the first");
    }),
    ("panic-in-drop", |_| {
        drop(PanicsOnDrop);
        Ok("it returned".to_owned())
    }),
    ("panic-in-a-local", |_| {
        thread_local!(static LOCAL: PanicsOnDrop = const { PanicsOnDrop });
        LOCAL.with(|_| Ok("the local is there".to_owned()))
    }),
    ("trap-in-a-local", |_| {
        thread_local!(static LOCAL: TrapsOnDrop = const { TrapsOnDrop(Cell::new(())) });
        LOCAL.with(|_| Ok("the local is there".to_owned()))
    }),
    ("panic-in-the-hook", |_| {
        std::panic::set_hook(Box::new(|_| panic!("in the hook")));
        panic!("for the hook");
    }),
];

/// Runs the instruction that always traps.
#[inline(never)]
pub(crate) fn trap() -> Outcome {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    unreachable!()
}

struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("in drop");
    }
}

struct TrapsOnDrop(Cell<()>);

impl Drop for TrapsOnDrop {
    fn drop(&mut self) {
        self.0.set(());
        let _ = trap();
    }
}

mod system {
    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn thread_exit(code: i32) -> !;
    }

    pub(super) fn exit_thread() -> ! {
        // SAFETY: nothing of this thread's is used by another.
        unsafe { thread_exit(3) }
    }
}
