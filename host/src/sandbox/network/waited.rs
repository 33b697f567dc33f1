//! A socket, the threads that wait for it, and its place behind the gate.

use super::gate::{Gate, Slot};
use super::waiters::{Handler, Waiters};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::task::{Context, Poll};
use virtual_net::{Result, VirtualIoSource, VirtualTcpListener, VirtualTcpSocket, VirtualUdpSocket};

/// A socket of virtual-net, which tells one handler what happens to it.
pub(super) trait Tells: VirtualIoSource {
    /// Sets the handler.
    fn tell(&mut self, handler: Handler) -> Result<()>;
}

impl Tells for dyn VirtualUdpSocket + Sync {
    fn tell(&mut self, handler: Handler) -> Result<()> {
        self.set_handler(handler)
    }
}

impl Tells for dyn VirtualTcpSocket + Sync {
    fn tell(&mut self, handler: Handler) -> Result<()> {
        self.set_handler(handler)
    }
}

impl Tells for dyn VirtualTcpListener + Sync {
    fn tell(&mut self, handler: Handler) -> Result<()> {
        VirtualTcpListener::set_handler(self, handler)
    }
}

/// A socket that any number of threads wait for.
#[derive(Debug)]
pub(super) struct Waited<S: ?Sized> {
    socket: Box<S>,
    waiters: Waiters,
    slot: Slot,
}

impl<S: Tells + ?Sized> Waited<S> {
    pub(super) fn new(socket: Box<S>, slot: Slot) -> Self {
        Self { socket, waiters: Waiters::default(), slot }
    }

    pub(super) fn gate(&self) -> &Arc<Gate> {
        &self.slot.0
    }

    /// Adds the calling thread to those that wait.
    pub(super) fn add_waiter(&mut self, handler: Handler) -> Result<()> {
        self.slot.0.check_waiting()?;
        self.wait_again(handler)
    }

    /// Adds the calling thread, which was counted before.
    pub(super) fn wait_again(&mut self, handler: Handler) -> Result<()> {
        self.waiters.add(handler, |all| self.socket.tell(all))
    }

    /// Removes the calling thread from those that wait.
    pub(super) fn remove_waiter(&mut self) {
        if self.waiters.remove() {
            self.socket.remove_handler();
        }
        self.slot.0.local.registered();
    }

    /// Whether there is something to read. If not, the calling thread waits.
    pub(super) fn wait_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.slot.0.check_waiting()?;
        self.waiters.poll(cx, &mut *self.socket, |socket, cx| socket.poll_read_ready(cx), S::tell)
    }

    /// Whether there is room to write. If not, the calling thread waits.
    pub(super) fn wait_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.slot.0.check_waiting()?;
        self.waiters.poll(cx, &mut *self.socket, |socket, cx| socket.poll_write_ready(cx), S::tell)
    }
}

impl<S: ?Sized> Deref for Waited<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.socket
    }
}

impl<S: ?Sized> DerefMut for Waited<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.socket
    }
}
