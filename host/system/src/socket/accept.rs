//! Accepts connections.

use super::{Address, FLAGS, Socket};
use crate::wait::until_done;
use crate::{Result, Thread};
use rustix::event::PollFlags;
use rustix::net;

impl Socket {
    /// The next connection, and who made it.
    pub(super) fn accept(&self, thread: &Thread, waits: bool) -> Result<(Self, Address)> {
        let timeout = self.timeouts.accept.get().or(self.timeouts.receive.get());
        let (fd, slot, peer) = until_done(thread, self.fd(), PollFlags::IN, waits, timeout, || {
            let slot = self.gate.slot()?;
            let (fd, peer) = net::acceptfrom_with(&self.fd, FLAGS)?;
            Ok((fd, slot, peer))
        })?;
        let peer = peer.map_or(Ok(Address::Unix(Default::default())), Address::from_kernel)?;
        let accepted = Self::new(&self.gate, fd, self.family, self.kind, Some(slot));
        // What a socket is told before holds for what it accepts, as natively.
        accepted.timeouts.set_as(&self.timeouts);
        accepted.state().linger = self.state().linger;
        Ok((accepted, peer))
    }
}
