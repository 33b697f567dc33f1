//! The environment of wasmer-wasix in which a plugin runs.

use crate::error::LoadError;
use crate::events::Events;
use crate::policy::Policy;
use crate::running::system_calls::OURS;
use crate::sandbox::files::{file_system, make_root};
use crate::sandbox::output::Streams;
use crate::stop::Target;
use virtual_fs::NullFile;
use wasmer_wasix::capabilities::Capabilities;
use wasmer_wasix::wasmer_wasix_types::wasi::{ExitCode, Signal};
use wasmer_wasix::{WasiEnv, WasiEnvBuilder};

/// The exit code of a plugin that the host stopped: 128 + SIGKILL, as in a shell.
const KILLED: i32 = 137;

/// The environment that a policy describes.
pub(super) fn environment(
    name: &str,
    policy: &Policy,
    output: &Streams,
    events: &Events,
) -> Result<WasiEnvBuilder, LoadError> {
    let mut capabilities = Capabilities::new();
    // With the alternative, guest threads wait in a way that nothing can end.
    capabilities.threading.enable_asynchronous_threading = false;
    Ok(WasiEnvBuilder::new(name)
        .args(&policy.args)
        .envs(policy.env.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        .stdin(Box::new(NullFile::default()))
        .stdout(if OURS { Box::new(NullFile::default()) } else { Box::new(output.stdout.clone()) })
        .stderr(if OURS { Box::new(NullFile::default()) } else { Box::new(output.stderr.clone()) })
        .signal(SignalDisposition { sig: Signal::Sigchld, disp: Disposition::Default })
        .capabilities(capabilities)
        .disable_default_builtins(true)
        .sandbox_fs(file_system(if OURS { &[] } else { &policy.mounts }, events)?)
        .setup_fs(Box::new(make_root)))
}

/// A copy of a plugin's environment. It ends the plugin's system calls.
pub(super) struct Waiting(pub(super) WasiEnv);

impl Target for Waiting {
    fn kill(&self) {
        // Terminating comes first, because a guest that handles signals could ignore the kill.
        self.0.process.terminate(ExitCode::from(KILLED));
        self.0.process.signal_process(Signal::Sigkill);
    }
}
