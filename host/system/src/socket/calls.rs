//! The calls on sockets.

use super::{Address, Family, Socket, SocketOption, SocketType};
use crate::description::Description;
use crate::object::Object;
use crate::part::Part;
use crate::table::Descriptor;
use crate::transfer::MAX_PARTS;
use crate::{Errno, FdFlags, Result, System, Thread};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown};
use std::sync::Arc;
use std::time::Duration;

/// How something is received, by WASIX's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiveFlags(u16);

/// What was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// How many bytes; how many a datagram had, if [`ReceiveFlags::DATA_TRUNCATED`] asked for that.
    pub len: usize,
    /// Whether there was more of a datagram than room.
    pub is_truncated: bool,
}

/// How far a socket's connection is, by WASIX's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SocketStatus {
    /// On its way.
    Opening = 0,
    /// There.
    Opened = 1,
    /// Not there, or over.
    Closed = 2,
    /// It couldn't be made.
    Failed = 3,
}

impl ReceiveFlags {
    /// Leaves what is received where it is.
    pub const PEEK: Self = Self(1);
    /// Waits until all parts are full.
    pub const WAIT_ALL: Self = Self(2);
    /// Says how long a datagram was, and not how much of it had room.
    pub const DATA_TRUNCATED: Self = Self(4);
    /// Never waits.
    pub const DONT_WAIT: Self = Self(8);

    /// The flags of a number; bits that mean nothing are left out.
    pub const fn truncated(bits: u16) -> Self {
        Self(bits & 15)
    }

    /// Whether all of these are in it.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What is in either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Something that is open and a socket.
struct Open(Arc<Description>);

impl Open {
    fn get(&self) -> Result<&Socket> {
        match &self.0.object {
            Object::Socket(socket) => Ok(socket),
            _ => Err(Errno::Notsock),
        }
    }
}

/// `protocol` is IANA's number, or 0. Each call fails with [`Errno::Badf`] for what isn't open, with [`Errno::Notsock`]
/// for what is no socket, with [`Errno::Perm`] for what no rule allows, and else as natively.
#[expect(clippy::missing_errors_doc, reason = "they are told for all of them")]
impl System {
    /// Opens a socket.
    pub fn sock_open(&self, family: Family, kind: SocketType, protocol: u32, flags: FdFlags) -> Result<u32> {
        self.insert_socket(Socket::open(&self.gate, family, kind, protocol)?, flags)
    }

    /// Opens two sockets that are connected with each other.
    pub fn sock_pair(&self, kind: SocketType, flags: FdFlags) -> Result<[u32; 2]> {
        let pair = Socket::pair(&self.gate, kind)?;
        self.table.insert_pair(pair.map(|socket| descriptor(socket, flags)))
    }

    /// Gives a socket an address.
    pub fn sock_bind(&self, fd: u32, address: &Address) -> Result<()> {
        self.socket(fd)?.get()?.bind(address)
    }

    /// Lets a socket accept connections.
    pub fn sock_listen(&self, fd: u32, backlog: usize) -> Result<()> {
        self.socket(fd)?.get()?.listen(backlog)
    }

    /// Accepts a connection: its descriptor, and who made it.
    pub fn sock_accept(&self, thread: &Thread, fd: u32, flags: FdFlags) -> Result<(u32, Address)> {
        let open = self.socket(fd)?;
        self.table.check_room()?;
        let (accepted, peer) = open.get()?.accept(thread, open.0.waits())?;
        Ok((self.insert_socket(accepted, flags)?, peer))
    }

    /// Connects a socket.
    pub fn sock_connect(&self, thread: &Thread, fd: u32, to: &Address) -> Result<()> {
        let open = self.socket(fd)?;
        open.get()?.connect(thread, to, open.0.waits())
    }

    /// Ends a UDP socket's connection.
    pub fn sock_disconnect(&self, fd: u32) -> Result<()> {
        self.socket(fd)?.get()?.disconnect()
    }

    /// A socket's own address.
    pub fn sock_addr_local(&self, fd: u32) -> Result<Address> {
        self.socket(fd)?.get()?.address()
    }

    /// The address of whom a socket is connected to.
    pub fn sock_addr_peer(&self, fd: u32) -> Result<Address> {
        self.socket(fd)?.get()?.peer()
    }

    /// Ends one direction of a connection, or both.
    pub fn sock_shutdown(&self, fd: u32, how: Shutdown) -> Result<()> {
        self.socket(fd)?.get()?.shutdown(how)
    }

    /// Sends the parts; to an address, or to whom the socket is connected.
    pub fn sock_send(
        &self,
        thread: &Thread,
        fd: u32,
        parts: &[Part],
        to: Option<&Address>,
        dont_wait: bool,
    ) -> Result<usize> {
        check_parts(parts)?;
        let open = self.socket(fd)?;
        open.get()?.send(thread, parts, to, open.0.waits() && !dont_wait)
    }

    /// Receives into the parts, and says who sent it where the socket isn't a stream.
    pub fn sock_recv(
        &self,
        thread: &Thread,
        fd: u32,
        parts: &[Part],
        flags: ReceiveFlags,
    ) -> Result<(Received, Option<Address>)> {
        check_parts(parts)?;
        let open = self.socket(fd)?;
        open.get()?.receive(thread, parts, flags, open.0.waits())
    }

    /// How far a socket's connection is.
    pub fn sock_status(&self, fd: u32) -> Result<SocketStatus> {
        let open = self.socket(fd)?;
        let socket = open.get()?;
        if socket.peer().is_ok() {
            return Ok(SocketStatus::Opened);
        }
        if !socket.state().is_connecting {
            return Ok(SocketStatus::Closed);
        }
        let mut polled = [PollFd::from_borrowed_fd(socket.fd(), PollFlags::OUT)];
        poll(&mut polled, Some(&Timespec::default()))?;
        let failed = polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP);
        Ok(if failed { SocketStatus::Failed } else { SocketStatus::Opening })
    }

    /// A switch.
    pub fn sock_get_opt_flag(&self, fd: u32, option: SocketOption) -> Result<bool> {
        self.socket(fd)?.get()?.flag(option)
    }

    /// Sets a switch.
    pub fn sock_set_opt_flag(&self, fd: u32, option: SocketOption, on: bool) -> Result<()> {
        self.socket(fd)?.get()?.set_flag(option, on)
    }

    /// A number. The last error is one of [`Errno`]'s, and forgotten.
    pub fn sock_get_opt_size(&self, fd: u32, option: SocketOption) -> Result<u64> {
        self.socket(fd)?.get()?.size(option)
    }

    /// Sets a number.
    pub fn sock_set_opt_size(&self, fd: u32, option: SocketOption, size: u64) -> Result<()> {
        self.socket(fd)?.get()?.set_size(option, size)
    }

    /// A time; none stands for no limit, and for no lingering.
    pub fn sock_get_opt_time(&self, fd: u32, option: SocketOption) -> Result<Option<Duration>> {
        self.socket(fd)?.get()?.time(option)
    }

    /// Sets a time.
    pub fn sock_set_opt_time(&self, fd: u32, option: SocketOption, time: Option<Duration>) -> Result<()> {
        self.socket(fd)?.get()?.set_time(option, time)
    }

    /// Joins a group.
    pub fn sock_join_multicast_v4(&self, fd: u32, group: Ipv4Addr, interface: Ipv4Addr) -> Result<()> {
        self.socket(fd)?.get()?.join_v4(group, interface)
    }

    /// Leaves a group.
    pub fn sock_leave_multicast_v4(&self, fd: u32, group: Ipv4Addr, interface: Ipv4Addr) -> Result<()> {
        self.socket(fd)?.get()?.leave_v4(group, interface)
    }

    /// Joins a group.
    pub fn sock_join_multicast_v6(&self, fd: u32, group: Ipv6Addr, interface: u32) -> Result<()> {
        self.socket(fd)?.get()?.join_v6(group, interface)
    }

    /// Leaves a group.
    pub fn sock_leave_multicast_v6(&self, fd: u32, group: Ipv6Addr, interface: u32) -> Result<()> {
        self.socket(fd)?.get()?.leave_v6(group, interface)
    }

    fn socket(&self, fd: u32) -> Result<Open> {
        Ok(Open(self.table.description(fd)?))
    }

    fn insert_socket(&self, socket: Socket, flags: FdFlags) -> Result<u32> {
        self.table.insert(descriptor(socket, flags), 0)
    }
}

fn descriptor(socket: Socket, flags: FdFlags) -> Descriptor {
    Descriptor::new(Arc::new(Description::new(Object::Socket(socket), flags)))
}

fn check_parts(parts: &[Part]) -> Result<()> {
    if parts.len() > MAX_PARTS { Err(Errno::Inval) } else { Ok(()) }
}
