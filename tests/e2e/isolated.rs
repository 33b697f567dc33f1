//! Plugins in processes of their own: what works as in the host's own process, and what reaches no further than theirs.

mod calls;
mod ends;
mod host_functions;
mod processes;
mod wall;

use plugix_e2e::guest;
use plugix_host::isolated::{IsolatedPlugin, Isolation};
use plugix_host::plugin::PluginBuilder;
use plugix_host::{Plugin, Policy};
use std::path::Path;

/// The program that runs plugins, and does nothing else.
const CHILD: &str = env!("CARGO_BIN_EXE_child");

fn isolation() -> Isolation {
    Isolation::new(CHILD)
}

/// A plugin that needs nothing of its host but its policy.
fn start(name: &str, policy: Policy) -> IsolatedPlugin {
    begin(Plugin::builder(&guest(name)).policy(policy))
}

fn begin(builder: PluginBuilder) -> IsolatedPlugin {
    builder.start_isolated(&isolation()).unwrap_or_else(|error| panic!("{:#}", anyhow::Error::new(error)))
}

/// Whether there is still a process of this number.
fn lives(process: u32) -> bool {
    Path::new(&format!("/proc/{process}/stat")).exists()
}
