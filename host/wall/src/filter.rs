//! The table of system calls as a filter, on all threads.

use crate::WallError;
use crate::calls::ALLOWED;
use crate::condition::{Network, compile};
use seccompiler::{BpfProgram, Error, SeccompAction, SeccompFilter, TargetArch, apply_filter_all_threads};
use std::collections::BTreeMap;

/// Closes all system calls but those of the table, on all threads of the process.
pub(crate) fn install(network: Network) -> Result<(), WallError> {
    let (clone3, list) = programs(network)?;
    // The list closes the way to further filters.
    apply_filter_all_threads(&clone3)?;
    Ok(apply_filter_all_threads(&list)?)
}

/// The filter of `clone3`, and that of all the others.
fn programs(network: Network) -> seccompiler::Result<(BpfProgram, BpfProgram)> {
    let architecture: TargetArch = std::env::consts::ARCH.try_into()?;
    // The list leaves it to the other filter.
    let mut rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    for call in ALLOWED {
        if let Some(ways) = compile(call.ways, network, std::process::id())? {
            rules.insert(call.number, ways);
        }
    }
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let list = SeccompFilter::new(rules, refused, SeccompAction::Allow, architecture)?;
    // Its flags are behind a pointer, where no filter looks. C libraries take `clone` where there is no `clone3`.
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let unknown = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let clone3 = SeccompFilter::new(rules, SeccompAction::Allow, unknown, architecture)?;
    Ok((clone3.try_into().map_err(Error::Backend)?, list.try_into().map_err(Error::Backend)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_makes_a_filter_that_fits() {
        for bits in 0..8 {
            let network = Network { tcp: bits & 1 != 0, listening: bits & 2 != 0, udp: bits & 4 != 0 };
            let (_, list) = programs(network).expect("it compiles");
            assert!(list.len() < 1000, "{} instructions", list.len());
        }
    }
}
