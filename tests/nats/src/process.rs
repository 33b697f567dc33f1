//! A server's process. It ends with its value, and with the process that has started it.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// The shell becomes the server. Before that it starts a watcher, which reads from this process. A line tells the watcher to
/// end. If the pipe ends without a line, this process has died, and the watcher kills the server.
///
/// The kernel could do the same (`PR_SET_PDEATHSIG`). But it does so when the thread ends that has started the server, and a
/// test may keep a server for others.
const SCRIPT: &str = r#"exec 3<&0
(read -r _ <&3 || kill -9 $$) >/dev/null 2>&1 &
exec "$0" "$@" 0</dev/null 3<&-"#;

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// The watcher reads it.
    life: ChildStdin,
}

impl Process {
    /// Runs a server with this configuration. What the server says is added to the log.
    pub(crate) fn start(program: &Path, configuration: &Path, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log).context("can't open the log")?;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT]).arg(program).arg("-c").arg(configuration);
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        let mut child = command.spawn().context("can't run sh")?;
        let life = child.stdin.take().context("a pipe")?;
        Ok(Self { child, life })
    }

    /// How the server has ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // First of all the watcher: after `wait`, the server's number may be another's. Both may have ended by themselves.
        let _ = self.life.write_all(b"\n");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
