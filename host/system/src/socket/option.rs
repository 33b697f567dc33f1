//! The options of sockets: switches, numbers, and times.

use super::{Family, Socket, TCP, UDP};
use crate::{Errno, Result};
use rustix::net::sockopt;
use std::time::Duration;

/// An option of a socket. The numbers up to [`SocketOption::Protocol`] are WASIX's; those from 64 on are for what WASIX
/// has no option for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "they are named as everywhere")]
pub enum SocketOption {
    Noop = 0,
    ReusePort = 1,
    ReuseAddr = 2,
    NoDelay = 3,
    DontRoute = 4,
    OnlyV6 = 5,
    Broadcast = 6,
    MulticastLoopV4 = 7,
    MulticastLoopV6 = 8,
    Promiscuous = 9,
    Listening = 10,
    LastError = 11,
    KeepAlive = 12,
    Linger = 13,
    OobInline = 14,
    RecvBufSize = 15,
    SendBufSize = 16,
    RecvLowat = 17,
    SendLowat = 18,
    RecvTimeout = 19,
    SendTimeout = 20,
    ConnectTimeout = 21,
    AcceptTimeout = 22,
    Ttl = 23,
    MulticastTtlV4 = 24,
    Type = 25,
    Protocol = 26,
    Domain = 64,
    KeepIdle = 65,
    KeepInterval = 66,
    KeepCount = 67,
    HopsV6 = 68,
    MulticastHopsV6 = 69,
    MulticastInterfaceV6 = 70,
    TypeOfService = 71,
    UserTimeout = 72,
}

impl SocketOption {
    /// The option of a number.
    ///
    /// # Errors
    /// [`Errno::Inval`] if there is none.
    pub fn new(number: u32) -> Result<Self> {
        ALL.iter().find(|option| **option as u32 == number).copied().ok_or(Errno::Inval)
    }
}

use SocketOption as Opt;

const ALL: [Opt; 36] = [
    Opt::Noop,
    Opt::ReusePort,
    Opt::ReuseAddr,
    Opt::NoDelay,
    Opt::DontRoute,
    Opt::OnlyV6,
    Opt::Broadcast,
    Opt::MulticastLoopV4,
    Opt::MulticastLoopV6,
    Opt::Promiscuous,
    Opt::Listening,
    Opt::LastError,
    Opt::KeepAlive,
    Opt::Linger,
    Opt::OobInline,
    Opt::RecvBufSize,
    Opt::SendBufSize,
    Opt::RecvLowat,
    Opt::SendLowat,
    Opt::RecvTimeout,
    Opt::SendTimeout,
    Opt::ConnectTimeout,
    Opt::AcceptTimeout,
    Opt::Ttl,
    Opt::MulticastTtlV4,
    Opt::Type,
    Opt::Protocol,
    Opt::Domain,
    Opt::KeepIdle,
    Opt::KeepInterval,
    Opt::KeepCount,
    Opt::HopsV6,
    Opt::MulticastHopsV6,
    Opt::MulticastInterfaceV6,
    Opt::TypeOfService,
    Opt::UserTimeout,
];

/// The most that a buffer's size is set to: it is the host's memory.
const MAX_BUFFER: u64 = 16 << 20;

impl Socket {
    pub(super) fn flag(&self, option: Opt) -> Result<bool> {
        let fd = &self.fd;
        Ok(match option {
            Opt::Noop => false,
            Opt::ReusePort => self.state().reuse_port,
            Opt::ReuseAddr => sockopt::socket_reuseaddr(fd)?,
            Opt::NoDelay => sockopt::tcp_nodelay(fd)?,
            Opt::OnlyV6 => sockopt::ipv6_v6only(fd)?,
            Opt::Broadcast => sockopt::socket_broadcast(fd)?,
            Opt::MulticastLoopV4 => sockopt::ip_multicast_loop(fd)?,
            Opt::MulticastLoopV6 => sockopt::ipv6_multicast_loop(fd)?,
            Opt::Listening => sockopt::socket_acceptconn(fd)?,
            Opt::KeepAlive => sockopt::socket_keepalive(fd)?,
            Opt::OobInline => sockopt::socket_oobinline(fd)?,
            // What is sent leaves by the host's routes.
            Opt::DontRoute | Opt::Promiscuous => false,
            _ => return Err(Errno::Inval),
        })
    }

    pub(super) fn set_flag(&self, option: Opt, on: bool) -> Result<()> {
        let fd = &self.fd;
        match option {
            Opt::Noop => {}
            Opt::ReusePort => self.state().reuse_port = on,
            Opt::ReuseAddr => sockopt::set_socket_reuseaddr(fd, on)?,
            Opt::NoDelay => sockopt::set_tcp_nodelay(fd, on)?,
            Opt::OnlyV6 => sockopt::set_ipv6_v6only(fd, on)?,
            Opt::Broadcast => sockopt::set_socket_broadcast(fd, on)?,
            Opt::MulticastLoopV4 => sockopt::set_ip_multicast_loop(fd, on)?,
            Opt::MulticastLoopV6 => sockopt::set_ipv6_multicast_loop(fd, on)?,
            Opt::KeepAlive => sockopt::set_socket_keepalive(fd, on)?,
            Opt::OobInline => sockopt::set_socket_oobinline(fd, on)?,
            Opt::DontRoute if !on => {}
            Opt::DontRoute | Opt::Promiscuous => return Err(Errno::Perm),
            Opt::Listening => return Err(Errno::Noprotoopt),
            _ => return Err(Errno::Inval),
        }
        Ok(())
    }

    pub(super) fn size(&self, option: Opt) -> Result<u64> {
        let fd = &self.fd;
        Ok(match option {
            Opt::Noop => 0,
            Opt::RecvBufSize => sockopt::socket_recv_buffer_size(fd)? as u64,
            Opt::SendBufSize => sockopt::socket_send_buffer_size(fd)? as u64,
            Opt::RecvLowat | Opt::SendLowat => 1,
            Opt::Ttl if self.family == Family::Inet6 => sockopt::ipv6_unicast_hops(fd)?.into(),
            Opt::Ttl => sockopt::ip_ttl(fd)?.into(),
            Opt::HopsV6 => sockopt::ipv6_unicast_hops(fd)?.into(),
            Opt::MulticastTtlV4 => sockopt::ip_multicast_ttl(fd)?.into(),
            Opt::MulticastHopsV6 => sockopt::ipv6_multicast_hops(fd)?.into(),
            Opt::MulticastInterfaceV6 => sockopt::ipv6_multicast_if(fd)?.into(),
            Opt::TypeOfService => sockopt::ip_tos(fd)?.into(),
            Opt::KeepCount => sockopt::tcp_keepcnt(fd)?.into(),
            Opt::UserTimeout => sockopt::tcp_user_timeout(fd)?.into(),
            Opt::LastError => self.take_error()?.map_or(0, |error| error.number().into()),
            Opt::Type => self.kind as u64,
            Opt::Domain => self.family as u64,
            Opt::Protocol => match self.protocol() {
                None => 0,
                Some(_) if self.is_udp() => UDP.into(),
                Some(_) => TCP.into(),
            },
            _ => return Err(Errno::Inval),
        })
    }

    pub(super) fn set_size(&self, option: Opt, size: u64) -> Result<()> {
        let fd = &self.fd;
        let number = || u32::try_from(size).ok().filter(|size| *size <= i32::MAX as u32).ok_or(Errno::Inval);
        let byte = || u8::try_from(size).map_err(|_| Errno::Inval);
        match option {
            Opt::Noop => {}
            Opt::RecvBufSize => sockopt::set_socket_recv_buffer_size(fd, size.min(MAX_BUFFER) as usize)?,
            Opt::SendBufSize => sockopt::set_socket_send_buffer_size(fd, size.min(MAX_BUFFER) as usize)?,
            Opt::Ttl if self.family == Family::Inet6 => sockopt::set_ipv6_unicast_hops(fd, Some(byte()?))?,
            Opt::Ttl => sockopt::set_ip_ttl(fd, number()?)?,
            Opt::HopsV6 => sockopt::set_ipv6_unicast_hops(fd, Some(byte()?))?,
            Opt::MulticastTtlV4 => sockopt::set_ip_multicast_ttl(fd, number()?)?,
            Opt::MulticastHopsV6 => sockopt::set_ipv6_multicast_hops(fd, number()?)?,
            Opt::MulticastInterfaceV6 => sockopt::set_ipv6_multicast_if(fd, number()?)?,
            Opt::TypeOfService => sockopt::set_ip_tos(fd, byte()?)?,
            Opt::KeepCount => sockopt::set_tcp_keepcnt(fd, number()?)?,
            Opt::UserTimeout => sockopt::set_tcp_user_timeout(fd, number()?)?,
            Opt::RecvLowat | Opt::SendLowat | Opt::Type | Opt::Protocol | Opt::Domain | Opt::LastError => {
                return Err(Errno::Noprotoopt);
            }
            _ => return Err(Errno::Inval),
        }
        Ok(())
    }

    pub(super) fn time(&self, option: Opt) -> Result<Option<Duration>> {
        let times = &self.timeouts;
        Ok(match option {
            Opt::RecvTimeout => times.receive.get(),
            Opt::SendTimeout => times.send.get(),
            Opt::ConnectTimeout => times.connect.get(),
            Opt::AcceptTimeout => times.accept.get(),
            Opt::Linger => self.state().linger,
            Opt::KeepIdle => Some(sockopt::tcp_keepidle(&self.fd)?),
            Opt::KeepInterval => Some(sockopt::tcp_keepintvl(&self.fd)?),
            _ => return Err(Errno::Inval),
        })
    }

    pub(super) fn set_time(&self, option: Opt, time: Option<Duration>) -> Result<()> {
        let times = &self.timeouts;
        match option {
            Opt::RecvTimeout => times.receive.set(time),
            Opt::SendTimeout => times.send.set(time),
            Opt::ConnectTimeout => times.connect.set(time),
            Opt::AcceptTimeout => times.accept.set(time),
            Opt::KeepIdle => sockopt::set_tcp_keepidle(&self.fd, time.ok_or(Errno::Inval)?)?,
            Opt::KeepInterval => sockopt::set_tcp_keepintvl(&self.fd, time.ok_or(Errno::Inval)?)?,
            Opt::Linger => {
                // The kernel would make whoever closes the socket wait, and that can be a thread of the host's. What was
                // sent leaves in any case; a time of 0 says that it is not to.
                sockopt::set_socket_linger(&self.fd, time.filter(Duration::is_zero))?;
                self.state().linger = time;
            }
            _ => return Err(Errno::Inval),
        }
        Ok(())
    }

    /// The error that happened meanwhile, once.
    pub(super) fn take_error(&self) -> Result<Option<Errno>> {
        if let Some(error) = self.state().error.take() {
            return Ok(Some(error));
        }
        Ok(sockopt::socket_error(&self.fd)?.err().map(Errno::from))
    }
}
