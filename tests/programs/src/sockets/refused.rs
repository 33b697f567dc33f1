//! Ports where nobody listens.

use crate::told::Told;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// Of connections and listeners.
pub fn connections(_folder: &Path) -> io::Result<String> {
    let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut told = Told::new();
    told.line("waiting", TcpStream::connect(at).map(drop));
    told.line("no time", TcpStream::connect_timeout(&at, Duration::ZERO).map(drop));
    let somebody = TcpListener::bind("127.0.0.1:0")?;
    let timeout = Duration::from_secs(20);
    told.line("refused in time", TcpStream::connect_timeout(&at, timeout).map(drop));
    told.line("with a timeout", TcpStream::connect_timeout(&somebody.local_addr()?, timeout).map(drop));
    told.line("taken", TcpListener::bind("127.0.0.1:0").and_then(|one| TcpListener::bind(one.local_addr()?)).map(drop));
    told.end()
}
