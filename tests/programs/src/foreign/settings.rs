//! Options of sockets that `std` reaches by levels that wasix-libc doesn't have, or not at all.

use super::checked;
use std::ffi::{c_int, c_uint, c_void};
use std::io;
use std::os::fd::AsRawFd;

#[repr(C)]
#[derive(Default)]
struct Linger {
    on: c_int,
    seconds: c_int,
}

unsafe extern "C" {
    fn getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, len: *mut c_uint) -> c_int;
    fn setsockopt(fd: c_int, level: c_int, name: c_int, value: *const c_void, len: c_uint) -> c_int;
}

/// A level of options, and the option's number there.
#[derive(Clone, Copy)]
pub(crate) struct Setting(c_int, c_int);

impl Setting {
    pub(crate) const LINGER: Self = Self::new(13, Self(1, 13));
    pub(crate) const MULTICAST_TTL: Self = Self::new(24, Self(0, 33));
    pub(crate) const TTL: Self = Self::new(23, Self(0, 2));

    /// wasix-libc has one level for all. Linux has one for each protocol.
    const fn new(wasix: c_int, linux: Self) -> Self {
        if cfg!(target_os = "wasi") { Self(0x7fff_ffff, wasix) } else { linux }
    }

    /// # Safety
    /// Any bytes are a `T`.
    unsafe fn value<T: Default>(self, socket: &impl AsRawFd) -> io::Result<T> {
        let mut value = T::default();
        let mut len = size_of::<T>() as c_uint;
        // SAFETY: the value has that length.
        checked(unsafe { getsockopt(socket.as_raw_fd(), self.0, self.1, (&raw mut value).cast(), &mut len) })?;
        Ok(value)
    }

    fn change<T>(self, socket: &impl AsRawFd, value: &T) -> io::Result<()> {
        let value = (&raw const *value).cast();
        // SAFETY: the value has that length.
        checked(unsafe { setsockopt(socket.as_raw_fd(), self.0, self.1, value, size_of::<T>() as c_uint) }).map(drop)
    }

    pub(crate) fn get(self, socket: &impl AsRawFd) -> io::Result<c_int> {
        // SAFETY: any bytes are a number.
        unsafe { self.value(socket) }
    }

    pub(crate) fn set(self, socket: &impl AsRawFd, value: c_int) -> io::Result<()> {
        self.change(socket, &value)
    }
}

/// For how many seconds a closed socket tries to send the rest.
pub(crate) fn linger(socket: &impl AsRawFd) -> io::Result<Option<c_int>> {
    // SAFETY: any bytes are two numbers.
    let linger: Linger = unsafe { Setting::LINGER.value(socket)? };
    Ok((linger.on != 0).then_some(linger.seconds))
}

pub(crate) fn set_linger(socket: &impl AsRawFd, seconds: Option<c_int>) -> io::Result<()> {
    Setting::LINGER.change(socket, &Linger { on: seconds.is_some().into(), seconds: seconds.unwrap_or(0) })
}
