//! What random modules import: system calls, functions of the host's own, and interfaces of the host.

use super::super::table::{self, Call};
use super::Form;
use plugix_e2e::Random;
use plugix_e2e_contract::host::Store;
use plugix_host::abi::Interface;
use plugix_host::abi::interface::{ImportKind, InterfaceInfo};
use plugix_host::abi::services::Services;

/// How the names of calls begin that belong together.
const FAMILIES: [&str; 12] =
    ["fd_", "path_", "sock_", "epoll_", "futex_", "thread", "proc_", "poll_", "clock_", "random", "stack_", "p"];

/// Calls without which others have nothing to do.
const USUAL: [&str; 14] = [
    "path_open",
    "fd_read",
    "fd_write",
    "fd_close",
    "fd_pipe",
    "fd_event",
    "path_create_directory",
    "thread-spawn",
    "thread-spawn",
    "sock_open",
    "sock_bind",
    "sock_pair",
    "callback_signal",
    "epoll_create",
];

/// Half of them belong together, so that one has something to do with what another made.
pub(super) fn some_imports(random: &mut Random) -> Vec<&'static Call> {
    let namespaces: &[&str] = random.pick(&[
        &["wasi_snapshot_preview1"] as &[&str],
        &["wasix_32v1", "wasi", "wasi_snapshot_preview1"],
        &["wasix_32v1", "wasi"],
        &["wasi_unstable"],
        &["wasi_snapshot_preview1", "wasi_unstable", "wasi", "wasix_32v1", "wasix_64v1"],
    ]);
    let all: Vec<_> = table::calls().iter().filter(|call| namespaces.contains(&&*call.namespace)).collect();
    let family = random.pick(&FAMILIES);
    let of = |is_it: &dyn Fn(&str) -> bool| all.iter().copied().filter(|call| is_it(&call.name)).collect::<Vec<_>>();
    let family = of(&|name| name.starts_with(family));
    let usual = of(&|name| USUAL.contains(&name));
    let some = |random: &mut Random| match random.below(6) {
        0 | 1 => random.pick(&usual),
        2 | 3 if !family.is_empty() => random.pick(&family),
        _ => random.pick(&all),
    };
    (0..random.below(18)).map(|_| some(random)).collect()
}

/// Imports from the host itself, and calls of them.
pub(super) fn host_functions(random: &mut Random, form: Form) -> (String, Vec<&'static str>) {
    let mut imports = String::new();
    let mut calls = Vec::new();
    if !random.one_in(3) {
        return (imports, calls);
    }
    imports += r#"(import "plugix" "take_result" (func $take_result (param i32 i32) (result i32)))
        (import "plugix" "stream_next" (func $stream_next (param i32 i32 i32) (result i64)))
        (import "plugix" "stream_drop" (func $stream_drop (param i32)))
        (import "plugix" "panicking" (func $panicking)) (import "plugix" "serve" (func $serve))"#;
    calls.extend([
        "(drop (call $take_result (i32.const 16384) (i32.const 1000)))",
        "(drop (call $take_result (local.get $a) (local.get $b)))",
        "(drop (call $stream_next (local.get $a) (i32.const 16384) (i32.const 100)))",
        "(call $stream_drop (local.get $a))",
        "(call $panicking)",
    ]);
    if random.one_in(4) {
        calls.push("(call $serve)");
    }
    if form == Form::Plugin {
        imports += &interface(<dyn Services>::INFO);
        imports += &interface(<dyn Store>::INFO);
        calls.extend([
            "(drop (call $plugix-services.log (i32.const 16384) (i32.const 40) (i32.const 20000) (i32.const 100)))",
            "(drop (call $plugix-services.progress (i32.const 16384) (i32.const 8) (i32.const 20000) (i32.const 100)))",
            "(drop (call $plugix-services.is_cancelled))",
            "(drop (call $Store.put (i32.const 16384) (i32.const 9) (i32.const 20000) (i32.const 100)))",
            "(drop (call $Store.put (local.get $a) (local.get $b) (i32.const 20000) (i32.const 100)))",
            "(drop (call $Store.list (i32.const 16384) (i32.const 0) (i32.const 20000) (i32.const 10)))",
            "(drop (call $Store.get (i32.const 1024) (i32.const 5) (i32.const 20000) (i32.const 0)))",
        ]);
    }
    (imports, calls)
}

/// Imports of all methods of an interface.
fn interface(info: &InterfaceInfo) -> String {
    let import = |method: &plugix_host::abi::interface::MethodInfo| {
        let params = match method.import {
            ImportKind::Frame => "i32 i32 i32 i32".to_owned(),
            ImportKind::Scalar => "i64 ".repeat(method.args.len()),
        };
        let (of, name) = (info.name, method.name);
        format!("(import \"plugix:{of}\" \"{name}\" (func ${of}.{name} (param {params}) (result i64)))\n")
    };
    info.methods.iter().map(import).collect()
}

/// The imports of some system calls, as text. Function `$i0` is the first.
pub(super) fn text(calls: &[&'static Call]) -> String {
    let import = |(at, call): (usize, &&Call)| {
        let Call { namespace, name, params, result } = call;
        let params: String = params.iter().map(|param| format!(" {}", param.ty)).collect();
        let result = result.map(|ty| format!("(result {ty})")).unwrap_or_default();
        format!("(import \"{namespace}\" \"{name}\" (func $i{at} (param{params}) {result}))\n")
    };
    std::iter::zip(0.., calls).map(import).collect()
}

/// Every call is made by some module.
#[test]
fn no_call_is_forgotten() {
    let mut left: std::collections::HashSet<_> =
        table::calls().iter().map(|call| (&call.namespace, &call.name)).collect();
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        some_imports(&mut random).iter().for_each(|call| _ = left.remove(&(&call.namespace, &call.name)));
    }
    assert!(left.is_empty(), "{left:?}");
}
