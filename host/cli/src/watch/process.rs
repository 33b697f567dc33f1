//! A command that is under way, and that can be ended with all that it has started.

use super::News;
use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long what was asked to end has for that.
const PATIENCE: Duration = Duration::from_secs(2);

/// A command in a process group of its own. It ends when this is dropped.
pub(super) struct Running {
    child: Child,
    /// Hears when the command has ended.
    ended: Receiver<()>,
    /// Waits for the end, and returns what was printed into a pipe.
    waiting: Option<JoinHandle<Vec<u8>>>,
}

impl Running {
    pub(super) fn start(mut command: Command, news: Sender<News>) -> Result<Self> {
        let mut child = command.process_group(0).spawn().context("can't start the command again")?;
        let (sender, ended) = mpsc::channel();
        let (id, stdout) = (pid(&child), child.stdout.take());
        let waiting = thread::spawn(move || {
            let mut printed = Vec::new();
            // What can't be read is missed by whoever parses it.
            let _ = stdout.map(|mut stdout| stdout.read_to_end(&mut printed));
            // The process stays until `end` or `drop`, so that nothing else gets its number.
            let _ = waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            // Who listens no more has no use for it. The loop's news come first: after `drop`, none is on its way.
            let _ = news.send(News::Ended);
            let _ = sender.send(());
            printed
        });
        Ok(Self { child, ended, waiting: Some(waiting) })
    }

    /// The exit code of what has ended, and what it has printed into a pipe.
    pub(super) fn end(&mut self) -> Result<(u8, Vec<u8>)> {
        let printed = self.waiting.take().and_then(|waiting| waiting.join().ok()).unwrap_or_default();
        let status = self.child.wait()?;
        let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
        Ok((code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX), printed))
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(waiting) = self.waiting.take() else { return };
        let group = pid(&self.child);
        // The group is there as long as its first process is not waited for.
        let _ = kill_process_group(group, Signal::TERM);
        if self.ended.recv_timeout(PATIENCE).is_err() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = waiting.join();
        let _ = self.child.wait();
    }
}
