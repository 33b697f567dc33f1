//! System calls that no plugin gets, whatever its policy: they answer that they are not supported.

use crate::module::Import;
use wasmer::{Extern, Function, Imports, RuntimeError, StoreMut, Type, Value};
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// Other processes, which would not be under the plugin's policy; and pipes and event counters, whose reads nothing
/// ends (wasmer issue 6426) and whose buffers, on the host's side, have no limit.
const REFUSED: [&str; 13] = [
    "dlopen",
    "fd_event",
    "fd_pipe",
    "proc_exec",
    "proc_exec2",
    "proc_exec3",
    "proc_exec4",
    "proc_fork",
    "proc_fork_env",
    "proc_snapshot",
    "proc_spawn",
    "proc_spawn2",
    "proc_spawn3",
];

/// Replaces what is refused, as far as the module wants it.
pub(super) fn refuse(wanted: &[Import], store: &mut StoreMut<'_>, imports: &mut Imports) {
    for import in wanted.iter().filter(|import| REFUSED.contains(&import.name.as_str())) {
        let Some(Extern::Function(real)) = imports.get_export(&import.module, &import.name) else { continue };
        let (ty, name) = (real.ty(store), import.name.clone());
        let answers = ty.results() == [Type::I32];
        let refused = Function::new(store, ty, move |_| match answers {
            true => Ok(vec![Value::I32(Errno::Notsup as i32)]),
            // It has no way to say so.
            false => Err(RuntimeError::new(format!("`{name}` is not for plugins"))),
        });
        imports.define(&import.module, &import.name, refused);
    }
}
