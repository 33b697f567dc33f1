//! What the options of sockets are. wasix-libc's function never tells an error, and few other options.

use crate::calls::{is_more_than_wasix, sock_get_opt_flag, sock_get_opt_size, sock_get_opt_time};
use crate::errno::{Errno, INVAL, NOPROTOOPT, fail, outcome};
use crate::options::{Linger, MICROSECOND, OptionTime, SECOND, Setting, TimeVal};
use core::ffi::{c_int, c_void};
use core::ptr;

unsafe extern "C" {
    fn __real_getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, room: *mut u32) -> c_int;
}

/// Where the program wants the value, and how much room there is.
struct Place(*mut c_void, *mut u32);

impl Place {
    fn put<T>(&self, value: &T) -> Errno {
        // SAFETY: the program says how much room there is.
        unsafe {
            let len = (*self.1 as usize).min(size_of::<T>());
            ptr::copy_nonoverlapping(ptr::from_ref(value).cast::<u8>(), self.0.cast(), len);
            *self.1 = len as u32;
        }
        0
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_getsockopt(
    fd: c_int,
    level: c_int,
    name: c_int,
    value: *mut c_void,
    room: *mut u32,
) -> c_int {
    match Setting::find(level, name) {
        None => fail(NOPROTOOPT),
        // WASIX doesn't tell these.
        // SAFETY: the arguments are the caller's.
        Some(Setting::Told(_)) if !is_more_than_wasix() => unsafe { __real_getsockopt(fd, level, name, value, room) },
        Some(setting) => match get(fd, setting, &Place(value, room)) {
            Ok(error) | Err(error) => outcome(error),
        },
    }
}

fn get(fd: c_int, setting: Setting, place: &Place) -> Result<Errno, Errno> {
    Ok(match setting {
        Setting::Flag(option) => {
            let mut on = 0;
            // SAFETY: there is room for the answer.
            answered(unsafe { sock_get_opt_flag(fd, option, &mut on) })?;
            place.put(&c_int::from(on != 0))
        }
        Setting::Number(option) | Setting::Told(option) => {
            let mut number = 0;
            // SAFETY: there is room for the answer.
            answered(unsafe { sock_get_opt_size(fd, option, &mut number) })?;
            place.put(&(number as c_int))
        }
        Setting::Seconds(option) => place.put(&((time(fd, option)?.nanoseconds / SECOND) as c_int)),
        Setting::Time(option) => {
            let OptionTime { is_some, nanoseconds } = time(fd, option)?;
            place.put(&match is_some {
                0 => TimeVal::default(),
                _ => TimeVal {
                    seconds: (nanoseconds / SECOND) as i64,
                    microseconds: (nanoseconds % SECOND / MICROSECOND) as i64,
                },
            })
        }
        Setting::Linger(option) => {
            let OptionTime { is_some, nanoseconds } = time(fd, option)?;
            place.put(&Linger { on: is_some.into(), seconds: (nanoseconds / SECOND) as c_int })
        }
        Setting::GroupV4 { .. } | Setting::GroupV6 { .. } => INVAL,
    })
}

fn time(fd: c_int, option: u32) -> Result<OptionTime, Errno> {
    let mut time = OptionTime::default();
    // SAFETY: there is room for the answer.
    answered(unsafe { sock_get_opt_time(fd, option, &mut time) })?;
    Ok(time)
}

fn answered(error: Errno) -> Result<(), Errno> {
    if error == 0 { Ok(()) } else { Err(error) }
}
