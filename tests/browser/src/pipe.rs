//! The browser's process, and its protocol.

use crate::find::Program;
use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an answer may take. A machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// The shell gives the browser its pipe: what the shell has as its own input and output.
const SCRIPT: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#;

/// The page is our own, and a sandbox needs rights that containers don't give.
const OPTIONS: [&str; 9] = [
    "--remote-debugging-pipe",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-size=1280,1000",
];

/// A browser that runs.
#[derive(Debug)]
pub(crate) struct Pipe {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last: u64,
    /// What came beside answers.
    pub(crate) events: Vec<Value>,
    _profile: TempDir,
}

impl Pipe {
    pub(crate) fn start(program: &Program) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]).arg(&program.path).args(OPTIONS);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.envs(program.libraries.iter().map(|folders| ("LD_LIBRARY_PATH", folders)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("can't run sh")?;
        let (to, from) = (child.stdin.take().context("a pipe")?, child.stdout.take().context("a pipe")?);
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(from).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, to, from: messages, last: 0, events: Vec::new(), _profile: profile })
    }

    /// Asks the browser, or a page of it.
    pub(crate) fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        self.to.write_all(&bytes).with_context(|| format!("the browser has ended before {method}"))?;
        self.to.flush()?;
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let mut answer =
                self.from.recv_timeout(left).map_err(|error| anyhow!("{method}: no answer of the browser: {error}"))?;
            if answer["id"] != self.last {
                self.events.push(answer);
            } else if let Some(error) = answer.get("error") {
                bail!("{method}: {error}");
            } else {
                return Ok(answer["result"].take());
            }
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
