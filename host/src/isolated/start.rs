//! Starts a plugin in a process of its own.

use super::begin::begin;
use super::control::{Control, Ears};
use super::host_calls::{Host, Sides};
use super::isolation::Isolation;
use super::plugin::IsolatedPlugin;
use super::shared::Shared;
use super::wire::{self, LONGEST, Tell};
use crate::error::{Error, LoadError, ProcessError, StopReason};
use crate::events::Events;
use crate::output::Streams;
use crate::plugin::{Metadata, PluginBuilder, Prepared};
use crate::stop::{Calls, Target as _};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

/// How long the process may take to start, besides its plugin.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let control = match begin(isolation, &prepared, artifact) {
        Ok(control) => control,
        Err(error) => return drop(sender.send(Err(error))),
    };
    let host = Host::new(&prepared);
    let sides = Sides::new(host.clone(), control.process().clone(), isolation.workers);
    let ears = Ears { events, output: output.clone(), sides };
    let metadata = match metadata(&control, &prepared, &ears) {
        Ok(metadata) => metadata,
        Err(error) => {
            control.process().kill();
            control.bury();
            return drop(sender.send(Err(error)));
        }
    };
    let plugin = Shared::new(isolation, prepared, host, metadata, (&control, output));
    // Whoever wanted the plugin may be gone. Then it ends here.
    drop(sender.send(Ok(IsolatedPlugin::of(plugin))));
    control.hear(&ears);
}

/// What the process says when the plugin has started.
fn metadata(control: &Control, prepared: &Prepared, ears: &Ears) -> Result<Metadata, LoadError> {
    // The constructor has its own deadline in the process. This one is for what isn't a process of this version.
    let calls = Calls::new(&prepared.stopper);
    calls.begin().map_err(LoadError::Start)?;
    let limit = prepared.policy.start_deadline.map(|limit| limit + PATIENCE);
    let watchdog = prepared.module.engine().watchdog();
    let _deadline = limit.and_then(|limit| watchdog.limit(calls.clone(), limit));
    let heard = hear_start(control, prepared, ears);
    // What has ended it is told by what was heard.
    let _ = calls.finish();
    heard
}

fn hear_start(control: &Control, prepared: &Prepared, ears: &Ears) -> Result<Metadata, LoadError> {
    loop {
        let told = wire::receive::<Tell>(control.socket(), LONGEST);
        match told.map(|told| told.map(|told| told.message)) {
            Ok(Some(Tell::Started { metadata, lacks })) => {
                control.set_lacks(lacks);
                return Ok(*metadata);
            }
            Ok(Some(Tell::NotStarted(why))) => return Err(why.into_error(&ears.sides.host().symbols)),
            Ok(Some(told)) => control.told(told, ears).map_err(LoadError::Start)?,
            Ok(None) => return Err(ended(control, prepared)),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(gone(&error.to_string()).into()),
            Err(_) => return Err(ended(control, prepared)),
        }
    }
}

/// How the process has ended, before its plugin was there.
fn ended(control: &Control, prepared: &Prepared) -> LoadError {
    control.bury();
    match prepared.stopper.cause() {
        Some(Error::Process(error)) => (**error).clone().into(),
        // The policy's limit, without the time that a process may take besides.
        Some(Error::Stopped(StopReason::Deadline { limit })) => {
            let limit = prepared.policy.start_deadline.unwrap_or(*limit);
            LoadError::Start(Error::Stopped(StopReason::Deadline { limit }))
        }
        Some(error) => LoadError::Start(error.clone()),
        None => gone("it has ended").into(),
    }
}
