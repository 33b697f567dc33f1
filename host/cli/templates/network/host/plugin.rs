//! The plugin in a host: the host is a client of the service.

use my_plugin_interface::Serves;

use plugix_host::{Engine, Plugin, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Builds the plugin and starts it, with what its `plugix.toml` allows.
fn plugin() -> Result<Plugin, Box<dyn Error>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let build = Build::new(format!("{root}/Cargo.toml")).package("my-plugin");
    let modules = Toolchain::ensure(Progress::stderr())?.build(&build, Progress::stderr())?;
    let module = Engine::new()?.load_file(&modules[0].path)?;
    Ok(Plugin::new(
        &module,
        &Policy::from_toml_file(format!("{root}/plugin/plugix.toml"))?,
    )?)
}

#[test]
fn it_serves() -> Result<(), Box<dyn Error>> {
    let plugin = plugin()?;
    let service = plugin.bind::<dyn Serves>()?;
    let mut client = TcpStream::connect(service.start("127.0.0.1:0")?)?;
    write!(client, "GET /here HTTP/1.1\r\nHost: there\r\n\r\n")?;
    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    assert!(answer.ends_with("Hello from /here\n"), "{answer}");
    Ok(())
}
