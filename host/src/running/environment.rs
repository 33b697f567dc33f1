//! The environment of wasmer-wasix in which a plugin runs.

use super::stopped::KILLED;
use crate::policy::Policy;
use crate::stop::Target;
use wasmer_wasix::capabilities::Capabilities;
use wasmer_wasix::virtual_fs::{MountFileSystem, NullFile};
use wasmer_wasix::wasmer_wasix_types::wasi::{Disposition, ExitCode, Signal, SignalDisposition};
use wasmer_wasix::{WasiEnv, WasiEnvBuilder};

/// The environment that a policy describes: arguments and variables. All that has to do with files, streams and sockets
/// is in `system_calls`, and what wasmer-wasix has of that stays empty.
pub(super) fn environment(name: &str, policy: &Policy) -> WasiEnvBuilder {
    let mut capabilities = Capabilities::new();
    // With the alternative, guest threads wait in a way that nothing can end.
    capabilities.threading.enable_asynchronous_threading = false;
    WasiEnvBuilder::new(name)
        .args(&policy.args)
        .envs(policy.env.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        .stdin(Box::new(NullFile::default()))
        .stdout(Box::new(NullFile::default()))
        .stderr(Box::new(NullFile::default()))
        .sandbox_fs(MountFileSystem::new())
        // The C library learns by this that there are signals, and how to do by default what they ask for.
        .signal(SignalDisposition { sig: Signal::Sigchld, disp: Disposition::Default })
        .capabilities(capabilities)
        .disable_default_builtins(true)
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
