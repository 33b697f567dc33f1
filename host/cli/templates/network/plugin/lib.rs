//! Answers HTTP requests, on a thread of its own.

use my_plugin_interface::{ServeError, Serves};

use plugix_guest::{Plugin, plugin};
use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The plugin.
#[derive(Debug, Default)]
pub struct Server {
    answered: Arc<AtomicU64>,
}

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Server {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self::default())
    }
}

#[plugin]
impl Serves for Server {
    fn start(&self, address: &str) -> Result<String, ServeError> {
        let listen = || {
            let listener = TcpListener::bind(address)?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = listen().map_err(|problem: io::Error| ServeError::Address {
            address: address.to_owned(),
            problem: problem.to_string(),
        })?;
        let answered = self.answered.clone();
        // It goes on between the calls, and ends with the plugin.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client that goes away is no fault of the service.
                if answer(client).is_ok() {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Ok(address.to_string())
    }

    fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

fn answer(mut client: TcpStream) -> io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(client.try_clone()?);
    lines.read_line(&mut request)?;
    // The rest of the head is of no interest.
    let mut line = String::new();
    while lines.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or("/");
    let body = format!("Hello from {path}\n");
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length";
    write!(client, "{head}: {}\r\n\r\n{body}", body.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_request_is_answered() -> Result<(), Box<dyn Error>> {
        let server = Server::default();
        let mut client = TcpStream::connect(server.start("127.0.0.1:0")?)?;
        write!(client, "GET /there HTTP/1.1\r\nHost: here\r\n\r\n")?;
        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        assert!(answer.ends_with("\r\n\r\nHello from /there\n"), "{answer}");
        Ok(())
    }

    #[test]
    fn the_policy_allows_no_other_address() {
        // Without a sandbox it may be allowed.
        if cfg!(target_family = "wasm") {
            let refused = Server::default().start("0.0.0.0:0");
            assert!(
                matches!(refused, Err(ServeError::Address { .. })),
                "{refused:?}"
            );
        }
    }
}
