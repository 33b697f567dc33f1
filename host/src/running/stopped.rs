//! How a thread of a stopped plugin leaves what it does in the host.

use wasmer::RuntimeError;
use wasmer_wasix::WasiError;
use wasmer_wasix::wasmer_wasix_types::wasi::ExitCode;

/// The exit code of a plugin that the host stopped: 128 + SIGKILL, as a shell has it.
pub(super) const KILLED: i32 = 137;

/// Ends the thread and the plugin, as an exit does.
#[cold]
pub(super) fn exit(code: i32) -> RuntimeError {
    RuntimeError::user(Box::new(WasiError::Exit(ExitCode::from(code))))
}

/// Fails if the plugin is stopped. Each function of the host's begins with this, however the plugin comes to call it:
/// directly, through a table or by a reference. So none is begun after the stop, however many calls come one after the
/// other. Those whose arguments are in registers look as well, and return a zero instead (`imports/scalar.rs`).
#[inline]
pub(super) fn check(is_stopped: bool) -> Result<(), RuntimeError> {
    if is_stopped { Err(exit(KILLED)) } else { Ok(()) }
}
