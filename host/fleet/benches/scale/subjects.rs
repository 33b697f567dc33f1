//! Subscriptions of a large fleet, without the fleet: one connection that speaks the protocol by hand.

use anyhow::{Result, ensure};
use plugix_nats::Server;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Instant;

/// How many subscriptions are made.
const COUNT: usize = 100_000;

/// How many messages are sent to them.
const MESSAGES: usize = 1000;

/// Prints what subscriptions cost the server: of many interfaces, and of one that all plugins have.
pub(crate) fn print() -> Result<()> {
    let many = |plugin: usize| format!("plugix.Work{plugin}.v1.*");
    let one = |_: usize| "plugix.Work.v1.*".to_owned();
    cost("of as many interfaces", many, "plugix.Work7.v1.nothing")?;
    cost("of one interface", one, "plugix.Work.v1.nothing")
}

fn cost(what: &str, subject: impl Fn(usize) -> String, call: &str) -> Result<()> {
    let nats = Server::start()?;
    let memory = || anyhow::Ok(nats.monitor("/varz")?["mem"].as_f64().unwrap_or_default());
    let mut connection = BufReader::new(TcpStream::connect(nats.address())?);
    connection.read_line(&mut String::new())?;
    exchange(&mut connection, "CONNECT {\"verbose\":false}\r\n")?;
    let before = memory()?;
    let mut lines = String::new();
    for plugin in 0..COUNT {
        write!(lines, "SUB {} plugix {plugin}\r\n", subject(plugin))?;
    }
    let seconds = exchange(&mut connection, &lines)?;
    let bytes = (memory()? - before) / COUNT as f64;
    let call = format!("PUB {call} 0\r\n\r\n");
    // The server looks for those who listen once, until that changes.
    let first = exchange(&mut connection, &call)?;
    let next = exchange(&mut connection, &call.repeat(MESSAGES))? / MESSAGES as f64;
    println!(
        "{COUNT} subscriptions {what}: {:.1} µs and {bytes:.0} B of memory each; the first message takes {:.2} ms, others {:.1} µs",
        seconds * 1e6 / COUNT as f64,
        first * 1e3,
        next * 1e6
    );
    Ok(())
}

/// Sends some lines, and waits until the server has read them. Returns the seconds that it took.
fn exchange(connection: &mut BufReader<TcpStream>, lines: &str) -> Result<f64> {
    let begun = Instant::now();
    connection.get_mut().write_all(lines.as_bytes())?;
    connection.get_mut().write_all(b"PING\r\n")?;
    let mut line = String::new();
    while line != "PONG\r\n" {
        line.clear();
        ensure!(connection.read_line(&mut line)? > 0, "the server has closed the connection");
        ensure!(!line.starts_with("-ERR"), "the server says {line}");
    }
    Ok(begun.elapsed().as_secs_f64())
}
