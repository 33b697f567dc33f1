//! Options of sockets that `std` has no functions for.

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

/// What isn't about one protocol. There wasix-libc has numbers of its own.
const SOCKET: c_int = if cfg!(target_os = "wasi") { 0x7fff_ffff } else { 1 };
const IP: c_int = 0;
const TCP: c_int = 6;
const IPV6: c_int = 41;

impl Setting {
    const LINGER: Self = Self(SOCKET, 13);
    pub(crate) const KEEP_ALIVE: Self = Self::of_socket(12, 9);
    pub(crate) const KIND: Self = Self::of_socket(25, 3);
    pub(crate) const KEEP_IDLE: Self = Self(TCP, 4);
    pub(crate) const KEEP_INTERVAL: Self = Self(TCP, 5);
    pub(crate) const KEEP_COUNT: Self = Self(TCP, 6);
    pub(crate) const USER_TIMEOUT: Self = Self(TCP, 18);
    pub(crate) const TYPE_OF_SERVICE: Self = Self(IP, 1);
    pub(crate) const HOPS: Self = Self(IPV6, 16);
    pub(crate) const MULTICAST_HOPS: Self = Self(IPV6, 18);
    pub(crate) const NOTHING: Self = Self(TCP, 999);

    const fn of_socket(wasix: c_int, linux: c_int) -> Self {
        Self(SOCKET, if cfg!(target_os = "wasi") { wasix } else { linux })
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
