//! The wall around the process: what the plugin's policy names, and nothing else.

use crate::error::{Chain, LoadError};
use crate::policy::Policy;
use plugix_system::{Access, Reach, Source};
use plugix_wall::{Enclosed, Need, Wall, WallError};

/// What finding the addresses of names needs, where it is.
const NAMES: [&str; 6] =
    ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/run/systemd/resolve"];

/// The port of DNS, for answers that are too long for a datagram.
const DNS: u16 = 53;

/// Descriptors of the process's own, beside the plugin's.
const OWN_DESCRIPTORS: u64 = 256;

/// Encloses the process, which has one thread.
pub(super) fn enclose(policy: &Policy, memory: u64, required: bool) -> Result<Enclosed, LoadError> {
    let need = if required { Need::All } else { Need::BestEffort };
    let wall = Wall::new().need(need).memory(memory);
    // Each descriptor of the plugin's may have a second one, for locks.
    let wall = wall.open_files(2 * u64::from(policy.max_open_files) + OWN_DESCRIPTORS);
    let wall = policy.mounts.iter().fold(wall, |wall, mount| match &mount.source {
        // What isn't there is the policy's fault, which is told when the plugin starts.
        Source::Folder { host, .. } if !host.exists() => wall,
        Source::Folder { host, access: Access::ReadOnly, .. } => wall.read(host),
        Source::Folder { host, access: Access::ReadWrite, .. } => wall.write(host),
        Source::Device(device) => wall.write(device.path()),
        Source::Scratch { .. } => wall,
    });
    network(wall, &policy.network.reach()).enclose().map_err(failed)
}

fn network(wall: Wall, reach: &Reach) -> Wall {
    let wall = match (&reach.connect_tcp, &reach.listen_tcp) {
        (Some(connect), Some(listen)) => {
            let names = reach.names.then_some(DNS);
            wall.connect_tcp(connect.iter().copied().chain(names)).bind_tcp(listen.iter().copied())
        }
        _ => wall.any_tcp(),
    };
    let wall = wall.udp(reach.udp || reach.names);
    let names = NAMES.iter().filter(|file| reach.names && std::path::Path::new(file).exists());
    names.fold(wall, |wall, file| wall.read(*file))
}

/// Closes what only loading needed. Returns what the kernel lacks of the wall.
pub(super) fn seal(enclosed: Enclosed) -> Result<Vec<String>, LoadError> {
    let raised = enclosed.seal().map_err(failed)?;
    Ok(raised.lacks().iter().map(ToString::to_string).collect())
}

fn failed(error: WallError) -> LoadError {
    LoadError::Wall { problem: Chain(&error).to_string() }
}
