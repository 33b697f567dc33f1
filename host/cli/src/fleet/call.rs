//! `plugix fleet call`.

use super::connect::Connect;
use crate::input::{self, ARGUMENTS};
use crate::{exit, print, text};
use anyhow::{Context as _, Result, anyhow};
use plugix_fleet::{Error, Fleet};
use plugix_host::abi::CallError;
use plugix_host::plugin::JsonMethod;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet call WordCount/count '[\"two words\"]'\n  \
    plugix fleet call WordCount/count '{\"text\": \"two words\"}' --plugin word-count --deadline 5")]
pub(crate) struct Args {
    /// The interface and the method: `WordCount/count`
    method: String,
    /// The arguments as JSON: an array, or an object with their names; `@file` reads a file, `-` standard input
    #[arg(default_value = "[]")]
    arguments: String,
    /// The plugin; the default is any that has the interface
    #[arg(long, value_name = "NAME")]
    plugin: Option<String>,
    /// The interface's major version; the default is the newest that is served
    #[arg(long, value_name = "NUMBER")]
    major: Option<u32>,
    /// How long the call may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    deadline: f64,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (interface, name) = args.method.split_once('/').context("name the method as `Interface/method`")?;
    let arguments = input::json(ARGUMENTS, &args.arguments)?;
    let deadline = Duration::try_from_secs_f64(args.deadline).context("`--deadline` is a number of seconds")?;
    let fleet = args.connect.connect("plugix fleet call")?;
    let major = match args.major {
        Some(major) => major,
        None => newest(&fleet, interface)?,
    };
    let mut calls = fleet.calls().deadline(deadline);
    if let Some(plugin) = &args.plugin {
        calls = calls.plugin(plugin);
    }
    let described = calls.describe(interface, major)?;
    let names: Vec<&str> = described.methods.iter().map(|method| &*method.name).collect();
    let method = described.methods.iter().find(|method| method.name == name);
    let method = method.ok_or_else(|| anyhow!("`{interface}` {}", text::nearest(name, &names, "has the methods")))?;
    let json = JsonMethod(method);
    let encoded = json.arguments(&arguments).map_err(|problem| anyhow!("`{name}`: {problem}"))?;
    let wrong = |problem| anyhow!("the answer to `{name}` is none: {problem}");
    match calls.call_bytes(&described, name, &encoded) {
        Ok(bytes) => print::line(format_args!("{:#}", json.value(&bytes).map_err(wrong)?)).map(|()| ExitCode::SUCCESS),
        Err(CallError::Returned(bytes)) => {
            let error = json.error(&bytes).map_err(wrong)?;
            Err(exit::with(exit::RETURNED, anyhow!("`{name}` returned an error: {error:#}")))
        }
        Err(CallError::Failed(error)) => Err(exit::with(code(&error), error)),
    }
}

/// The newest major version of an interface that is served.
fn newest(fleet: &Fleet, interface: &str) -> Result<u32> {
    let services = fleet.services(Some(interface))?;
    let majors = services.iter().filter_map(|service| service.version.split('.').next()?.parse().ok());
    majors.max().with_context(|| format!("no host serves `{interface}`: see with `plugix fleet status` what there is"))
}

fn code(error: &Error) -> u8 {
    match error.failure() {
        Some(kind) if kind.may_have_run() => exit::PLUGIN,
        _ => exit::FAILED,
    }
}
