//! A client that a test speaks through, line by line.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a client says first, if it has nothing to say.
const NOBODY: &str = "{}";

/// What a socket is, and TLS on it.
pub(super) trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// A connection to a server that has said `INFO`.
pub(super) struct Client {
    stream: BufReader<Box<dyn Stream>>,
    pub(super) info: Value,
}

/// Connects. What doesn't come in time is an error.
pub(super) fn connect(address: SocketAddr, patience: Duration) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    Ok(stream)
}

/// Reads the server's first line: no byte more, since TLS may follow.
pub(super) fn info(stream: &mut TcpStream) -> Result<Value> {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.extend(byte);
    }
    let line = String::from_utf8(line)?;
    Ok(serde_json::from_str(line.strip_prefix("INFO ").context("the first line is INFO")?)?)
}

impl Client {
    /// A client that hasn't said who it is.
    pub(super) fn new(address: SocketAddr) -> Result<Self> {
        let mut stream = connect(address, PATIENCE)?;
        let info = info(&mut stream)?;
        Ok(Self::of(Box::new(stream), info))
    }

    pub(super) fn of(stream: Box<dyn Stream>, info: Value) -> Self {
        Self { stream: BufReader::new(stream), info }
    }

    /// A client that is let in.
    pub(super) fn enter(address: SocketAddr) -> Result<Self> {
        let mut client = Self::new(address)?;
        let answer = client.hello(NOBODY)?;
        ensure!(answer == "PONG", "{answer}");
        Ok(client)
    }

    /// Says who it is, and returns the answer: `PONG`, or why it isn't let in.
    pub(super) fn hello(&mut self, options: &str) -> Result<String> {
        self.say(&format!("CONNECT {options}\r\nPING\r\n"))?;
        self.news()
    }

    /// The next line that isn't there for good manners.
    pub(super) fn news(&mut self) -> Result<String> {
        loop {
            let line = self.line()?;
            // Servers in a cluster may tell anew about themselves, and without a word on it each line gets an `+OK`.
            if !line.starts_with("INFO ") && line != "+OK" {
                return Ok(line);
            }
        }
    }

    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        self.stream.get_mut().write_all(text.as_bytes())?;
        Ok(self.stream.get_mut().flush()?)
    }

    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        ensure!(line.ends_with("\r\n"), "the connection has ended: {line:?}");
        Ok(line.trim_end().to_owned())
    }

    /// Asks, and returns the JSON of the answer.
    pub(super) fn ask(&mut self, subject: &str, question: &str) -> Result<Value> {
        self.say(&format!("SUB answers 1\r\nUNSUB 1 1\r\nPUB {subject} answers {}\r\n{question}\r\n", question.len()))?;
        loop {
            let line = self.line()?;
            if line.starts_with("MSG answers ") {
                return Ok(serde_json::from_str(&self.line()?)?);
            }
            ensure!(!line.starts_with("-ERR"), "{line}");
        }
    }
}
