//! Addresses of sockets. wasix-libc leaves an address's zone as it finds it, and hosts tell of no zone.

use core::ffi::{c_int, c_void};

const AF_INET6: u16 = 2;

/// An address of IPv6, as the C library has it.
#[repr(C)]
struct Address {
    family: u16,
    port: u16,
    flow: u32,
    octets: [u8; 16],
    zone: u32,
}

unsafe extern "C" {
    fn __real_accept(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int;
    fn __real_accept4(fd: c_int, address: *mut c_void, len: *mut u32, flags: c_int) -> c_int;
    fn __real_getpeername(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int;
    fn __real_getsockname(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int;
    fn __real_recvfrom(
        fd: c_int,
        bytes: *mut c_void,
        count: usize,
        flags: c_int,
        address: *mut c_void,
        len: *mut u32,
    ) -> isize;
}

/// Clears what a call that went well doesn't tell. Returns the call's outcome, which is below zero if it didn't.
///
/// # Safety
/// There may be an address, with `len` bytes.
unsafe fn told<T: PartialOrd + Default>(outcome: T, address: *mut c_void, len: *mut u32) -> T {
    if outcome < T::default() || address.is_null() || len.is_null() {
        return outcome;
    }
    // SAFETY: there is as much as the length says.
    unsafe {
        if *len as usize >= size_of::<Address>() && address.cast::<u16>().read_unaligned() == AF_INET6 {
            let address = address.cast::<Address>();
            (&raw mut (*address).flow).write_unaligned(0);
            (&raw mut (*address).zone).write_unaligned(0);
        }
    }
    outcome
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_accept(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int {
    // SAFETY: the caller has room for the address, if it wants it.
    unsafe { told(__real_accept(fd, address, len), address, len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_accept4(fd: c_int, address: *mut c_void, len: *mut u32, flags: c_int) -> c_int {
    // SAFETY: as above.
    unsafe { told(__real_accept4(fd, address, len, flags), address, len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_getpeername(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int {
    // SAFETY: as above.
    unsafe { told(__real_getpeername(fd, address, len), address, len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_getsockname(fd: c_int, address: *mut c_void, len: *mut u32) -> c_int {
    // SAFETY: as above.
    unsafe { told(__real_getsockname(fd, address, len), address, len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_recvfrom(
    fd: c_int,
    bytes: *mut c_void,
    count: usize,
    flags: c_int,
    address: *mut c_void,
    len: *mut u32,
) -> isize {
    // SAFETY: the caller has room for what comes, and for the address, if it wants it.
    unsafe { told(__real_recvfrom(fd, bytes, count, flags, address, len), address, len) }
}
