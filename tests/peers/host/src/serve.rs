//! The process of one system. It measures what it is asked for, and waits between the rounds.

use crate::guests::Guests;
use crate::measure::{CALL_LIMIT, measure};
use crate::system::{Instance as _, System};
use crate::systems::Name;
use crate::workload::Workload;
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The system.
    system: Name,
    /// The list of the files that were built.
    guests: PathBuf,
}

/// Asks for one round.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) workload: Workload,
    pub(crate) count: u32,
}

/// Seconds or bytes of one repetition. Nothing if the system has no such thing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Response {
    pub(crate) value: Option<f64>,
}

/// Answers the requests that come by standard input.
pub(crate) struct Server {
    guests: Guests,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let guests = Guests::read(&args.guests)?;
    args.system.serve(Server { guests }).with_context(|| format!("{} failed", args.system.title()))
}

impl Server {
    pub(crate) fn serve<S: System>(self) -> Result<()> {
        let cache = tempfile::tempdir()?;
        let system = S::load(&self.guests, None)?.context("the system loads nothing")?;
        let mut instance = system.start(CALL_LIMIT)?;
        instance.empty()?;
        for line in std::io::stdin().lock().lines() {
            let Request { workload, count } = serde_json::from_str(&line?)?;
            let value = measure(&system, &mut instance, &self.guests, cache.path(), workload, count);
            let value = value.with_context(|| format!("{}: it can't be measured", workload.title()))?;
            println!("{}", serde_json::to_string(&Response { value })?);
            std::io::stdout().flush()?;
        }
        Ok(())
    }
}
