//! Whose datagrams a socket hears of, and whom it may answer.

use super::Socket;
use super::message::{self, Message};
use crate::network::Protocol;
use crate::part::Part;
use crate::{Errno, Result, Thread};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// Senders that a socket can answer that it may not send to otherwise: the last ones.
const MAX_SENDERS: usize = 256;

/// Who sent something to a socket that hears of everybody.
#[derive(Debug, Default)]
pub(super) struct Senders(VecDeque<SocketAddr>);

impl Senders {
    pub(super) fn contains(&self, sender: SocketAddr) -> bool {
        self.0.iter().rev().any(|known| *known == sender)
    }

    fn add(&mut self, sender: SocketAddr) {
        if self.0.back() == Some(&sender) || self.contains(sender) {
            return;
        }
        if self.0.len() == MAX_SENDERS {
            self.0.pop_front();
        }
        self.0.push_back(sender);
    }
}

impl Socket {
    /// The next datagram that is for the plugin, if it is there.
    pub(super) fn receive_datagram(&self, thread: &Thread, parts: &[Part], flags: i32) -> Result<Message> {
        if self.is_open_to_all.load(Ordering::Relaxed) {
            let message = message::receive(self.fd(), parts, flags)?;
            if let Some(from) = sender(&message)
                && !self.gate.may_connect(Protocol::Udp, from)
            {
                self.state().senders.add(from);
            }
            return Ok(message);
        }
        if let Some(error) = self.state().error.take() {
            return Err(error);
        }
        // Nobody takes the datagram that was looked at before this does.
        let _receiving = self.receiving.lock().unwrap_or_else(PoisonError::into_inner);
        self.drop_strangers(thread)?;
        message::receive(self.fd(), parts, flags)
    }

    /// Drops the datagrams that came first and are not for the plugin, before a byte of them is in its memory.
    fn drop_strangers(&self, thread: &Thread) -> Result<()> {
        loop {
            let next = message::receive(self.fd(), &[], libc::MSG_PEEK)?;
            if sender(&next).is_some_and(|from| self.gate.may_connect(Protocol::Udp, from)) {
                return Ok(());
            }
            message::receive(self.fd(), &[], 0)?;
            // They may come faster than they are dropped.
            thread.check()?;
        }
    }

    /// Whether a socket that the kernel calls readable is that for the plugin.
    pub(crate) fn is_readable(&self, thread: &Thread) -> bool {
        if !self.is_udp() || self.is_open_to_all.load(Ordering::Relaxed) {
            return true;
        }
        let _receiving = self.receiving.lock().unwrap_or_else(PoisonError::into_inner);
        match self.drop_strangers(thread) {
            Ok(()) => true,
            Err(Errno::Again | Errno::Canceled | Errno::Intr) => false,
            Err(error) => {
                // The kernel says it once, and whoever receives next is to hear it.
                self.state().error = Some(error);
                true
            }
        }
    }

    /// Fails unless a datagram may be sent there, or to whom the socket is connected.
    pub(super) fn check_send(&self, to: Option<SocketAddr>) -> Result<()> {
        let to = {
            let state = self.state();
            match (to, state.peer) {
                (None, None) => return Err(Errno::Destaddrreq),
                (None, Some((_, true))) => return Ok(()),
                (Some(to), _) if state.senders.contains(to) => return Ok(()),
                (Some(to), _) | (None, Some((to, false))) => to,
            }
        };
        self.gate.check_connect(Protocol::Udp, to)
    }
}

fn sender(message: &Message) -> Option<SocketAddr> {
    message.from.clone()?.try_into().ok()
}
