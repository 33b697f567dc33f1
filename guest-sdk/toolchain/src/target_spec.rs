//! The target `wasm32-wasmer-wasi`, written as changes to rustc's own `wasm32-wasip1-threads`.

use serde_json::{Map, Value, json};

use crate::compiler::{Compiler, DAMAGED};
use crate::replacements::OBJECT;
use crate::{Error, process, replacements};

/// The target's name: rustc finds the specification by it, and cargo names the output folder after it.
pub const TARGET: &str = "wasm32-wasmer-wasi";

const BASE: &str = "wasm32-wasip1-threads";

/// The changes, as a JSON merge patch (RFC 7386).
fn changes() -> Value {
    let mut changes = fixed_changes();
    if let Value::Array(arguments) = &mut changes["pre-link-args"]["wasm-lld"] {
        arguments.extend(replacements::link_arguments().into_iter().map(Value::from));
    }
    changes
}

fn fixed_changes() -> Value {
    json!({
        "vendor": "wasmer",
        // As the official WASIX toolchain has it. For `p1`, tokio, mio, socket2 and libc leave out their sockets.
        "env": null,
        // Our hosts have SIMD. Where LLVM makes vectors, code is up to a third faster with it.
        "features": "+atomics,+bulk-memory,+mutable-globals,+exception-handling,+simd128",
        // A panic unwinds by the standardized exception instructions (`try_table`, `exnref`), not the legacy ones.
        "panic-strategy": "unwind",
        "llvm-args": ["-wasm-enable-eh", "-wasm-use-legacy-eh=false"],
        "pre-link-args": { "wasm-lld-cc": null, "wasm-lld": [
            "-z", "stack-size=1048576", "--stack-first", "--no-demangle",
            // The host makes the memory, and threads share it.
            "--import-memory", "--shared-memory", "--max-memory=4294967296",
            // No function is at 1: crates have that number in the place of `SIG_IGN`.
            "--table-base=2",
            // What WASIX needs to start threads and deliver signals.
            "--export=__stack_pointer", "--export=__heap_base", "--export=__data_end",
            "--export=__wasm_init_tls", "--export=__tls_size", "--export=__tls_align", "--export=__tls_base",
            "--export-if-defined=__wasm_signal", "--export-if-defined=wasi_thread_start",
            // Only reactors define it.
            "--export-if-defined=_initialize",
        ]},
        // What wasix-libc emulates is apart. Nothing of it is linked unless something calls it.
        "late-link-args": { "wasm-lld": ["-lwasi-emulated-mman", "-lwasi-emulated-process-clocks"] },
        // A cdylib is a reactor. Without its start file, the linker would wrap each export in a shim that runs
        // constructors and destructors at every call.
        "pre-link-objects-fallback": {
            "dynamic-dylib": ["crt1-reactor.o", OBJECT],
            "static-dylib": ["crt1-reactor.o", OBJECT],
            "dynamic-nopic-exe": ["crt1-command.o", OBJECT],
            "dynamic-pic-exe": ["crt1-command.o", OBJECT],
            "static-nopic-exe": ["crt1-command.o", OBJECT],
            "static-pic-exe": ["crt1-command.o", OBJECT],
            "wasi-reactor-exe": ["crt1-reactor.o", OBJECT],
        },
    })
}

/// The specification for this compiler, as JSON text.
pub(crate) fn specification(compiler: &Compiler) -> Result<String, Error> {
    let base = process::output(
        compiler.command().env("RUSTC_BOOTSTRAP", "1").args([
            "-Zunstable-options",
            "--print=target-spec-json",
            "--target",
            BASE,
        ]),
        DAMAGED,
    )?;
    let mut specification: Value = serde_json::from_str(&base)
        .map_err(|error| Error::malformed(format!("rustc's specification of {BASE}"), error))?;
    merge(&mut specification, changes());
    Ok(format!("{specification:#}"))
}

/// Changes when the specification would, for the same compiler.
pub(crate) fn identity() -> String {
    changes().to_string()
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_replaces_adds_and_removes() {
        let mut value = json!({ "keep": 1, "replace": [1, 2], "nested": { "keep": true, "remove": 0 } });
        merge(&mut value, json!({ "replace": [3], "add": { "a": 1 }, "nested": { "remove": null } }));
        assert_eq!(value, json!({ "keep": 1, "replace": [3], "add": { "a": 1 }, "nested": { "keep": true } }));
    }
}
