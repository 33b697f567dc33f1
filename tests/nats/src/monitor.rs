//! What a server tells about itself, by HTTP.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may take to become ready. A machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How long a server is left alone between two questions.
const PAUSE: Duration = Duration::from_millis(10);

/// How long one question may take.
const ANSWER: Duration = Duration::from_secs(10);

/// Connects, for a question.
pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, ANSWER)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    Ok(stream)
}

/// Asks for a page, and reads its JSON.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<Value> {
    let mut stream = connect(address)?;
    // With this version the body is sent in one part, and ends with the connection.
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{path} has no body: {answer}"))?;
    serde_json::from_str(body).with_context(|| format!("{path} is no JSON: {body}"))
}

/// Asks again and again until there is an answer, or gives the last reason why there is none. `ask` answers with `None` if it
/// makes no sense to wait.
pub(crate) fn wait<T>(mut ask: impl FnMut() -> Result<Result<T>>) -> Result<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        match ask()? {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() > end => return Err(error.context(format!("not within {PATIENCE:?}"))),
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
