//! The plugin in a host: the host is a client of the service.

use my_plugin_interface::Serves;

use plugix_testing::Crate;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[test]
fn it_serves() -> Result<(), Box<dyn Error>> {
    // With what its `plugix.toml` allows.
    let plugin = Crate::build("../plugin")?.start()?;
    let service = plugin.bind::<dyn Serves>()?;
    let mut client = TcpStream::connect(service.start("127.0.0.1:0")?)?;
    write!(client, "GET /here HTTP/1.1\r\nHost: there\r\n\r\n")?;
    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    assert!(answer.ends_with("Hello from /here\n"), "{answer}");
    Ok(())
}
