//! A server in a process of its own, which ends with it.

use anyhow::{Context as _, Result};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub(super) struct Server {
    process: Child,
    address: String,
}

impl Server {
    /// Starts the server, and waits until it tells its address.
    pub(super) fn start(mut command: Command) -> Result<Self> {
        let process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("can't start the server")?;
        let mut server = Self { process, address: String::new() };
        let stdout = server.process.stdout.take().context("the server has no output")?;
        BufReader::new(stdout).read_line(&mut server.address).context("the server tells no address")?;
        server.address.truncate(server.address.trim_end().len());
        Ok(server)
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Seconds that the threads of the process have run so far, the kernel's work for them included.
    pub(super) fn processor_time(&self) -> Result<f64> {
        let path = format!("/proc/{}/stat", self.process.id());
        let text = fs::read_to_string(&path).with_context(|| path.clone())?;
        // The name of the program is in brackets and may have spaces. `utime` and `stime` are the 12th and 13th word after
        // it, in hundredths of a second.
        let words = text.rsplit_once(')').map(|(_, words)| words.split_whitespace().skip(11).take(2));
        let ticks: Result<Vec<u64>, _> = words.into_iter().flatten().map(str::parse).collect();
        Ok(ticks.with_context(|| format!("{path} has another form"))?.iter().sum::<u64>() as f64 / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
