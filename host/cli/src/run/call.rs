//! Calls a method of a plugin.

use super::measure::Measured;
use super::{Args, denials, failure};
use crate::fake::Fakes;
use crate::input::{self, ARGUMENTS};
use crate::policy::Found;
use crate::print;
use anyhow::Result;
use plugix_host::dump::Dumps;
use plugix_host::error::CallError;
use plugix_host::events::Event;
use plugix_host::isolated::{IsolatedPlugin, Isolation};
use plugix_host::plugin::{Progress, Services, Usage};
use plugix_host::{Module, Plugin};
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::level_filters::LevelFilter;

pub(super) fn run(
    args: &Args,
    module: &Module,
    policy: Found,
    method: &str,
    dumps: Option<&Dumps>,
) -> Result<ExitCode> {
    let arguments = input::json(ARGUMENTS, &args.arguments)?;
    let config = match &args.config {
        Some(config) => Some(input::json("--config", config)?),
        None => policy.policy.config::<Value>()?,
    };
    let fakes = args.fake.as_deref().map(|file| Fakes::read(file, module.info())).transpose()?;
    let events = Arc::new(Mutex::new(denials::Told::new(&policy)));
    let mut builder = Plugin::builder(module)
        .policy(policy.telling())
        .services(services(args.log))
        .backtraces(args.backtrace)
        .on_event({
            let events = events.clone();
            move |_, event: &Event| lock(&events).tell(event)
        });
    if let Some(config) = &config {
        builder = builder.config_json(config);
    }
    if let Some(dumps) = dumps {
        builder = builder.dumps(dumps);
    }
    if let Some(fakes) = fakes {
        builder = fakes.provide(builder);
    }
    // Compiling is no part of the start, and a module that can't be compiled is told as such.
    module.compile().map_err(|error| crate::load::failed(&args.module, error))?;
    let mut measured = Measured::begin();
    let plugin = match args.isolated {
        false => builder.start().map(Started::Here),
        true => builder.start_isolated(&Isolation::this_program()?).map(Started::Apart),
    };
    let plugin = plugin.map_err(|error| failure::not_started(args, module, config.is_some(), error))?;
    measured.started();
    let outcome = plugin.call_json(method, &arguments);
    measured.called(&plugin.usage());
    // What it has printed without the end of a line comes now.
    drop(plugin);
    if args.time {
        print::tell(&measured);
    }
    match outcome {
        Ok(result) => print::line(format_args!("{result:#}")).map(|()| ExitCode::SUCCESS),
        Err(error) => Err(failure::of_call(args, module.info(), method, lock(&events).out_of_memory(), error)),
    }
}

/// A plugin, here or in a process of its own.
enum Started {
    Here(Plugin),
    Apart(IsolatedPlugin),
}

impl Started {
    fn call_json(&self, method: &str, args: &Value) -> Result<Value, CallError<Value>> {
        match self {
            Self::Here(plugin) => plugin.call_json(method, args),
            Self::Apart(plugin) => plugin.call_json(method, args),
        }
    }

    fn usage(&self) -> Usage {
        match self {
            Self::Here(plugin) => plugin.usage(),
            Self::Apart(plugin) => plugin.usage(),
        }
    }
}

/// Nothing panics while it holds the lock.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn services(level: LevelFilter) -> Services {
    let services = Services::new().on_progress(tell_progress);
    match level.into_level() {
        Some(level) => services.log(level),
        None => services,
    }
}

/// On a terminal, the next line takes this one's place. Elsewhere nobody would read a thousand of them.
fn tell_progress(Progress { done, total, message, .. }: Progress<'_>) {
    let mut stderr = std::io::stderr().lock();
    if stderr.is_terminal() {
        let of = if total == 0 { String::new() } else { format!(" of {total}") };
        let end = if done == total && total > 0 { "\n" } else { "" };
        let _ = write!(stderr, "\r\x1b[K{done}{of}: {message}{end}").and_then(|()| stderr.flush());
    } else {
        tracing::debug!(done, total, "{message}");
    }
}
