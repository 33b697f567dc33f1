//! Somebody who asks the console by plain HTTP, as programs do.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

/// Somebody who has the token.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The page's address, as the console prints it.
    pub(crate) address: String,
    /// The name and port.
    pub(crate) host: String,
    /// The secret.
    pub(crate) token: String,
}

/// What the console answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn new(address: &str) -> Result<Self> {
        let rest = address.strip_prefix("http://").context("it is plain HTTP")?;
        let (host, token) = rest.split_once("/?token=").context("the address has a token")?;
        Ok(Self { address: address.to_owned(), host: host.to_owned(), token: token.to_owned() })
    }

    /// Asks with these headers and no others.
    pub(crate) fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
        let mut stream = self.send(method, path, headers, body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer has a head")?;
        let status = head.split(' ').nth(1).context("an answer has a status")?.parse()?;
        Ok(Answer { status, headers: head.to_ascii_lowercase(), body: body.to_owned() })
    }

    /// Asks with the token.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<(u16, Value)> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("host", &*self.host), ("authorization", &bearer), ("content-type", "application/json")];
        let answer = self.raw(method, path, &headers, body)?;
        let value = serde_json::from_str(&answer.body).with_context(|| format!("{answer:?} is no JSON"))?;
        Ok((answer.status, value))
    }

    /// Asks for what has to succeed.
    pub(crate) fn done(&self, method: &str, path: &str, body: &[u8]) -> Result<Value> {
        let (status, value) = self.ask(method, path, body)?;
        ensure!(status == 200, "{method} {path}: {status} {value}");
        Ok(value)
    }

    /// Asks for what has to fail, and returns the kind of the failure.
    pub(crate) fn refused(&self, method: &str, path: &str, body: &[u8]) -> Result<String> {
        let (status, value) = self.ask(method, path, body)?;
        ensure!(status >= 400, "{method} {path}: {status} {value}");
        Ok(value["kind"].as_str().context("a failure has a kind")?.to_owned())
    }

    /// Calls a method of a plugin.
    pub(crate) fn call(&self, plugin: &str, method: &str, args: Value) -> Result<Value> {
        let body = serde_json::json!({ "method": method, "args": args }).to_string();
        Ok(self.done("POST", &format!("/api/plugins/{plugin}/call"), body.as_bytes())?["result"].take())
    }

    /// What the page is told of a plugin.
    pub(crate) fn plugin(&self, name: &str) -> Result<Value> {
        let mut all = self.done("GET", "/api/plugins", b"")?;
        let all = all["plugins"].as_array_mut().context("a list")?;
        Ok(all.iter().find(|plugin| plugin["name"] == name).cloned().unwrap_or_default())
    }

    /// Waits for something that happens, or that has happened.
    pub(crate) fn wait_for(&self, text: &str) -> Result<()> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("host", &*self.host), ("authorization", &bearer)];
        for line in BufReader::new(self.send("GET", "/api/events", &headers, b"")?).lines() {
            if line?.contains(text) {
                return Ok(());
            }
        }
        anyhow::bail!("the events end without {text:?}")
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.host)?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        // The console may answer before it has all, and close.
        let _ = stream.write_all(body);
        Ok(stream)
    }
}
