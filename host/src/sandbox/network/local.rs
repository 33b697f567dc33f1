//! The host's own network. All plugins of an engine share it, and one thread waits for its sockets.

use crate::error::LoadError;
use crate::sync::lock::lock;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Handle;
use virtual_net::host::LocalNetworking;
use virtual_net::{InterestHandler, InterestType, VirtualNetworking, VirtualUdpSocket};

/// The waiting thread is woken after this many registrations.
const REGISTRATIONS: u32 = 256;

/// The host's network.
///
/// The thread that waits for sockets handles their registrations only when it wakes up. Until then the registrations
/// pile up. A plugin could wait again and again for something that never comes, and so fill the host's memory
/// (virtual-mio 0.704.2, `selector.rs`). So the thread is woken now and then.
pub(crate) struct Local {
    pub(super) net: LocalNetworking,
    registrations: AtomicU32,
    /// Only replacing the handler of a registered socket wakes the thread.
    bell: Mutex<Box<dyn VirtualUdpSocket + Sync>>,
}

impl Local {
    /// Starts the thread.
    pub(crate) async fn start(io: &Handle) -> Result<Self, LoadError> {
        let failed = |source| LoadError::Io { what: "start the thread that waits for sockets".into(), source };
        let net = {
            let _guard = io.enter();
            // This unwraps what the operating system may refuse.
            catch_unwind(LocalNetworking::new).map_err(|_| failed(io::Error::last_os_error()))?
        };
        let bell = net.bind_udp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), false, false).await;
        let mut bell = bell.map_err(|error| failed(io::Error::other(error)))?;
        bell.set_handler(Box::new(Silent)).map_err(|error| failed(io::Error::other(error)))?;
        Ok(Self { net, registrations: AtomicU32::new(0), bell: Mutex::new(bell) })
    }

    /// Counts a registration, or the end of one.
    pub(super) fn registered(&self) {
        if self.registrations.fetch_add(1, Ordering::Relaxed) % REGISTRATIONS == REGISTRATIONS - 1 {
            let mut bell = lock(&self.bell);
            if let Err(error) = bell.set_handler(Box::new(Silent)) {
                tracing::warn!(%error, "the thread that waits for sockets can't be woken");
            }
        }
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").finish_non_exhaustive()
    }
}

/// Ignores what happens to a socket.
#[derive(Debug)]
struct Silent;

impl InterestHandler for Silent {
    fn push_interest(&mut self, _: InterestType) {}

    fn pop_interest(&mut self, _: InterestType) -> bool {
        false
    }

    fn has_interest(&self, _: InterestType) -> bool {
        false
    }
}
