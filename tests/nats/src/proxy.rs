//! A network between clients and a server that fails as a test says.

mod connection;

use anyhow::Result;
use connection::{Connection, Connections};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All bytes go through.
    Pass,
    /// Connections stay open, and new ones are taken. But no byte and no end of a connection goes through, as if a cable were
    /// cut. What is held back goes through after the next [`Mode::Pass`].
    Drop,
    /// Connections are closed, and new ones are closed at once.
    Refuse,
}

/// A way to one server. It passes bytes both ways, until a test has it fail. All its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    connections: Arc<Connections>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A way to this address, on a port of its own. Nothing needs to listen at the address yet.
    ///
    /// # Errors
    /// If there is no port to be had.
    pub fn start(to: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let connections = Arc::new(Connections::new());
        let shared = connections.clone();
        let thread = thread::spawn(move || accept(&listener, to, &shared));
        Ok(Self { address, connections, thread: Some(thread) })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect to, for them: `nats://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Changes what happens to connections: to all that there are, and to new ones. When this returns, no byte that is sent
    /// from now on is treated as before.
    pub fn set(&self, mode: Mode) {
        self.connections.set(mode);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.connections.end();
        // The thread waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes connections, each with its threads, until the proxy ends. Then it waits for the threads.
fn accept(listener: &TcpListener, to: SocketAddr, connections: &Connections) {
    thread::scope(|scope| {
        for client in listener.incoming() {
            if connections.is_over() {
                return;
            }
            // Without a stream the client has gone away again.
            let Some(connection) = client.ok().and_then(|client| Connection::new(client, connections)) else {
                continue;
            };
            scope.spawn(move || connection.run(to));
        }
    });
}
