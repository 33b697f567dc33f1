//! Uses the sockets of `std`: as a client, as a server, and without being allowed to.

mod blocked;
mod datagrams;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Mutex;
use std::thread;

plugix_guest::metadata!("Uses the network");

/// The listener that one call binds and another serves.
static LISTENER: Mutex<Option<TcpListener>> = Mutex::new(None);

plugix_guest::export! {
    /// Connects, sends a text and returns what comes back.
    fn echo(to: &[u8]) -> Result<String, String> {
        client(text(to)).map_err(describe)
    }

    /// Whether a connection can be made, and to whom.
    fn connect(to: &[u8]) -> Result<String, String> {
        let stream = TcpStream::connect(text(to)).map_err(describe)?;
        Ok(stream.peer_addr().map_err(describe)?.to_string())
    }

    /// Connects with a timeout. Such a connection is made in another way.
    fn connect_timeout(to: &[u8]) -> Result<String, String> {
        let to: SocketAddr = text(to).parse().map_err(|_| "no address".to_owned())?;
        TcpStream::connect_timeout(&to, std::time::Duration::from_secs(5)).map_err(describe)?;
        Ok("connected".into())
    }

    /// The addresses of a name and a port.
    fn resolve(name: &[u8]) -> Result<String, String> {
        let found: Vec<_> = text(name).to_socket_addrs().map_err(describe)?.map(|found| found.to_string()).collect();
        Ok(found.join(" "))
    }

    /// Listens, and returns the address.
    fn listen(at: &[u8]) -> Result<String, String> {
        let listener = TcpListener::bind(text(at)).map_err(describe)?;
        let at = listener.local_addr().map_err(describe)?;
        *LISTENER.lock().unwrap() = Some(listener);
        Ok(at.to_string())
    }

    /// Serves one client of the listener on a thread of its own.
    fn serve(_args: &[u8]) -> () {
        let listener = LISTENER.lock().unwrap().take().unwrap();
        thread::spawn(move || server(&listener));
    }

    /// Is both ends of a connection.
    fn both_ends(at: &[u8]) -> Result<String, String> {
        let listener = TcpListener::bind(text(at)).map_err(describe)?;
        let at = listener.local_addr().map_err(describe)?.to_string();
        let server = thread::spawn(move || server(&listener));
        let answer = client(&at).map_err(describe)?;
        server.join().unwrap();
        Ok(answer)
    }

    /// Sends and receives many bytes at once over one connection, and returns how many came back.
    fn bulk(to: &[u8]) -> Result<String, String> {
        let mut stream = TcpStream::connect(text(to)).map_err(describe)?;
        let mut writer = stream.try_clone().map_err(describe)?;
        let data = vec![7; 4 << 20];
        let len = data.len();
        let sender = thread::spawn(move || writer.write_all(&data).and_then(|()| writer.shutdown(std::net::Shutdown::Write)));
        let mut back = Vec::new();
        stream.read_to_end(&mut back).map_err(describe)?;
        sender.join().unwrap().map_err(describe)?;
        Ok(format!("{}", back == vec![7; len]))
    }

    /// Opens sockets until it can't, and says how many there were and why it stopped.
    fn hoard(at: &[u8]) -> String {
        let mut sockets = Vec::new();
        loop {
            match TcpListener::bind(text(at)) {
                Ok(socket) => sockets.push(socket),
                Err(error) => return format!("{} {}", sockets.len(), describe(error)),
            }
        }
    }
}

fn client(to: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    stream.write_all(b"hello")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Sends back what a client sends, in capitals.
fn server(listener: &TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut heard = [0; 5];
    stream.read_exact(&mut heard).unwrap();
    stream.write_all(&heard.to_ascii_uppercase()).unwrap();
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn describe(error: io::Error) -> String {
    match error.kind() {
        // Where `std` has no kind for an error, the system's number tells it.
        kind if format!("{kind:?}") == "Uncategorized" => error.to_string(),
        kind => format!("{kind:?}"),
    }
}
