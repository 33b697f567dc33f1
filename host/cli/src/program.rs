//! Runs a program to its end: its input, its output and Ctrl-C are those of the command.

use crate::exit::{self, INTERRUPTED};
use anyhow::{Context as _, Result};
use plugix_host::dump::Dumps;
use plugix_host::error::StopReason;
use plugix_host::plugin::Signal;
use plugix_host::policy::Stdin;
use plugix_host::raw::{Command, CommandError};
use plugix_host::{Error, Module, Policy};
use std::process::ExitCode;
use std::time::Duration;

/// How long a program has to end by itself after Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) fn run(module: &Module, policy: Policy, dumps: Option<&Dumps>) -> Result<ExitCode> {
    // A command without a standard input has one that is empty.
    let stdin = Stdin::inherit().unwrap_or_default();
    let mut command = Command::new(module, &policy.inherit_output().stdin_or(stdin))?;
    if let Some(dumps) = dumps {
        command = command.dumps(dumps);
    }
    let program = command.start()?;
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
        Err(error @ CommandError::Failed { .. }) => Err(exit::with(exit::PLUGIN, error)),
        Err(error) => Err(error.into()),
    }
}
