//! The first message to a plugin's process, and what comes with it.

use super::control::Control;
use super::isolation::Isolation;
use super::process::PluginProcess;
use super::wire::{self, ARGUMENT, Begin, SIDE_LANES};
use crate::error::LoadError;
use crate::plugin::Prepared;
use crate::policy::Policy;
use plugix_shared::Segment;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// How long the process may take to read what it is told first.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much memory the process may take besides what the policy's limits come to, in bytes: its program, the code of the
/// plugin, results on their way.
const OWN_MEMORY: u64 = 256 << 20;

/// What each thread of the plugin takes beside its stack, in bytes.
const THREAD: u64 = 3 << 20;

/// Starts the process, and tells it what it is to run.
pub(super) fn begin(isolation: &Isolation, prepared: &Prepared, artifact: &OwnedFd) -> Result<Arc<Control>, LoadError> {
    let failed = |what: &str| {
        let what = format!("{what} for the plugin's process");
        move |source: io::Error| LoadError::Io { what, source }
    };
    let policy = &prepared.policy;
    let stdin = policy.stdin_descriptor().map_err(failed("get standard input"))?;
    let segment = Segment::new(isolation.workers + SIDE_LANES).map_err(failed("get shared memory"))?;
    let (socket, theirs) = UnixStream::pair().map_err(failed("make a socket"))?;
    let program = isolation.program();
    let start = format!("start `{}`", program.display());
    let process = PluginProcess::start(program, ARGUMENT, theirs.into(), segment).map_err(failed(&start))?;
    let process = Arc::new(process);
    prepared.stopper.attach(process.clone());
    let message = Begin {
        parent: std::process::id(),
        plugix: env!("CARGO_PKG_VERSION").to_owned(),
        name: prepared.name.to_string(),
        policy: policy.to_sent().map_err(failed("find the current folder"))?,
        config: prepared.config.clone(),
        provides: prepared.functions.provided(prepared.module.info()),
        workers: isolation.workers,
        backtraces: prepared.backtraces,
        required: isolation.required,
        memory: isolation.memory.unwrap_or_else(|| memory(policy, isolation.workers)),
    };
    let control = Control::new(socket, process, &prepared.stopper);
    let mut descriptors = vec![control.process().segment.as_fd(), artifact.as_fd()];
    descriptors.extend(stdin.as_ref().map(|stdin| stdin.as_fd()));
    let socket = control.socket();
    let sent = socket.set_write_timeout(Some(PATIENCE));
    let sent = sent.and_then(|()| wire::send_with(socket, &message, &descriptors));
    // If it can't be told, it has ended or is no such program. What it is found to be says more.
    if let Err(error) = sent {
        tracing::debug!(target: "plugix::isolated", plugin = &*prepared.name, %error, "the process can't be told");
    }
    Ok(control)
}

/// What the limits of a policy come to, in bytes.
fn memory(policy: &Policy, workers: usize) -> u64 {
    let of_threads = (policy.threads as u64 + workers as u64).saturating_mul(policy.stack as u64 + THREAD);
    let results = u64::from(policy.result_limit).saturating_add(policy.argument_limit.into());
    let all = [policy.exceptions, of_threads, results, OWN_MEMORY];
    all.iter().fold(policy.memory, |sum, more| sum.saturating_add(*more))
}
