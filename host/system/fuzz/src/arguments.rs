//! Arguments of calls, out of bytes.

use plugix_system::{Address, CURRENT, Time};
use std::net::SocketAddr;
use std::path::PathBuf;

const NAMES: [&[u8]; 16] = [
    b"d",
    b"s",
    b"r",
    b"dev",
    b"null",
    b"a",
    b"b",
    b"link",
    b"out",
    b"..",
    b".",
    b"",
    b"\0",
    b"\xff",
    b"file",
    b"a/b/../..",
];

/// Bytes that are read as arguments; zeros follow the last.
pub(crate) struct Arguments<'b>(pub(crate) &'b [u8]);

impl Arguments<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// Small ones, those at the ends, and others.
    pub(crate) fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            0xfe => 1 << 63,
            0xfd => i64::MAX as u64,
            0xfc => 1 << 32,
            0xfb => u64::from(u32::MAX),
            0xfa => (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte())),
            0xf0..0xfa => u64::from(self.byte()) << 8 | u64::from(self.byte()),
            small => small.into(),
        }
    }

    pub(crate) fn fd(&mut self) -> u32 {
        match self.byte() {
            0xff => CURRENT,
            0xfe => u32::MAX,
            0xfd => 1 << 31,
            byte => u32::from(byte % 24),
        }
    }

    pub(crate) fn path(&mut self) -> Vec<u8> {
        let kind = self.byte();
        match kind {
            0xff => vec![b'n'; self.number().min(6_000) as usize],
            0xfe => b"../".repeat(usize::from(self.byte()) * 10),
            0xfd => b"a/".repeat(usize::from(self.byte()) * 10),
            _ => {
                let mut path = if kind & 1 == 1 { b"/".to_vec() } else { Vec::new() };
                for at in 0..kind >> 1 & 3 {
                    if at > 0 {
                        path.push(b'/');
                    }
                    path.extend_from_slice(self.one_of(&NAMES));
                }
                path
            }
        }
    }

    pub(crate) fn time(&mut self) -> Time {
        match self.byte() % 3 {
            0 => Time::Keep,
            1 => Time::Now,
            _ => Time::At(self.number()),
        }
    }

    /// All of them are denied.
    pub(crate) fn address(&mut self) -> Address {
        match self.byte() % 3 {
            0 => Address::Ip(SocketAddr::from(([127, 0, 0, self.byte()], self.number() as u16))),
            1 => Address::Ip(SocketAddr::from(([0u16, 0, 0, 0, 0, 0, 0, self.byte().into()], self.number() as u16))),
            _ => {
                use std::os::unix::ffi::OsStringExt;
                Address::Unix(PathBuf::from(std::ffi::OsString::from_vec(self.path())))
            }
        }
    }
}
