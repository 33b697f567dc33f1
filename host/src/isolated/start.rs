//! Starts a plugin in a process of its own.

use super::control::{Control, Ears};
use super::host_calls::Host;
use super::isolation::Isolation;
use super::lanes::{CallLane, Lanes};
use super::plugin::{IsolatedPlugin, Shared};
use super::process::PluginProcess;
use super::streams::opener;
use super::wire::{self, ARGUMENT, Begin, LONGEST, SIDE_LANES, Tell, broken};
use crate::error::{Error, LoadError, ProcessError, StopReason, Symbols};
use crate::events::Events;
use crate::output::Streams;
use crate::plugin::{Metadata, PluginBuilder, Prepared};
use crate::stop::{Calls, Target as _};
use plugix_abi::services;
use plugix_shared::{Segment, Side, Talk};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// How long the process may take to read what it is told first.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much memory the process may take besides what the policy's limits come to, in bytes: its program, the code of the
/// plugin, results on their way.
const OWN_MEMORY: u64 = 256 << 20;

/// What each thread of the plugin takes beside its stack, in bytes.
const THREAD: u64 = 3 << 20;

impl PluginBuilder {
    /// Starts the plugin in a process of its own, with nothing but what the policy names. Not even a fault of the engine
    /// reaches this process from there. A call takes some microseconds.
    ///
    /// The module is compiled here, unless it is compiled already, and travels as an artifact.
    ///
    /// # Errors
    /// The errors of [`PluginBuilder::start`], and [`LoadError::Isolation`] if the plugin should have what it can't have in
    /// another process: a reset, dumps, spans. [`LoadError::Wall`] if the kernel can't lock the process in.
    /// [`LoadError::Process`] if the process ends, or is no process of this version.
    pub fn start_isolated(self, isolation: &Isolation) -> Result<IsolatedPlugin, LoadError> {
        let prepared = self.prepare()?;
        if let Some(what) = prepared.only_here() {
            return Err(LoadError::Isolation {
                what: format!("{what}: this needs a plugin in the host's own process"),
            });
        }
        let artifact = prepared.module.shipped()?;
        let isolation = isolation.clone();
        let (sender, started) = channel();
        let thread = thread::Builder::new().name(format!("plugix-of-{}", prepared.name));
        // The process ends with the thread that starts it. So this one stays as long as the process does.
        let run = move || start(&isolation, prepared, &artifact, &sender);
        thread.spawn(run).map_err(|source| LoadError::Io { what: "start a thread for the process".into(), source })?;
        started.recv().unwrap_or_else(|_| Err(gone("the thread that starts it has ended").into()))
    }
}

fn gone(problem: &str) -> ProcessError {
    ProcessError::Broken { problem: problem.to_owned() }
}

/// Starts the process, says how that went, and hears the process till its end.
fn start(
    isolation: &Isolation,
    prepared: Prepared,
    artifact: &OwnedFd,
    sender: &Sender<Result<IsolatedPlugin, LoadError>>,
) {
    let events = Events::new(&prepared.name, prepared.on_event.clone());
    prepared.stopper.report_to(&events);
    let output = Streams::new(prepared.policy.output_limit, &prepared.policy.forward, &events);
    let symbols = if prepared.backtraces { prepared.module.symbols() } else { Symbols::NONE.clone() };
    let mut ears = Ears { events, output: output.clone(), symbols, side: None };
    let control = match begin(isolation, &prepared, artifact) {
        Ok(control) => control,
        Err(error) => return drop(sender.send(Err(error))),
    };
    let metadata = match metadata(&control, &prepared, &ears) {
        Ok(metadata) => metadata,
        Err(error) => {
            control.process().kill();
            control.bury();
            // It may say more than the error does.
            let error = match (&error, prepared.stopper.cause()) {
                (LoadError::Process(_), Some(Error::Process(process))) => (**process).clone().into(),
                _ => error,
            };
            return drop(sender.send(Err(error)));
        }
    };
    let plugin = shared(isolation, prepared, metadata, &control, output);
    ears.side = Some(Arc::downgrade(&plugin));
    // Whoever wanted the plugin may be gone. Then it ends here.
    drop(sender.send(Ok(IsolatedPlugin::of(plugin))));
    control.hear(&ears);
}

fn begin(isolation: &Isolation, prepared: &Prepared, artifact: &OwnedFd) -> Result<Arc<Control>, LoadError> {
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
    let of_threads = (policy.threads as u64 + isolation.workers as u64).saturating_mul(policy.stack as u64 + THREAD);
    let results = u64::from(policy.result_limit).saturating_add(policy.argument_limit.into());
    let by_policy = [policy.exceptions, of_threads, results, OWN_MEMORY];
    let by_policy = by_policy.iter().fold(policy.memory, |sum, more| sum.saturating_add(*more));
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
        memory: isolation.memory.unwrap_or(by_policy),
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

/// What the process says when the plugin has started.
fn metadata(control: &Control, prepared: &Prepared, ears: &Ears) -> Result<Metadata, LoadError> {
    let socket = control.socket();
    // The constructor has its own deadline in the process. This one is for what isn't a process of this version.
    let limit = prepared.policy.start_deadline.map(|limit| limit + PATIENCE);
    let _ = socket.set_read_timeout(limit);
    loop {
        let told = wire::receive::<Tell>(socket, LONGEST);
        if let Some(Error::Stopped(reason)) = prepared.stopper.cause() {
            return Err(LoadError::Start(Error::Stopped(*reason)));
        }
        match told.map(|told| told.map(|told| told.message)) {
            Ok(Some(Tell::Started { metadata, lacks })) => {
                let _ = socket.set_read_timeout(None);
                control.set_lacks(lacks);
                return Ok(*metadata);
            }
            Ok(Some(Tell::NotStarted(why))) => return Err(why.into_error(&ears.symbols)),
            Ok(Some(told)) => control.told(told, ears).map_err(LoadError::Start)?,
            Ok(None) => return Err(gone("it has ended").into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let limit = prepared.policy.start_deadline.unwrap_or_default();
                return Err(LoadError::Start(Error::Stopped(StopReason::Deadline { limit })));
            }
            Err(error) => return Err(gone(&error.to_string()).into()),
        }
    }
}

fn shared(
    isolation: &Isolation,
    prepared: Prepared,
    metadata: Metadata,
    control: &Arc<Control>,
    output: Streams,
) -> Arc<Shared> {
    let Prepared { module, name, policy, functions, stopper, backtraces, .. } = prepared;
    let engine = module.engine().clone();
    let watchdog = engine.watchdog();
    let lanes = (0..isolation.workers).map(|at| {
        let calls = Calls::new(&stopper);
        let deadline = policy.call_deadline.map(|limit| watchdog.limit_each_call(calls.clone(), limit));
        let talk = Talk::new(control.process().segment.lane(at), Side::Host);
        CallLane { talk, scratch: Vec::new(), calls, _deadline: deadline }
    });
    let lanes = Lanes::new(lanes.collect(), isolation.queue, &engine);
    let arguments = policy.argument_limit.max(services::MAX_LEN as u32);
    let longest = (policy.result_limit.max(arguments) as usize).max(LONGEST);
    let methods = functions.methods(module.info());
    let host = Arc::new(Host { name, stopper, functions, methods, longest });
    Arc::new_cyclic(|plugin: &Weak<Shared>| Shared {
        host,
        metadata,
        module,
        output,
        lanes,
        control: control.clone(),
        open: opener(plugin.clone(), policy.result_limit),
        result_limit: policy.result_limit,
        backtraces,
        sides: AtomicU32::new(0),
    })
}

impl Shared {
    /// Answers the plugin's threads in a lane, on a thread of the host's.
    pub(super) fn answer_side(&self, lane: u32) -> Result<(), Error> {
        let segment = &self.control.process().segment;
        let place = (lane as usize).checked_sub(self.lanes.count()).filter(|place| *place < SIDE_LANES);
        let is_new = |place: &usize| self.sides.fetch_or(1 << place, Ordering::Relaxed) & (1 << place) == 0;
        if place.filter(is_new).is_none() {
            return Err(broken("a thread of the plugin's wants a lane that there is not"));
        }
        let talk = Talk::new(segment.lane(lane as usize), Side::Host);
        let host = self.host.clone();
        let thread = thread::Builder::new().name(format!("plugix-of-{}", host.name));
        thread.spawn(move || host.answer_threads(&talk)).map(drop).map_err(|error| {
            tracing::warn!(target: "plugix::isolated", plugin = &*self.host.name, %error, "no thread for the plugin's threads");
            Error::Process(Box::new(gone("its host has no thread for its threads")))
        })
    }
}
