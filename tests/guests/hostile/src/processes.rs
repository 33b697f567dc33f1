//! Starting programs and loading code: all of that is closed. Each import is called with zeroes, and nobody looks at
//! them.

use crate::{Attack, errno, said};
use std::process::Command;

macro_rules! closed {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {
        mod system {
            #[link(wasm_import_module = "wasix_32v1")]
            unsafe extern "C" {
                $(pub(super) fn $name($(_: $argument),*) -> $answer;)*
            }
        }

        pub(crate) const ATTACKS: &[(&str, Attack)] = &[
            ("program", |path| said(Command::new(path).status())),
            $((stringify!($name), |_| {
                // SAFETY: the host makes nothing of it.
                let answer = unsafe { system::$name($(<$argument>::default()),*) };
                Answer::outcome(answer)
            }),)*
        ];
    };
}

closed! {
    proc_spawn(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    proc_spawn2(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    proc_spawn3(i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    proc_exec(i32, i32, i32, i32) -> ();
    proc_exec2(i32, i32, i32, i32, i32, i32) -> ();
    proc_exec3(i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    proc_exec4(i32, i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    proc_fork(i32, i32) -> i32;
    proc_fork_env(i32) -> i32;
    proc_snapshot() -> i32;
    dlopen(i32, i32, i32, i32, i32, i32, i32, i32) -> i32;
    dlsym(i32, i32, i32, i32, i32, i32) -> i32;
    dl_invalid_handle(i32) -> i32;
    closure_allocate(i32) -> i32;
    closure_prepare(i32, i32, i32, i32, i32, i32, i32) -> i32;
    closure_free(i32) -> i32;
    call_dynamic(i32, i32, i32, i32, i32, i32) -> i32;
    reflect_signature(i32, i32, i32, i32, i32, i32) -> i32;
    context_create(i32, i32) -> i32;
    context_switch(i64) -> i32;
    context_destroy(i64) -> i32;
}

/// What a system call returns.
trait Answer {
    fn outcome(self) -> crate::Outcome;
}

impl Answer for i32 {
    fn outcome(self) -> crate::Outcome {
        errno(self)
    }
}

impl Answer for () {
    fn outcome(self) -> crate::Outcome {
        Ok("it returned".to_owned())
    }
}
