//! Ordinary programs. What they tell as plugins is what they tell natively.

mod appending;
mod crossing;
mod current;
mod files;
mod foreign;
mod links;
mod listing;
mod permissions;
mod sockets;
mod watching;
mod work;

use anyhow::{Context, Result};
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::find;
use plugix_host::Policy;
use plugix_host::policy::{Access, Network};
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// More than any program needs.
const LIMIT: u64 = 1 << 30;

/// A policy with `/data`, and the host's folder behind it.
struct Place {
    name: &'static str,
    policy: Policy,
    folder: Option<TempDir>,
}

/// The three sorts of folders that a plugin can have.
fn places() -> Result<[Place; 3]> {
    let (mounted, limited) = (tempdir()?, tempdir()?);
    Ok([
        Place {
            name: "a mounted folder",
            policy: Policy::new().mount(mounted.path(), "/data", Access::ReadWrite),
            folder: Some(mounted),
        },
        Place {
            name: "a limited folder",
            policy: Policy::new().mount_limited(limited.path(), "/data", LIMIT),
            folder: Some(limited),
        },
        Place { name: "a scratch folder", policy: Policy::new().scratch("/data", LIMIT), folder: None },
    ])
}

/// The places that the host can change as well.
fn shared_places() -> Result<impl Iterator<Item = (Place, TempDir)>> {
    Ok(places()?.into_iter().filter_map(|mut place| place.folder.take().map(|folder| (place, folder))))
}

fn natively(name: &str) -> Result<String> {
    let folder = tempdir()?;
    Ok(find(name).context("no such program")?(folder.path())?)
}

/// What a program tells in a plugin's folder.
fn told(policy: &Policy, name: &str, folder: &str) -> String {
    call(&plugin("programs", policy), "run", format!("{name} {folder}")).unwrap_or_else(|error| format!("{error:#}"))
}

/// Runs a program natively, and as a plugin in a folder of each sort.
fn same_in_folders(name: &str) -> Result<()> {
    let expected = natively(name)?;
    for Place { name: place, policy, folder: _folder } in &places()? {
        assert_eq!(told(policy, name, "/data"), expected, "{name} in {place}");
    }
    Ok(())
}

/// Runs a program natively, and as a plugin that may use the loopback interface.
fn same_on_loopback(name: &str) -> Result<()> {
    let mut network = Network::new();
    for host in ["127.0.0.1", "[::1]"] {
        network = network.connect_tcp(&format!("{host}:*"))?.connect_udp(&format!("{host}:*"))?;
        network = network.listen_tcp(&format!("{host}:*"))?.listen_udp(&format!("{host}:*"))?;
    }
    network = network.listen_udp("0.0.0.0:*")?.listen_udp("239.77.7.7:*")?;
    assert_eq!(told(&Policy::new().network(network), name, "/"), natively(name)?, "{name}");
    Ok(())
}

/// A test for each program.
macro_rules! same {
    ($how:ident, $topic:literal: $($module:ident { $($name:ident),* $(,)? })*) => {
        $(mod $module {
            $(#[test]
            fn $name() -> anyhow::Result<()> {
                super::super::$how(concat!($topic, "::", stringify!($module), "::", stringify!($name)))
            })*
        })*
    };
}
use same;

fn write(folder: &Path, name: &str, content: &str) -> Result<()> {
    Ok(std::fs::write(folder.join(name), content)?)
}
