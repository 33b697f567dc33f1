//! A server ends with the process that has started it, however that ends.

use super::*;
use anyhow::{Context as _, ensure};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

/// Tells the child that it is one.
const CHILD: &str = "PLUGIX_NATS_TEST_CHILD";

#[test]
fn a_server_dies_with_a_killed_process() -> Result<()> {
    if find_or_skip("a_server_dies_with_a_killed_process").is_none() {
        return Ok(());
    }
    // A killed process doesn't remove its files.
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(std::env::current_exe()?);
    child.args(["--exact", "--nocapture", "tests::death::starts_a_server_in_a_child"]);
    child.env(CHILD, "1").env("TMPDIR", folder.path());
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    let address = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("address ")?.parse().ok());
    let address: SocketAddr = address.context("the child tells an address")?;
    Client::enter(address)?;
    child.kill()?;
    child.wait()?;
    wait(|| {
        ensure!(TcpStream::connect(address).is_err(), "the server is still there");
        Ok(())
    })
}

/// In the child it keeps a server until it is killed. Otherwise it has nothing to do.
#[test]
fn starts_a_server_in_a_child() -> Result<()> {
    if std::env::var_os(CHILD).is_none() {
        return Ok(());
    }
    let server = Server::start()?;
    println!("\naddress {}", server.address());
    // Its input never ends.
    std::io::stdin().read_line(&mut String::new())?;
    drop(server);
    Ok(())
}
