//! Addresses of sockets.

use crate::{Errno, Result};
use rustix::net::{AddressFamily, SocketAddrAny, SocketAddrUnix};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Where a socket is, or whom it talks to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// A path of a Unix socket; empty if it has none.
    Unix(PathBuf),
}

impl Address {
    pub(super) fn ip(&self) -> Result<SocketAddr> {
        match self {
            Self::Ip(address) => Ok(*address),
            Self::Unix(_) => Err(Errno::Afnosupport),
        }
    }

    pub(super) fn to_kernel(&self) -> Result<SocketAddrAny> {
        match self {
            Self::Ip(address) => Ok((*address).into()),
            // A path that begins with NUL would be a name that no folder has.
            Self::Unix(path) if path.as_os_str().as_bytes().first().is_none_or(|first| *first == 0) => {
                Err(Errno::Inval)
            }
            Self::Unix(path) => Ok(SocketAddrUnix::new(path)?.into()),
        }
    }

    pub(super) fn from_kernel(address: SocketAddrAny) -> Result<Self> {
        if address.address_family() != AddressFamily::UNIX {
            return Ok(Self::Ip(address.try_into()?));
        }
        let unix = SocketAddrUnix::try_from(address)?;
        Ok(Self::Unix(
            unix.path_bytes().map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path))).unwrap_or_default(),
        ))
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::Ip(address)
    }
}
