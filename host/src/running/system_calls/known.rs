//! What is left to wasmer-wasix, and why each of the rest is closed. What is in none of these lists, nor in that of our
//! own calls, answers that it isn't supported.

/// What wasmer-wasix does, and what keeps it within bounds.
pub(super) const PLAIN: &[(&str, &[&str])] = &[
    (
        "as many bytes as the policy has given",
        &[
            "args_get",
            "args_sizes_get",
            "environ_get",
            "environ_sizes_get",
            "proc_signals_get",
            "proc_signals_sizes_get",
        ],
    ),
    ("one number", &["proc_id", "proc_parent", "thread_id", "thread_parallelism"]),
    ("it ends the thread or the plugin", &["proc_exit", "proc_exit2", "thread_exit"]),
    ("as many threads as the policy allows", &["thread-spawn", "thread_spawn", "thread_spawn_v2"]),
    ("the stop ends it", &["thread_join", "proc_join"]),
    ("there is no terminal, so that they fail", &["tty_get", "tty_set"]),
];

/// What no plugin gets, and why.
#[allow(dead_code, reason = "what isn't known to be open is closed in any case; a test compares the lists")]
pub(super) const CLOSED: &[(&str, &[&str])] = &[
    (
        "a plugin is one process: it would start any module that it can read, with limits of its own",
        &[
            "proc_spawn",
            "proc_spawn2",
            "proc_spawn3",
            "proc_exec",
            "proc_exec2",
            "proc_exec3",
            "proc_exec4",
            "proc_fork",
            "proc_fork_env",
            "proc_snapshot",
        ],
    ),
    (
        "all code of a plugin is there and was checked before it is compiled",
        &[
            "dlopen",
            "dlsym",
            "dl_invalid_handle",
            "closure_allocate",
            "closure_prepare",
            "closure_free",
            "call_dynamic",
            "reflect_signature",
        ],
    ),
    (
        "their stacks are the host's memory, without a limit",
        &["context_create", "context_switch", "context_destroy", "stack_checkpoint", "stack_restore"],
    ),
    (
        "the network is the host's",
        &[
            "port_bridge",
            "port_unbridge",
            "port_dhcp_acquire",
            "port_addr_add",
            "port_addr_remove",
            "port_addr_clear",
            "port_addr_list",
            "port_mac",
            "port_gateway_set",
            "port_route_add",
            "port_route_remove",
            "port_route_clear",
            "port_route_list",
        ],
    ),
    ("the clocks are the host's", &["clock_time_set"]),
    ("a signal that comes again and again would need a timer of the host's", &["proc_raise_interval"]),
];

/// What of this says nothing in any log, however it goes. It is called often, or waits.
const SILENT: &[&str] = &["proc_id", "proc_join", "proc_parent", "thread_id", "thread_join", "thread_parallelism"];

/// Whether it never logs, at least not as much as a debugging line.
pub(super) fn is_silent(name: &str) -> bool {
    SILENT.contains(&name)
}

/// Whether wasmer-wasix does it.
pub(super) fn is_plain(name: &str) -> bool {
    is_in(PLAIN, name)
}

pub(super) fn is_in(list: &[(&str, &[&str])], name: &str) -> bool {
    list.iter().any(|(_, names)| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::calls::{Row, WIDE, find};
    use super::super::context::Context;
    use super::super::{Callers, setup};
    use super::*;
    use crate::events::Events;
    use crate::output::Streams;
    use crate::policy::Policy;
    use crate::running::WasiImports;
    use plugix_module::Wasi;
    use wasmer::{AsStoreMut, FunctionEnv, Store};

    fn wasi_imports() -> WasiImports {
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        WasiImports::collect(Store::default().engine().clone(), io.handle())
    }

    #[test]
    fn each_call_that_the_engine_knows_is_ours_or_plain_or_closed() {
        let imports = wasi_imports();
        for (namespace, name) in imports.names().filter(|(namespace, _)| *namespace != WIDE) {
            let lists = [find(namespace, name).is_some(), is_plain(name), is_in(CLOSED, name)];
            assert_eq!(lists.iter().filter(|is_in| **is_in).count(), 1, "{namespace}.{name}: {lists:?}");
        }
    }

    #[test]
    fn what_is_silent_is_what_the_engine_does() {
        assert!(SILENT.iter().all(|name| is_plain(name)));
    }

    #[test]
    fn each_call_of_ours_has_the_type_that_the_engine_knows() {
        let (policy, events) = (Policy::new(), Events::new("test", None));
        let output = Streams::new(policy.output_limit, &policy.forward, &events);
        let system = setup::system(Wasi::default(), &policy, &output, &events).unwrap();
        let imports = wasi_imports();
        let mut store = Store::default();
        let env = FunctionEnv::new(
            &mut store,
            Context::new(&Callers::new(system, Box::new(|| std::time::Duration::ZERO)), None),
        );
        let mut seen = 0;
        for (row, own) in Row::all() {
            let function = (row.function)(&mut store.as_store_mut(), &env);
            let mut known = imports.types(row.name).filter(|(namespace, _)| match own {
                Some(own) => *namespace == own,
                // What has a row of its own is another.
                None => find(namespace, row.name).is_some_and(|found| std::ptr::eq(found, row)),
            });
            let first = known.next();
            assert!(first.is_some(), "the engine doesn't know {}", row.name);
            for (namespace, ty) in first.into_iter().chain(known) {
                assert_eq!(&function.ty(&store), ty, "{namespace}.{}", row.name);
                seen += 1;
            }
        }
        assert!(seen > 150, "{seen}");
    }
}
