//! The TCP connections of a plugin.

use super::gate::Slot;
use super::waited::Waited;
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use virtual_net::{
    InterestHandler, NetworkError, Result, SocketStatus, VirtualConnectedSocket, VirtualIoSource, VirtualSocket,
    VirtualTcpSocket,
};

/// A connection. It was allowed when it began.
#[derive(Debug)]
pub(super) struct Stream {
    socket: Waited<dyn VirtualTcpSocket + Sync>,
    connected: bool,
}

impl Stream {
    /// A connection that may still be opening.
    pub(super) fn connecting(socket: Box<dyn VirtualTcpSocket + Sync>, slot: Slot) -> Self {
        Self { socket: Waited::new(socket, slot), connected: false }
    }

    /// A connection that somebody else opened.
    pub(super) fn accepted(socket: Box<dyn VirtualTcpSocket + Sync>, slot: Slot) -> Self {
        Self { socket: Waited::new(socket, slot), connected: true }
    }
}

impl VirtualIoSource for Stream {
    fn remove_handler(&mut self) {
        self.socket.remove_waiter();
    }

    fn poll_read_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        self.socket.wait_read(cx)
    }

    fn poll_write_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize>> {
        let room = ready!(self.socket.wait_write(cx))?;
        if !self.connected {
            // The socket also says that it is ready when its connection has failed.
            match self.socket.status()? {
                SocketStatus::Opening => {
                    self.socket.wait_again(cx.waker().into())?;
                    return Poll::Pending;
                }
                SocketStatus::Failed => {
                    return Poll::Ready(Err(self.socket.last_error()?.unwrap_or(NetworkError::ConnectionRefused)));
                }
                SocketStatus::Opened | SocketStatus::Closed => self.connected = true,
            }
        }
        Poll::Ready(Ok(room))
    }
}

impl VirtualSocket for Stream {
    fn set_ttl(&mut self, ttl: u32) -> Result<()> {
        self.socket.set_ttl(ttl)
    }

    fn ttl(&self) -> Result<u32> {
        self.socket.ttl()
    }

    fn addr_local(&self) -> Result<SocketAddr> {
        self.socket.addr_local()
    }

    fn status(&self) -> Result<SocketStatus> {
        self.socket.status()
    }

    fn last_error(&self) -> Result<Option<NetworkError>> {
        self.socket.last_error()
    }

    fn set_handler(&mut self, handler: Box<dyn InterestHandler + Send + Sync>) -> Result<()> {
        self.socket.add_waiter(handler)
    }
}

impl VirtualConnectedSocket for Stream {
    /// Lingering would block the thread that closes the socket, and that can be a thread of the host.
    fn set_linger(&mut self, linger: Option<Duration>) -> Result<()> {
        match linger {
            Some(time) if !time.is_zero() => Err(NetworkError::Unsupported),
            _ => self.socket.set_linger(linger),
        }
    }

    fn linger(&self) -> Result<Option<Duration>> {
        self.socket.linger()
    }

    fn try_send(&mut self, data: &[u8]) -> Result<usize> {
        self.socket.gate().check_running()?;
        self.socket.try_send(data)
    }

    fn try_flush(&mut self) -> Result<()> {
        self.socket.try_flush()
    }

    fn close(&mut self) -> Result<()> {
        self.socket.close()
    }

    fn try_recv(&mut self, buf: &mut [MaybeUninit<u8>], peek: bool) -> Result<usize> {
        self.socket.gate().check_running()?;
        self.socket.try_recv(buf, peek)
    }
}

impl VirtualTcpSocket for Stream {
    fn set_recv_buf_size(&mut self, size: usize) -> Result<()> {
        self.socket.set_recv_buf_size(size)
    }

    fn recv_buf_size(&self) -> Result<usize> {
        self.socket.recv_buf_size()
    }

    fn set_send_buf_size(&mut self, size: usize) -> Result<()> {
        self.socket.set_send_buf_size(size)
    }

    fn send_buf_size(&self) -> Result<usize> {
        self.socket.send_buf_size()
    }

    fn set_nodelay(&mut self, nodelay: bool) -> Result<()> {
        self.socket.set_nodelay(nodelay)
    }

    fn nodelay(&self) -> Result<bool> {
        self.socket.nodelay()
    }

    fn set_keepalive(&mut self, keepalive: bool) -> Result<()> {
        self.socket.set_keepalive(keepalive)
    }

    fn keepalive(&self) -> Result<bool> {
        self.socket.keepalive()
    }

    fn set_dontroute(&mut self, dontroute: bool) -> Result<()> {
        self.socket.set_dontroute(dontroute)
    }

    fn dontroute(&self) -> Result<bool> {
        self.socket.dontroute()
    }

    fn addr_peer(&self) -> Result<SocketAddr> {
        self.socket.addr_peer()
    }

    fn shutdown(&mut self, how: Shutdown) -> Result<()> {
        self.socket.shutdown(how)
    }

    fn is_closed(&self) -> bool {
        self.socket.is_closed()
    }
}
