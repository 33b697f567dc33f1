//! `plugix fleet top`.

use super::connect::Connect;
use super::table;
use crate::print;
use anyhow::{Context as _, Result};
use plugix_fleet::client::Service;
use std::io::{IsTerminal as _, stdout};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet top\n  \
    plugix fleet top --interval 5 --count 1     # what happens in five seconds, once")]
pub(crate) struct Args {
    /// How many seconds to look at a time
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    interval: f64,
    /// How often to look; the default is until Ctrl-C
    #[arg(long, value_name = "COUNT")]
    count: Option<u32>,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let interval = Duration::try_from_secs_f64(args.interval).context("`--interval` is a number of seconds")?;
    let fleet = args.connect.connect("plugix fleet top")?;
    let mut before = (Instant::now(), fleet.services(None)?);
    let mut left = args.count;
    while left != Some(0) {
        thread::sleep(interval);
        let now = (Instant::now(), fleet.services(None)?);
        let seconds = (now.0 - before.0).as_secs_f64();
        let rows: Vec<_> = now.1.iter().map(|service| row(service, &before.1, seconds)).collect();
        if stdout().is_terminal() {
            // The next table takes this one's place.
            print::text("\x1b[H\x1b[2J")?;
        }
        let head = ["PLUGIN", "INTERFACE", "HOST", "CALLS", "CALLS/S", "MEAN", "FAILED", "LAST FAILURE"];
        table::lines(head, &rows).iter().try_for_each(print::line)?;
        before = now;
        left = left.map(|left| left - 1);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(now: &Service, before: &[Service], seconds: f64) -> [String; 8] {
    let same = |it: &&Service| (&it.plugin, &it.interface, &it.host) == (&now.plugin, &now.interface, &now.host);
    // A host that has begun anew counts from zero.
    let was = before.iter().find(same).filter(|was| was.calls <= now.calls);
    let (calls, time) = was.map_or((0, Duration::ZERO), |was| (was.calls, was.time));
    let calls = now.calls - calls;
    let mean = now.time.saturating_sub(time).checked_div(calls.try_into().unwrap_or(u32::MAX));
    [
        now.plugin.clone(),
        format!("{} {}", now.interface, now.version),
        now.host.clone(),
        now.calls.to_string(),
        format!("{:.1}", calls as f64 / seconds),
        mean.map_or_else(String::new, |mean| format!("{mean:.1?}")),
        now.failed.to_string(),
        now.last_failure.clone(),
    ]
}
