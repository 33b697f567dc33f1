//! UDP.

use crate::{describe, text};
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Duration;

static SOCKET: Mutex<Option<UdpSocket>> = Mutex::new(None);

plugix_guest::export! {
    /// Binds the socket that the other calls use, and returns its address.
    fn udp_bind(at: &[u8]) -> Result<String, String> {
        let socket = UdpSocket::bind(text(at)).map_err(describe)?;
        // The system has no timeouts for datagrams.
        socket.set_nonblocking(true).map_err(describe)?;
        let at = socket.local_addr().map_err(describe)?;
        *SOCKET.lock().unwrap() = Some(socket);
        Ok(at.to_string())
    }

    /// Sends a datagram.
    fn udp_send(to: &[u8]) -> Result<String, String> {
        let socket = SOCKET.lock().unwrap();
        let sent = socket.as_ref().unwrap().send_to(b"datagram", text(to)).map_err(describe)?;
        Ok(sent.to_string())
    }

    /// Connects the socket and sends a datagram.
    fn udp_send_connected(to: &[u8]) -> Result<String, String> {
        let socket = SOCKET.lock().unwrap();
        let socket = socket.as_ref().unwrap();
        socket.connect(text(to)).map_err(describe)?;
        Ok(socket.send(b"datagram").map_err(describe)?.to_string())
    }

    /// Receives a datagram, and says what it was and from whom.
    fn udp_receive(_args: &[u8]) -> Result<String, String> {
        let mut buffer = [0; 64];
        let socket = SOCKET.lock().unwrap();
        let (len, from) = receive(socket.as_ref().unwrap(), &mut buffer)?;
        Ok(format!("{} {from}", String::from_utf8_lossy(&buffer[..len])))
    }

    /// Receives a datagram and answers it.
    fn udp_answer(_args: &[u8]) -> Result<String, String> {
        let mut buffer = [0; 64];
        let socket = SOCKET.lock().unwrap();
        let socket = socket.as_ref().unwrap();
        let (len, from) = receive(socket, &mut buffer)?;
        socket.send_to(&buffer[..len].to_ascii_uppercase(), from).map_err(describe)?;
        Ok(from.to_string())
    }
}

/// Waits a while.
fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> Result<(usize, SocketAddr), String> {
    for _ in 0..50 {
        match socket.recv_from(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(Duration::from_millis(10)),
            outcome => return outcome.map_err(describe),
        }
    }
    Err("nothing came".into())
}
