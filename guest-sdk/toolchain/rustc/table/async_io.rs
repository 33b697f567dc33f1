//! Connections whose socket doesn't wait, by the functions of wasix-libc.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

const INET: i32 = 1;
const INET6: i32 = 2;
const STREAM: i32 = 1;
const NONBLOCK: i32 = 0x4000;

/// `EAGAIN` and `EINPROGRESS`.
const UNDER_WAY: [i32; 2] = [6, 26];

/// C aligns it so, and counts what that adds at its end.
#[repr(C, align(16))]
struct Address {
    family: u16,
    port: u16,
    /// IPv4: the address. IPv6: the flow, the address and the scope.
    rest: [u8; 24],
}

extern "C" {
    fn socket(family: i32, kind: i32, protocol: i32) -> i32;
    fn connect(socket: i32, address: *const Address, len: u32) -> i32;
}

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// A socket that is connected, or about to be.
pub(crate) fn stream(address: SocketAddr) -> io::Result<OwnedFd> {
    let (family, len) = if address.is_ipv4() { (INET, 16) } else { (INET6, size_of::<Address>() as u32) };
    let mut raw = Address { family: family as u16, port: address.port().to_be(), rest: [0; 24] };
    match address {
        SocketAddr::V4(address) => raw.rest[..4].copy_from_slice(&address.ip().octets()),
        SocketAddr::V6(address) => {
            raw.rest[..4].copy_from_slice(&address.flowinfo().to_ne_bytes());
            raw.rest[4..20].copy_from_slice(&address.ip().octets());
            raw.rest[20..].copy_from_slice(&address.scope_id().to_ne_bytes());
        }
    }
    // SAFETY: the descriptor is new.
    let made = unsafe { OwnedFd::from_raw_fd(checked(socket(family, STREAM | NONBLOCK, 0))?) };
    // SAFETY: the address is as long as is said.
    match checked(unsafe { connect(made.as_raw_fd(), &raw, len) }) {
        Err(error) if !error.raw_os_error().is_some_and(|error| UNDER_WAY.contains(&error)) => Err(error),
        _ => Ok(made),
    }
}
