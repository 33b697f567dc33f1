//! The process that measures one system.

use crate::serve::{Request, Response};
use crate::systems::Name;
use crate::workload::Workload;
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running process. Dropping it closes its standard input, and waits for its end.
pub(super) struct Peer {
    name: Name,
    child: Child,
    requests: Option<ChildStdin>,
    responses: BufReader<ChildStdout>,
}

impl Peer {
    pub(super) fn start(name: Name, guests: &Path) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", &name.argument()])
            .arg(guests)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let requests = child.stdin.take();
        let responses = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Self { name, child, requests, responses })
    }

    pub(super) fn name(&self) -> Name {
        self.name
    }

    /// Runs one round, and waits for its result.
    pub(super) fn measure(&mut self, workload: Workload, count: u32) -> Result<Option<f64>> {
        let request = serde_json::to_string(&Request { workload, count })?;
        let requests = self.requests.as_mut().context("the process has ended")?;
        let sent = writeln!(requests, "{request}").and_then(|()| requests.flush());
        let mut line = String::new();
        if sent.is_err() || self.responses.read_line(&mut line)? == 0 {
            bail!("{}: {}: the process ended; what it wrote is above", self.name.title(), workload.title());
        }
        Ok(serde_json::from_str::<Response>(&line)?.value)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.child.wait();
    }
}
