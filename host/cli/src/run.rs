//! `plugix run`.

use crate::exit::{self, PLUGIN, RETURNED};
use crate::input::{self, ARGUMENTS};
use crate::{advice, load, policy, print, program, text};
use anyhow::{Result, anyhow, bail};
use plugix_host::error::{CallError, LoadError};
use plugix_host::events::{Event, LimitKind};
use plugix_host::module::Form;
use plugix_host::plugin::{Progress, Services};
use plugix_host::{Error, Module, Plugin};
use policy::Found;
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tracing::level_filters::LevelFilter;

/// How a plugin exits that aborts, as when it finds no memory.
const ABORTED: i32 = 134;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix run words.wasm count '[\"/books\", 2]' --policy plugix.toml\n  \
    plugix run words.wasm Words/count '{\"folder\": \"/books\", \"threads\": 2}'\n  \
    plugix run words.wasm load @arguments.json    # from a file; `-` is standard input\n  \
    plugix run words.wasm --config '{\"language\": \"en\"}' count '[]'\n  \
    plugix run program.wasm                       # a program: it ends with its own exit code\n\n\
    The result is printed in JSON on standard output. What the plugin prints and logs is told on standard error.\n\
    The exit code is 3 if the method returned an error, and 4 if the plugin failed. `plugix --help` has all codes.")]
pub(crate) struct Args {
    /// The module: WebAssembly, or a compiled module that you trust
    module: PathBuf,
    /// The method to call: `method` or `interface/method`; leave it out for a program
    method: Option<String>,
    /// The method's arguments in JSON: an array in their order, or an object with their names; `@file`, or `-`
    #[arg(default_value = "[]")]
    arguments: String,
    /// What the module may do, in TOML; by default what `plugix.toml` beside the module says, else it may compute
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The plugin's configuration in JSON, instead of the policy's; `@file`, or `-`
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// The records of the plugin's log that are shown: `off`, `error`, `warn`, `info`, `debug` or `trace`
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: LevelFilter,
    /// Run a compiled module; it is machine code, and can do all that you can
    #[arg(long)]
    trust: bool,
    #[command(flatten)]
    cache: load::CacheArgs,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let policy = policy::find(args.policy.as_deref(), &args.module)?;
    let engine = args.cache.engine()?;
    let load = if args.trust { load::trusted_module } else { load::module };
    let module = load(&engine, &args.module)?;
    match (&args.method, module.info().form) {
        (None, Form::Command) => program::run(&module, policy.policy),
        (Some(_), Form::Command) => bail!("a program has no methods; its arguments are the policy's `args`"),
        (None, _) => match advice::methods(module.info()) {
            methods if methods.is_empty() => bail!("name a method: but this module has none"),
            methods => bail!("name a method: {}", methods.join(", ")),
        },
        (Some(method), _) => call(args, &module, policy, method),
    }
}

fn call(args: &Args, module: &Module, policy: Found, method: &str) -> Result<ExitCode> {
    let arguments = input::json(ARGUMENTS, &args.arguments)?;
    let config = match &args.config {
        Some(config) => Some(input::json("--config", config)?),
        None => policy.policy.config::<Value>()?,
    };
    let mut builder = Plugin::builder(module).policy(policy.telling()).services(services(args.log));
    if let Some(config) = &config {
        builder = builder.config_json(config);
    }
    let out_of_memory = Arc::new(OnceLock::new());
    let seen = out_of_memory.clone();
    builder = builder.on_event(move |_, event| {
        if let Event::LimitReached { limit: LimitKind::Memory, allowed } = event {
            // The limit is always the same.
            let _ = seen.set(*allowed);
        }
    });
    let plugin = builder.start().map_err(|error| not_started(args, module, config.is_some(), error))?;
    let outcome = plugin.call_json(method, &arguments);
    // What it has printed without the end of a line comes now.
    drop(plugin);
    match outcome {
        Ok(result) => print::line(format_args!("{result:#}")).map(|()| ExitCode::SUCCESS),
        Err(CallError::Returned(error)) => {
            Err(exit::with(RETURNED, anyhow!("`{method}` returned an error: {error:#}")))
        }
        Err(CallError::Failed(error)) => Err(match advice::method(module.info(), method, &error) {
            Some(advice) => anyhow!(advice),
            None if let (Error::Exited { code: ABORTED }, Some(allowed)) = (&error, out_of_memory.get()) => {
                let allowed = text::size(*allowed);
                let advice = "`limits.memory` in plugix.toml allows more";
                exit::with(PLUGIN, anyhow!("the plugin aborted: it is out of its {allowed} of memory; {advice}"))
            }
            None if matches!(error, Error::Panic(_)) || error.is_fatal() => exit::with(PLUGIN, error),
            None => error.into(),
        }),
    }
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

/// Says where a configuration came from that doesn't fit, and what is wanted.
fn not_started(args: &Args, module: &Module, has_config: bool, error: LoadError) -> anyhow::Error {
    let wanted = module.info().plugin.as_ref().map(|plugin| plugin.config.to_string());
    match (error, wanted) {
        (LoadError::Configuration { .. }, Some(wanted)) if !has_config => anyhow!(
            "this plugin is configured with {wanted}, and got nothing: give it `--config 'JSON'`, or `[config]` in plugix.toml"
        ),
        (LoadError::Configuration { problem }, _) if args.config.is_some() => anyhow!("--config: {problem}"),
        (LoadError::Configuration { problem }, _) => anyhow!("[config] of the policy: {problem}"),
        (LoadError::Start(error), _) => exit::with(PLUGIN, LoadError::Start(error)),
        (error, _) => load::failed(&args.module, error),
    }
}
