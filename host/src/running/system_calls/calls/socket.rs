//! Sockets.

use super::super::context::{Call, Result};
use super::super::layout::{Addr, AddrPort, OptionTimestamp};
use super::fd;
use super::thread::timestamp;
use plugix_system::{Address, Errno, Family, Lock, ReceiveFlags, Received, SocketOption, SocketType};
use std::ffi::OsStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::os::unix::ffi::OsStrExt;

/// Addresses that one look-up tells at most.
const MAX_ADDRESSES: u32 = 1024;

const INET4: u8 = 1;
const INET6: u8 = 2;
const UNIX: u8 = 3;
const DONT_WAIT: u32 = 1;
const TRUNCATED: u16 = 1;

/// In the place of an option: `flock`, whose operation stands in the place of the size. WASIX has no call for it.
/// Plugix's guests make this one.
const FILE_LOCK: u32 = 128;
const DONT_BLOCK: u64 = 4;

fn family(number: u32) -> Result<Family> {
    match number {
        1 => Ok(Family::Inet4),
        2 => Ok(Family::Inet6),
        3 => Ok(Family::Unix),
        _ => Err(Errno::Afnosupport),
    }
}

fn socket_type(number: u32) -> Result<SocketType> {
    match number {
        1 => Ok(SocketType::Stream),
        2 => Ok(SocketType::Datagram),
        4 => Ok(SocketType::Seqpacket),
        _ => Err(Errno::Notsup),
    }
}

fn read_address(call: &mut Call<'_>, ptr: u32) -> Result<Address> {
    let AddrPort { family, port, octets, .. } = call.read(ptr)?;
    let ip = match family {
        INET4 => IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])),
        INET6 => IpAddr::V6(Ipv6Addr::from(octets)),
        UNIX => {
            let end = octets.iter().position(|byte| *byte == 0).unwrap_or(octets.len());
            return Ok(Address::Unix(OsStr::from_bytes(&octets[..end]).into()));
        }
        _ => return Err(Errno::Inval),
    };
    Ok(Address::Ip(SocketAddr::new(ip, u16::from_ne_bytes(port))))
}

fn octets(ip: IpAddr) -> (u8, [u8; 16]) {
    let mut octets = [0; 16];
    match ip {
        IpAddr::V4(v4) => {
            octets[..4].copy_from_slice(&v4.octets());
            (INET4, octets)
        }
        IpAddr::V6(v6) => (INET6, v6.octets()),
    }
}

fn address(address: &Address) -> AddrPort {
    match address {
        Address::Ip(address) => {
            let (family, octets) = octets(address.ip());
            AddrPort { family, port: address.port().to_be_bytes(), octets, ..AddrPort::default() }
        }
        Address::Unix(path) => {
            // WASIX has room for no more.
            let mut octets = [0; 16];
            octets.iter_mut().zip(path.as_os_str().as_bytes()).for_each(|(to, from)| *to = *from);
            AddrPort { family: UNIX, octets, ..AddrPort::default() }
        }
    }
}

pub(super) fn open(call: &mut Call<'_>, af: u32, kind: u32, protocol: u32, result: u32) -> Result {
    call.check(result, 4)?;
    let fd = call.system.sock_open(family(af)?, socket_type(kind)?, protocol, Default::default())?;
    call.write(result, fd)
}

pub(super) fn pair(call: &mut Call<'_>, _: u32, kind: u32, _: u32, first: u32, second: u32) -> Result {
    call.check(first, 4)?;
    call.check(second, 4)?;
    let [one, other] = call.system.sock_pair(socket_type(kind)?, Default::default())?;
    call.write(first, one)?;
    call.write(second, other)
}

pub(super) fn bind(call: &mut Call<'_>, fd: u32, at: u32) -> Result {
    let at = read_address(call, at)?;
    call.system.sock_bind(fd, &at)
}

pub(super) fn listen(call: &mut Call<'_>, fd: u32, backlog: u32) -> Result {
    call.system.sock_listen(fd, backlog as usize)
}

pub(super) fn accept(call: &mut Call<'_>, fd: u32, flags: u32, result: u32) -> Result {
    call.check(result, 4)?;
    let (accepted, _) = call.system.sock_accept(call.thread, fd, fd::flags(flags)?)?;
    call.write(result, accepted)
}

pub(super) fn accept_from(call: &mut Call<'_>, fd: u32, flags: u32, result: u32, from: u32) -> Result {
    call.check(result, 4)?;
    call.check(from, size_of::<AddrPort>())?;
    let (accepted, peer) = call.system.sock_accept(call.thread, fd, fd::flags(flags)?)?;
    call.write(result, accepted)?;
    call.write(from, address(&peer))
}

pub(super) fn connect(call: &mut Call<'_>, fd: u32, to: u32) -> Result {
    let to = read_address(call, to)?;
    call.system.sock_connect(call.thread, fd, &to)
}

pub(super) fn local(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let own = call.system.sock_addr_local(fd)?;
    call.write(result, address(&own))
}

pub(super) fn peer(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let peer = call.system.sock_addr_peer(fd)?;
    call.write(result, address(&peer))
}

pub(super) fn shutdown(call: &mut Call<'_>, fd: u32, how: u32) -> Result {
    let how = match how {
        1 => Shutdown::Read,
        2 => Shutdown::Write,
        3 => Shutdown::Both,
        _ => return Err(Errno::Inval),
    };
    call.system.sock_shutdown(fd, how)
}

pub(super) fn send(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, flags: u32, sent: u32) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(sent, 4)?;
    let len = call.system.sock_send(call.thread, fd, &parts, None, flags & DONT_WAIT != 0)?;
    call.write(sent, len as u32)
}

pub(super) fn send_to(call: &mut Call<'_>, fd: u32, parts: u32, count: u32, flags: u32, to: u32, sent: u32) -> Result {
    let parts = call.parts(parts, count)?;
    let to = read_address(call, to)?;
    call.check(sent, 4)?;
    let len = call.system.sock_send(call.thread, fd, &parts, Some(&to), flags & DONT_WAIT != 0)?;
    call.write(sent, len as u32)
}

pub(super) fn recv(
    call: &mut Call<'_>,
    fd: u32,
    parts: u32,
    count: u32,
    flags: u32,
    len: u32,
    out_flags: u32,
) -> Result {
    receive(call, fd, (parts, count), flags, (len, out_flags), None)
}

#[expect(clippy::too_many_arguments, reason = "WASIX has it so")]
pub(super) fn recv_from(
    call: &mut Call<'_>,
    fd: u32,
    parts: u32,
    count: u32,
    flags: u32,
    len: u32,
    out_flags: u32,
    from: u32,
) -> Result {
    receive(call, fd, (parts, count), flags, (len, out_flags), Some(from))
}

fn receive(
    call: &mut Call<'_>,
    fd: u32,
    (parts, count): (u32, u32),
    flags: u32,
    (len, out_flags): (u32, u32),
    from: Option<u32>,
) -> Result {
    let parts = call.parts(parts, count)?;
    call.check(len, 4)?;
    call.check(out_flags, 2)?;
    from.map_or(Ok(()), |from| call.check(from, size_of::<AddrPort>()))?;
    let flags = ReceiveFlags::truncated(flags as u16);
    let (Received { len: received, is_truncated }, sender) = call.system.sock_recv(call.thread, fd, &parts, flags)?;
    call.write(len, received as u32)?;
    call.write(out_flags, if is_truncated { TRUNCATED } else { 0 })?;
    match from {
        // A stream's sender is no news: its address stays empty.
        Some(from) => call.write(from, sender.as_ref().map(address).unwrap_or_default()),
        None => Ok(()),
    }
}

pub(super) fn send_file(call: &mut Call<'_>, fd: u32, file: u32, offset: u64, count: u64, sent: u32) -> Result {
    call.check(sent, 8)?;
    let len = call.system.sock_send_file(call.thread, fd, file, offset, count)?;
    call.write(sent, len)
}

pub(super) fn status(call: &mut Call<'_>, fd: u32, result: u32) -> Result {
    let status = call.system.sock_status(fd)?;
    call.write(result, status as u8)
}

pub(super) fn get_flag(call: &mut Call<'_>, fd: u32, option: u32, result: u32) -> Result {
    let on = call.system.sock_get_opt_flag(fd, SocketOption::new(option)?)?;
    call.write(result, u8::from(on))
}

pub(super) fn set_flag(call: &mut Call<'_>, fd: u32, option: u32, on: u32) -> Result {
    call.system.sock_set_opt_flag(fd, SocketOption::new(option)?, on != 0)
}

pub(super) fn get_size(call: &mut Call<'_>, fd: u32, option: u32, result: u32) -> Result {
    let size = call.system.sock_get_opt_size(fd, SocketOption::new(option)?)?;
    call.write(result, size)
}

pub(super) fn set_size(call: &mut Call<'_>, fd: u32, option: u32, size: u64) -> Result {
    if option == FILE_LOCK {
        return lock(call, fd, size);
    }
    call.system.sock_set_opt_size(fd, SocketOption::new(option)?, size)
}

/// As `flock`.
fn lock(call: &mut Call<'_>, fd: u32, operation: u64) -> Result {
    let waits = operation & DONT_BLOCK == 0;
    let lock = match operation & !DONT_BLOCK {
        1 => Lock::Shared,
        2 => Lock::Exclusive,
        8 => Lock::Unlock,
        _ => return Err(Errno::Inval),
    };
    call.system.fd_lock(call.thread, fd, lock, waits)
}

pub(super) fn get_time(call: &mut Call<'_>, fd: u32, option: u32, result: u32) -> Result {
    let time = call.system.sock_get_opt_time(fd, SocketOption::new(option)?)?;
    let nanoseconds = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    call.write(result, OptionTimestamp { tag: time.is_some().into(), time: nanoseconds, ..Default::default() })
}

pub(super) fn set_time(call: &mut Call<'_>, fd: u32, option: u32, time: u32) -> Result {
    let time = timestamp(call, time)?;
    call.system.sock_set_opt_time(fd, SocketOption::new(option)?, time)
}

pub(super) fn join_v4(call: &mut Call<'_>, fd: u32, group: u32, interface: u32) -> Result {
    let (group, interface) = (call.read::<[u8; 4]>(group)?, call.read::<[u8; 4]>(interface)?);
    call.system.sock_join_multicast_v4(fd, group.into(), interface.into())
}

pub(super) fn leave_v4(call: &mut Call<'_>, fd: u32, group: u32, interface: u32) -> Result {
    let (group, interface) = (call.read::<[u8; 4]>(group)?, call.read::<[u8; 4]>(interface)?);
    call.system.sock_leave_multicast_v4(fd, group.into(), interface.into())
}

pub(super) fn join_v6(call: &mut Call<'_>, fd: u32, group: u32, interface: u32) -> Result {
    let group = call.read::<[u8; 16]>(group)?;
    call.system.sock_join_multicast_v6(fd, group.into(), interface)
}

pub(super) fn leave_v6(call: &mut Call<'_>, fd: u32, group: u32, interface: u32) -> Result {
    let group = call.read::<[u8; 16]>(group)?;
    call.system.sock_leave_multicast_v6(fd, group.into(), interface)
}

pub(super) fn resolve(
    call: &mut Call<'_>,
    host: u32,
    len: u32,
    _port: u32,
    addresses: u32,
    most: u32,
    told: u32,
) -> Result {
    let host = call.path(host, len)?;
    let most = most.min(MAX_ADDRESSES);
    call.check(addresses, most as usize * size_of::<Addr>())?;
    call.check(told, 4)?;
    let found: Vec<_> = call.system.resolve(call.thread, &host, most as usize)?;
    let found: Vec<_> = found.into_iter().map(octets).map(|(family, octets)| Addr { family, _0: 0, octets }).collect();
    call.write_bytes(addresses, bytemuck::cast_slice(&found))?;
    call.write(told, found.len() as u32)
}
