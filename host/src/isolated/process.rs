//! The process, and how it ends.

use crate::stop::Target;
use crate::sync::lock::lock;
use plugix_shared::Segment;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much of the standard error is told, in bytes.
const SAID: u64 = 500;

/// How long a process that has closed its socket may take to end.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// A plugin's process. What stops the plugin ends the process.
#[derive(Debug)]
pub(super) struct PluginProcess {
    child: Mutex<Child>,
    /// The process, and never another one that has got its number.
    handle: OwnedFd,
    pub(super) segment: Segment,
    id: u32,
    over: AtomicBool,
}

impl PluginProcess {
    /// Starts the program. Its standard input is the socket.
    pub(super) fn start(program: &Path, argument: &str, socket: OwnedFd, segment: Segment) -> io::Result<Self> {
        let child = Command::new(program)
            .arg(argument)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(socket))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("a process without a number"))?;
        let handle = pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { id: child.id(), child: Mutex::new(child), handle, segment, over: AtomicBool::new(false) })
    }

    /// The number of the process.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Waits for the end of the process, which is ended if it takes long. Returns how it ended, and what it has said.
    pub(super) fn wait_or_kill(&self) -> (String, String) {
        let mut over = [PollFd::new(&self.handle, PollFlags::IN)];
        if poll(&mut over, Some(&PATIENCE)).is_ok_and(|ready| ready == 0) {
            self.kill();
        }
        let mut child = lock(&self.child);
        let how = child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        self.over.store(true, Ordering::Release);
        let mut said = Vec::new();
        if let Some(error) = child.stderr.take() {
            // What can't be read isn't told. A process of another kind may have left some that hold the pipe open.
            let _ = fcntl_setfl(&error, OFlags::NONBLOCK);
            let _ = error.take(SAID).read_to_end(&mut said);
        }
        let said = String::from_utf8_lossy(&said);
        let said = said.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
        (how, said.collect())
    }
}

impl Target for PluginProcess {
    fn kill(&self) {
        // A process that is over can't be ended.
        let _ = pidfd_send_signal(self.handle.as_fd(), Signal::KILL);
        (0..self.segment.lanes()).for_each(|at| self.segment.lane(at).end());
    }

    fn is_quiet(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}
