//! Sends and receives.

use super::message::{self, Message};
use super::{Address, ReceiveFlags, Received, Socket, SocketType};
use crate::part::Part;
use crate::wait::{until_all, until_done};
use crate::{Result, Thread};
use rustix::event::PollFlags;

impl Socket {
    /// Sends the parts; to an address, or to whom the socket is connected.
    pub(crate) fn send(&self, thread: &Thread, parts: &[Part], to: Option<&Address>, waits: bool) -> Result<usize> {
        if self.kind == SocketType::Stream {
            // An address is nothing to a stream that has a peer.
            return until_all(thread, parts, waits, |parts| self.send_once(thread, parts, None, waits));
        }
        if let Some(to) = to {
            self.check_family(to)?;
        }
        match to {
            _ if self.is_udp() => self.check_send(to.map(Address::ip).transpose()?)?,
            Some(Address::Unix(path)) => self.gate.check_connect_unix(path)?,
            _ => {}
        }
        self.send_once(thread, parts, to, waits)
    }

    fn send_once(&self, thread: &Thread, parts: &[Part], to: Option<&Address>, waits: bool) -> Result<usize> {
        let to = to.map(Address::to_kernel).transpose()?;
        until_done(thread, self.fd(), PollFlags::OUT, waits, self.timeouts.send.get(), || {
            message::send(self.fd(), parts, to.as_ref())
        })
    }

    /// Receives into the parts; nothing at the end of a stream.
    pub(crate) fn receive(
        &self,
        thread: &Thread,
        parts: &[Part],
        flags: ReceiveFlags,
        waits: bool,
    ) -> Result<(Received, Option<Address>)> {
        let waits = waits && !flags.contains(ReceiveFlags::DONT_WAIT);
        let mut native = 0;
        if flags.contains(ReceiveFlags::PEEK) {
            native |= libc::MSG_PEEK;
        }
        // A stream takes it as leave to throw bytes away.
        if flags.contains(ReceiveFlags::DATA_TRUNCATED) && self.kind != SocketType::Stream {
            native |= libc::MSG_TRUNC;
        }
        let all = flags.contains(ReceiveFlags::WAIT_ALL) && native == 0 && self.kind == SocketType::Stream;
        if all && waits {
            let len = until_all(thread, parts, true, |parts| Ok(self.receive_once(thread, parts, 0, true)?.len))?;
            return Ok((Received { len, is_truncated: false }, None));
        }
        let Message { len, from, is_truncated } = self.receive_once(thread, parts, native, waits)?;
        let from = from.map(Address::from_kernel).transpose()?;
        Ok((Received { len, is_truncated }, from))
    }

    fn receive_once(&self, thread: &Thread, parts: &[Part], flags: i32, waits: bool) -> Result<Message> {
        until_done(thread, self.fd(), PollFlags::IN, waits, self.timeouts.receive.get(), || match self.is_udp() {
            true => self.receive_datagram(thread, parts, flags),
            false => message::receive(self.fd(), parts, flags),
        })
    }
}
