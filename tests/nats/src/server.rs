//! One server: its folder, its ports, and its life.

use crate::builder::{Builder, Ports};
use crate::process::Process;
use crate::{find, monitor};
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::Progress;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use tempfile::TempDir;

/// A `nats-server` on this machine alone. The process is killed and its files are removed when this is dropped. The server
/// ends with the test's process, too, even if that is killed.
#[derive(Debug)]
pub struct Server {
    process: Option<Process>,
    program: PathBuf,
    name: String,
    ports: Ports,
    /// What the server is started with. It keeps the certificates.
    _builder: Builder,
    folder: TempDir,
}

impl Server {
    /// Starts a server with JetStream, without passwords and TLS. Waits until the server is ready.
    ///
    /// # Errors
    /// If there is no server to be had, or it doesn't start: then with its log.
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// A server with a wish or two.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A server that doesn't run yet.
    pub(crate) fn new(builder: &Builder, ports: Ports, routes: &[SocketAddr]) -> Result<Self> {
        let (program, folder) = (find(Progress::Silent)?, tempfile::tempdir()?);
        // Another test's server doesn't have this name.
        let name = format!("test-{}-{}", std::process::id(), ports.clients.port());
        let configuration = builder.configuration(&name, &folder.path().join("store"), ports, routes);
        fs::write(folder.path().join("server.conf"), configuration.to_string())?;
        Ok(Self { process: None, program, name, ports, _builder: builder.clone(), folder })
    }

    pub(crate) fn started(mut self) -> Result<Self> {
        self.restart()?;
        Ok(self)
    }

    /// Where clients connect to, for them: `nats://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.ports.clients)
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.ports.clients
    }

    /// The server's name, which no other test's server has.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Kills the server as the kernel does: the server has no time to write anything.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Whether the server has been started, and hasn't been killed by [`Self::kill`].
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Starts the server once more, on the same port and with what JetStream has kept. A server that runs is killed first.
    ///
    /// # Errors
    /// If it doesn't start: then with its log.
    pub fn restart(&mut self) -> Result<()> {
        self.spawn()?;
        self.wait()
    }

    /// What the server has said since its first start.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What the server tells about itself: `/varz`, `/connz`, `/jsz` and so on, as JSON.
    ///
    /// # Errors
    /// If the server doesn't answer.
    pub fn monitor(&self, path: &str) -> Result<Value> {
        monitor::get(self.ports.monitor, path)
    }

    /// Starts the process, without waiting.
    pub(crate) fn spawn(&mut self) -> Result<()> {
        self.kill();
        let in_folder = |name| self.folder.path().join(name);
        self.process = Some(Process::start(&self.program, &in_folder("server.conf"), &in_folder("log"))?);
        Ok(())
    }

    /// Waits until clients are let in.
    pub(crate) fn wait(&mut self) -> Result<()> {
        let ready = monitor::wait(|| {
            self.lives()?;
            Ok(self.greets())
        });
        ready.with_context(|| format!("nats-server doesn't start; it says:\n{}", self.log()))
    }

    /// Checks that the process hasn't ended by itself.
    pub(crate) fn lives(&mut self) -> Result<()> {
        let ended = self.process.as_mut().context("the server has been killed")?.ended()?;
        ensure!(ended.is_none(), "the server has ended: {ended:?}");
        Ok(())
    }

    /// Connects, and reads the server's first line. The server opens this port last.
    fn greets(&self) -> Result<()> {
        let mut line = String::new();
        BufReader::new(monitor::connect(self.address())?).read_line(&mut line)?;
        ensure!(line.starts_with("INFO ") && line.contains(&self.name), "another server is there: {line}");
        Ok(())
    }
}
