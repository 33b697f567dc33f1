//! Which option of WASIX's a socket option is. wasix-libc has them on one level, and few of the others.

use crate::calls::is_more_than_wasix;
use core::ffi::c_int;

const IP: c_int = 0;
const TCP: c_int = 6;
const IPV6: c_int = 41;
const SOCKET: c_int = 0x7fff_ffff;

/// The last of WASIX's own numbers; others are Plugix's.
const LAST: u32 = 26;

/// How the C library has the value of an option, and the number of WASIX's.
#[derive(Clone, Copy)]
pub(crate) enum Setting {
    /// A number that is 0 or not.
    Flag(u32),
    /// A number.
    Number(u32),
    /// A number that is told only.
    Told(u32),
    /// A number of seconds.
    Seconds(u32),
    /// A `timeval`.
    Time(u32),
    /// A `linger`.
    Linger(u32),
    /// An `ip_mreq`, of a group that is joined or left.
    GroupV4 { joins: bool },
    /// An `ipv6_mreq`.
    GroupV6 { joins: bool },
}

/// `struct timeval`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct TimeVal {
    pub(crate) seconds: i64,
    pub(crate) microseconds: i64,
}

/// `struct linger`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Linger {
    pub(crate) on: c_int,
    pub(crate) seconds: c_int,
}

/// The time of an option as WASIX has it.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct OptionTime {
    pub(crate) is_some: u8,
    pub(crate) nanoseconds: u64,
}

pub(crate) const SECOND: u64 = 1_000_000_000;
pub(crate) const MICROSECOND: u64 = 1_000;

impl Setting {
    /// The setting of a level and a number there, if the host has it.
    pub(crate) fn find(level: c_int, name: c_int) -> Option<Self> {
        use Setting::*;
        let setting = match (level, name) {
            (SOCKET, 1..=10 | 12 | 14) => Flag(name as u32),
            (SOCKET, 11 | 25 | 26 | 64) => Told(name as u32),
            (SOCKET, 13) => Linger(13),
            (SOCKET, 15..=18 | 23 | 24) => Number(name as u32),
            (SOCKET, 19..=22) => Time(name as u32),
            (IP, 1) => Number(71),
            (IP, 2) => Number(23),
            (IP, 33) => Number(24),
            (IP, 34) => Flag(7),
            (IP, 35 | 36) => GroupV4 { joins: name == 35 },
            (TCP, 1) => Flag(3),
            (TCP, 4 | 5) => Seconds(61 + name as u32),
            (TCP, 6) => Number(67),
            (TCP, 18) => Number(72),
            (IPV6, 16) => Number(68),
            (IPV6, 17) => Number(70),
            (IPV6, 18) => Number(69),
            (IPV6, 19) => Flag(8),
            (IPV6, 20 | 21) => GroupV6 { joins: name == 20 },
            (IPV6, 26) => Flag(5),
            _ => return None,
        };
        (setting.number() <= LAST || is_more_than_wasix()).then_some(setting)
    }

    fn number(self) -> u32 {
        match self {
            Self::Flag(number)
            | Self::Number(number)
            | Self::Told(number)
            | Self::Seconds(number)
            | Self::Time(number)
            | Self::Linger(number) => number,
            Self::GroupV4 { .. } | Self::GroupV6 { .. } => 0,
        }
    }
}
