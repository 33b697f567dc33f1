//! Connects sockets, to where the plugin may connect.

use super::{Address, Socket};
use crate::network::Protocol;
use crate::{Errno, Result, Thread};
use rustix::event::PollFlags;
use rustix::io::Errno as Os;
use rustix::net;
use std::net::{Shutdown as How, SocketAddr};
use std::time::{Duration, Instant};

/// How long to wait before a Unix socket with many connections that wait is tried again.
const RETRY: Duration = Duration::from_millis(5);

impl Socket {
    pub(super) fn connect(&self, thread: &Thread, to: &Address, waits: bool) -> Result<()> {
        self.check_family(to)?;
        match to {
            Address::Unix(path) => self.gate.check_connect_unix(path)?,
            Address::Ip(to) if self.is_udp() => return self.connect_udp(*to),
            Address::Ip(to) => self.gate.check_connect(Protocol::Tcp, *to)?,
        }
        self.state().pretended = None;
        self.connect_stream(thread, to, waits)
    }

    fn connect_stream(&self, thread: &Thread, to: &Address, waits: bool) -> Result<()> {
        let kernel = to.to_kernel()?;
        let timeout = self.timeouts.connect.get().or(self.timeouts.send.get());
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            // Asked again after the wait, it says how the first try ended.
            let outcome = net::connect(&self.fd, &kernel);
            self.state().is_connecting = matches!(outcome, Err(Os::INPROGRESS | Os::ALREADY));
            let ready = match outcome {
                Err(Os::INPROGRESS | Os::ALREADY) if waits => thread.wait_for(&self.fd, PollFlags::OUT, deadline)?,
                // There is no room among those that wait to be accepted, and nothing says when there is.
                Err(Os::AGAIN) if waits && self.protocol().is_none() => {
                    thread
                        .sleep_until(deadline.unwrap_or_else(|| Instant::now() + RETRY).min(Instant::now() + RETRY))?;
                    deadline.is_none_or(|deadline| deadline > Instant::now())
                }
                done => return Ok(done?),
            };
            if !ready {
                return Err(if self.timeouts.connect.get().is_some() { Errno::Timedout } else { Errno::Inprogress });
            }
        }
    }

    /// Says whom datagrams go to. Nothing is sent by that: wasix-libc does it with every address of a name, to sort them.
    /// So an address that the plugin may not send to is an error when something is sent, and not before.
    fn connect_udp(&self, to: SocketAddr) -> Result<()> {
        let allowed = self.state().senders.contains(to) || self.gate.may_connect(Protocol::Udp, to);
        if allowed || self.gate.knows(to.ip()) {
            net::connect(&self.fd, &to)?;
        } else {
            net::connect_unspec(&self.fd)?;
        }
        self.state().peer = Some((to, allowed));
        Ok(())
    }

    /// Forgets whom datagrams go to.
    pub(super) fn disconnect(&self) -> Result<()> {
        if !self.is_udp() {
            return Err(Errno::Afnosupport);
        }
        net::connect_unspec(&self.fd)?;
        self.state().peer = None;
        Ok(())
    }

    pub(super) fn shutdown(&self, how: How) -> Result<()> {
        let how = match how {
            How::Read => net::Shutdown::Read,
            How::Write => net::Shutdown::Write,
            How::Both => net::Shutdown::Both,
        };
        Ok(net::shutdown(&self.fd, how)?)
    }
}
