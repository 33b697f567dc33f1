//! Sends and receives one message, with the plugin's memory as its content.

use crate::part::Part;
use crate::transfer::{MAX_PARTS, last_error};
use crate::{Errno, Result};
use rustix::fd::{AsRawFd, BorrowedFd};
use rustix::io::Errno as Os;
use rustix::net::SocketAddrAny;
use rustix::net::addr::SocketAddrArg;
use std::mem::{MaybeUninit, size_of};
use std::ptr::{null, null_mut};

/// What was received.
#[derive(Debug)]
pub(super) struct Message {
    /// Bytes, or how many there were of a datagram if that was asked for.
    pub(super) len: usize,
    /// Who sent it, if the socket isn't a stream.
    pub(super) from: Option<SocketAddrAny>,
    /// Whether there was more of it than room.
    pub(super) is_truncated: bool,
}

/// Sends the parts, without waiting and without a signal.
pub(super) fn send(fd: BorrowedFd<'_>, parts: &[Part], to: Option<&SocketAddrAny>) -> Result<usize> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    match to {
        None => send_to(fd, parts, null(), 0, flags),
        // SAFETY: the address is valid during the call, and that is all the pointer is used for.
        Some(to) => unsafe { to.with_sockaddr(|name, len| send_to(fd, parts, name.cast(), len, flags)) },
    }
}

fn send_to(fd: BorrowedFd<'_>, parts: &[Part], name: *const libc::c_void, len: u32, flags: i32) -> Result<usize> {
    let mut header = header(parts)?;
    (header.msg_name, header.msg_namelen) = (name.cast_mut(), len);
    repeat(|| {
        // SAFETY: the parts' maker promised that their memory stays, and the kernel only reads it and the address.
        unsafe { libc::sendmsg(fd.as_raw_fd(), &header, flags) }
    })
}

/// Receives into the parts, without waiting. What else comes with a message, such as descriptors, is dropped: there is
/// no room for it.
pub(super) fn receive(fd: BorrowedFd<'_>, parts: &[Part], flags: i32) -> Result<Message> {
    let mut name = MaybeUninit::<libc::sockaddr_storage>::uninit();
    let mut header = header(parts)?;
    header.msg_name = name.as_mut_ptr().cast();
    let len = repeat(|| {
        header.msg_namelen = size_of::<libc::sockaddr_storage>() as u32;
        // SAFETY: the parts' maker promised that their memory stays and is nobody's in particular; `name` has the room
        // that the header says.
        unsafe { libc::recvmsg(fd.as_raw_fd(), &mut header, flags | libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC) }
    })?;
    let named = header.msg_namelen as usize;
    let from = (size_of::<libc::sa_family_t>()..=size_of::<libc::sockaddr_storage>()).contains(&named).then(|| {
        // SAFETY: the kernel wrote an address of that length, which has at least its family and at most all the room.
        unsafe { SocketAddrAny::read(name.as_ptr().cast(), header.msg_namelen) }
    });
    Ok(Message { len, from, is_truncated: header.msg_flags & libc::MSG_TRUNC != 0 })
}

fn header(parts: &[Part]) -> Result<libc::msghdr> {
    if parts.len() > MAX_PARTS {
        return Err(Errno::Inval);
    }
    Ok(libc::msghdr {
        msg_name: null_mut(),
        msg_namelen: 0,
        msg_iov: parts.as_ptr().cast_mut().cast(),
        msg_iovlen: parts.len() as _,
        msg_control: null_mut(),
        msg_controllen: 0,
        msg_flags: 0,
    })
}

/// Tries again after a signal of the host's own.
fn repeat(mut call: impl FnMut() -> isize) -> Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(moved) => return Ok(moved),
            Err(_) => match last_error() {
                Os::INTR => {}
                error => return Err(error.into()),
            },
        }
    }
}
