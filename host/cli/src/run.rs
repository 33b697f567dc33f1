//! `plugix run`.

use crate::load;
use anyhow::{Context, Result, anyhow, bail};
use plugix_host::error::{CallError, StopReason};
use plugix_host::module::Form;
use plugix_host::plugin::Signal;
use plugix_host::policy::Stdin;
use plugix_host::raw::{Command, CommandError};
use plugix_host::{Error, Module, Plugin, Policy};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The exit code of a program that Ctrl-C ended: 128 and the signal's number, as a shell has it.
const INTERRUPTED: u8 = 130;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The module: WebAssembly, or a compiled module that you trust
    module: PathBuf,
    /// The method to call: `method` or `interface/method`; leave it out for a program
    method: Option<String>,
    /// The method's arguments in JSON: an array in their order, or an object with their names
    #[arg(default_value = "[]")]
    arguments: String,
    /// What the module may do, in TOML; by default it may compute
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The plugin's configuration in JSON, instead of the policy's
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    /// Run a compiled module; it is machine code, and can do all that you can
    #[arg(long)]
    trust: bool,
    #[command(flatten)]
    cache: load::CacheArgs,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let policy = match &args.policy {
        Some(path) => Policy::from_toml_file(path)?,
        None => Policy::new(),
    };
    let engine = args.cache.engine()?;
    let load = if args.trust { load::trusted_module } else { load::module };
    let module = load(&engine, &args.module)?;
    match (&args.method, module.info().form) {
        (None, Form::Command) => run_program(&module, policy),
        (Some(_), Form::Command) => bail!("a program has no methods; its arguments are the policy's `args`"),
        (None, _) => bail!("name a method: {}", methods(&module)),
        (Some(method), _) => call(args, &module, &policy, method),
    }
}

/// How long a program has to end by itself after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(1);

fn run_program(module: &Module, policy: Policy) -> Result<ExitCode> {
    // A command without a standard input has one that is empty.
    let stdin = Stdin::inherit().unwrap_or_default();
    let program = Command::new(module, &policy.inherit_output().stdin_or(stdin))?.start()?;
    let (signals, cancel) = (program.signal_handle(), program.cancel_handle());
    ctrlc::set_handler(move || {
        signals.send(Signal::Interrupt);
        std::thread::sleep(PATIENCE);
        cancel.cancel();
    })
    .context("can't wait for Ctrl-C")?;
    match program.run() {
        Ok(exit) => Ok(ExitCode::from(exit.code as u8)), // from 0 to 255
        Err(CommandError::Failed { error: Error::Stopped(StopReason::Cancelled), .. }) => {
            Ok(ExitCode::from(INTERRUPTED))
        }
        Err(error) => Err(error.into()),
    }
}

fn call(args: &Args, module: &Module, policy: &Policy, method: &str) -> Result<ExitCode> {
    let arguments = json("the arguments", &args.arguments)?;
    let config = match &args.config {
        Some(config) => Some(json("the configuration", config)?),
        None => policy.config()?,
    };
    let mut builder = Plugin::builder(module).policy(policy.clone());
    if let Some(config) = config {
        builder = builder.config_json(&config);
    }
    let plugin = builder.start()?;
    let outcome = plugin.call_json(method, &arguments);
    let output = plugin.take_output();
    // Standard output is for the result.
    let mut stderr = std::io::stderr().lock();
    stderr.write_all(&output.stdout).and_then(|()| stderr.write_all(&output.stderr)).context("can't print")?;
    match outcome {
        Ok(result) => {
            println!("{result:#}");
            Ok(ExitCode::SUCCESS)
        }
        Err(CallError::Returned(error)) => Err(anyhow!("`{method}` returned an error: {error:#}")),
        Err(CallError::Failed(error)) => Err(error.into()),
    }
}

fn json(what: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| anyhow!("{what} are no JSON: {error}"))
}

/// The methods that can be called.
fn methods(module: &Module) -> String {
    let interfaces = &module.info().implements;
    let names = interfaces.iter().flat_map(|interface| {
        interface.methods.iter().map(move |method| format!("{}/{}", interface.name, method.name))
    });
    match names.collect::<Vec<_>>() {
        names if names.is_empty() => "but this module has none".to_owned(),
        names => names.join(", "),
    }
}
