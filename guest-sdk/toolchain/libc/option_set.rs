//! Changing the options of sockets. wasix-libc's function reads flags from the address of the value.

use crate::calls::{
    sock_join_multicast_v4, sock_join_multicast_v6, sock_leave_multicast_v4, sock_leave_multicast_v6,
    sock_set_opt_flag, sock_set_opt_size, sock_set_opt_time,
};
use crate::errno::{DOM, Errno, INVAL, NOPROTOOPT, fail, outcome};
use crate::options::{Linger, MICROSECOND, OptionTime, SECOND, Setting, TimeVal};
use core::ffi::{c_int, c_void};

/// The value of an option, as the program has it.
struct Value(*const c_void, usize);

impl Value {
    /// # Safety
    /// Any bytes are a `T`.
    unsafe fn read<T>(&self) -> Result<T, Errno> {
        // SAFETY: the program says that there are as many bytes.
        if self.1 < size_of::<T>() { Err(INVAL) } else { Ok(unsafe { self.0.cast::<T>().read_unaligned() }) }
    }

    /// A number, or a byte.
    fn number(&self) -> Result<c_int, Errno> {
        // SAFETY: any bytes are a number.
        unsafe { if self.1 == 1 { self.read::<u8>().map(c_int::from) } else { self.read() } }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_setsockopt(fd: c_int, level: c_int, name: c_int, value: *const c_void, len: u32) -> c_int {
    match Setting::find(level, name) {
        None => fail(NOPROTOOPT),
        Some(setting) => match set(fd, setting, &Value(value, len as usize)) {
            Ok(error) | Err(error) => outcome(error),
        },
    }
}

/// The host's answer.
fn set(fd: c_int, setting: Setting, value: &Value) -> Result<Errno, Errno> {
    // SAFETY: any bytes are such values, and the host reads those that are given.
    unsafe {
        Ok(match setting {
            Setting::Flag(option) => sock_set_opt_flag(fd, option, u32::from(value.number()? != 0)),
            Setting::Number(option) => sock_set_opt_size(fd, option, i64::from(value.number()?) as u64),
            Setting::Told(_) => NOPROTOOPT,
            Setting::Seconds(option) => {
                let seconds = u64::try_from(value.number()?).map_err(|_| INVAL)?;
                sock_set_opt_time(fd, option, &OptionTime { is_some: 1, nanoseconds: seconds * SECOND })
            }
            Setting::Time(option) => sock_set_opt_time(fd, option, &time(value.read()?)?),
            Setting::Linger(option) => {
                let Linger { on, seconds } = value.read()?;
                let nanoseconds = u64::from(seconds as u32) * SECOND;
                sock_set_opt_time(fd, option, &OptionTime { is_some: u8::from(on != 0), nanoseconds })
            }
            Setting::GroupV4 { joins } => {
                let [group, interface]: [[u8; 4]; 2] = value.read()?;
                let call = if joins { sock_join_multicast_v4 } else { sock_leave_multicast_v4 };
                call(fd, &group, &interface)
            }
            Setting::GroupV6 { joins } => {
                let (group, interface): ([u8; 16], u32) =
                    value.read::<GroupV6>().map(|GroupV6(group, at)| (group, at))?;
                let call = if joins { sock_join_multicast_v6 } else { sock_leave_multicast_v6 };
                call(fd, &group, interface)
            }
        })
    }
}

/// `struct ipv6_mreq`.
#[repr(C)]
struct GroupV6([u8; 16], u32);

/// As Linux has it, a time in the past passes at once.
fn time(TimeVal { seconds, microseconds }: TimeVal) -> Result<OptionTime, Errno> {
    let fraction = u64::try_from(microseconds).ok().filter(|fraction| *fraction < 1_000_000).ok_or(DOM)?;
    let nanoseconds = match u64::try_from(seconds) {
        Ok(seconds) => seconds.min(u64::MAX / SECOND - 1) * SECOND + fraction * MICROSECOND,
        Err(_) => 1,
    };
    Ok(OptionTime { is_some: u8::from(nanoseconds != 0), nanoseconds })
}
