//! Whether a plugin has made system calls that leave something behind in the host, outside the plugin's memory.

use super::Imported;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Imports, StoreMut, Value};

/// System calls after which the host's side is what it was before. All other calls leave a trace.
const TRACELESS: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_fdflags_get",
    "fd_fdstat_get",
    "fd_filestat_get",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_tell",
    "futex_wait",
    "futex_wake",
    "futex_wake_all",
    "getcwd",
    "path_filestat_get",
    "path_readlink",
    "poll_oneoff",
    "proc_exit",
    "proc_exit2",
    "proc_id",
    "proc_parent",
    "random_get",
    "sched_yield",
    "thread-spawn",
    "thread_exit",
    "thread_id",
    "thread_join",
    "thread_parallelism",
    "thread_sleep",
    "thread_spawn",
    "thread_spawn_v2",
];

/// Standard output and standard error. The host takes them from the plugin, so writing there leaves no trace.
const OUTPUT: [Value; 2] = [Value::I32(1), Value::I32(2)];

/// The first system call that leaves a trace sets this. All clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces(Arc<AtomicBool>);

impl Traces {
    /// Whether there are traces since they were last forgotten.
    pub(crate) fn are_there(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Forgets the traces so far: they belong to the plugin's start.
    pub(crate) fn forget(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Puts itself between the module and the system calls that the module imports.
    pub(super) fn apply(&self, calls: &mut [Imported], store: &mut StoreMut<'_>, imports: &mut Imports) {
        let env = FunctionEnv::new(store, ());
        for call in calls {
            if TRACELESS.contains(&call.name.as_str()) {
                continue;
            }
            let original = call.function.clone();
            let traces = self.clone();
            let signature = original.ty(store);
            let writes = call.name == "fd_write";
            let run = move |mut env: FunctionEnvMut<'_, ()>, args: &[Value]| {
                if !(writes && args.first().is_some_and(|descriptor| OUTPUT.contains(descriptor))) {
                    traces.0.store(true, Ordering::Release);
                }
                original.call(&mut env, args).map(<[_]>::into_vec)
            };
            call.replace(imports, Function::new_with_env(store, &env, signature, run));
        }
    }
}
