//! Other programs of Debian's, for tests: unpacked into the cache with the libraries that the machine lacks.

use std::path::PathBuf;

use crate::debian::{self, Apt};
use crate::{Cache, Environment, Error, Progress};

/// The folder into which packages of Debian's are unpacked, with the libraries that the machine lacks. `kind` names the
/// entry in the cache. Nothing is installed, and what is in the cache needs no network.
///
/// # Errors
/// [`Error::NoPackages`] if the archive lacks one or this machine has no apt, [`Error::NoArchive`] without a network,
/// and [`Error::Io`] for the cache.
pub fn debian_programs(
    kind: &str,
    packages: &[&str],
    environment: &Environment,
    progress: Progress,
) -> Result<PathBuf, Error> {
    let cache = Cache::locate(environment)?;
    if let Some(entry) = cache.entries(kind).pop() {
        return Ok(entry);
    }
    debian::available(environment).map_err(|reason| Error::NoPackages {
        archive: reason,
        wanted: packages.join(", "),
        help: "install it by other means",
    })?;
    cache.exclusively(|exclusive| {
        // Another process may have fetched it while this one waited.
        if let Some(entry) = cache.entries(kind).pop() {
            return Ok(entry);
        }
        let lists = exclusive.scratch()?;
        let apt = Apt::open(lists.path(), environment, progress)?;
        let packages = apt.programs(packages)?;
        exclusive.publish(kind, &debian::set_name(&packages), |folder| apt.unpack(&packages, folder, progress))
    })
}
