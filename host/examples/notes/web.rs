//! A client for web services, as small as it can be: one connection for each request.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// What a service answers: the status, and the body as text.
pub(crate) type Answer = (u16, String);

/// Asks for a path.
pub(crate) fn get(address: &str, path: &str) -> io::Result<Answer> {
    answer(request(address, "GET", path, "")?)
}

/// Sends a text to a path.
pub(crate) fn post(address: &str, path: &str, body: &str) -> io::Result<Answer> {
    answer(request(address, "POST", path, body)?)
}

/// Sends a request, and doesn't wait for the answer.
pub(crate) fn request(address: &str, method: &str, path: &str, body: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    let len = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {len}\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes())?;
    Ok(stream)
}

/// Waits for the answer.
///
/// # Errors
/// If the connection ends without one.
pub(crate) fn answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let parsed = text.split_once("\r\n\r\n").and_then(|(head, body)| {
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    });
    parsed.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended without an answer"))
}
