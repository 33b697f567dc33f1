//! What a kernel lacks of a wall.

use crate::kernel::Kernel;
use std::fmt;

/// Something that a wall asks for, that this kernel doesn't have, and that nothing else of the wall makes up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lack {
    /// Landlock isn't there, or is switched off: files are open as far as the user's rights reach, and so are TCP ports.
    Landlock,

    /// Landlock is too old for a part of the wall.
    Part {
        /// For which one.
        part: Part,
        /// The version of Landlock's interface that has it.
        since: u32,
        /// The version that this kernel has.
        has: u32,
    },

    /// There are no filters of system calls: processes can be started, and all of the kernel can be asked.
    Seccomp,
}

/// A part of the wall that came with a version of Landlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Files move between folders that may be written. Without it they don't.
    Moves,
    /// Files that may only be read can't be cut off.
    Truncation,
    /// TCP ports.
    Ports,
    /// Control requests to devices.
    Devices,
    /// Signals to other processes, and their abstract sockets.
    Scopes,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Landlock => f.write_str("Landlock"),
            Self::Part { part, since, has } => write!(f, "version {since} of Landlock (it has {has}) for {part}"),
            Self::Seccomp => f.write_str("filters of system calls"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moves => "moves between folders",
            Self::Truncation => "files that are cut off",
            Self::Ports => "ports",
            Self::Devices => "requests to devices",
            Self::Scopes => "signals to other processes",
        })
    }
}

/// What a wall asks for that not each wall does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Some folder may be written.
    pub(crate) writes: bool,
    /// TCP is closed, or open for some ports only.
    pub(crate) limits_tcp: bool,
    /// There are some ports.
    pub(crate) has_ports: bool,
}

/// What the kernel lacks of that. The filter of system calls makes up for some of it.
pub(crate) fn lacks(kernel: Kernel, wanted: Wanted) -> Vec<Lack> {
    let open = !kernel.has_filters;
    let parts = [
        (Part::Moves, 2, wanted.writes),
        (Part::Truncation, 3, true),
        (Part::Ports, 4, wanted.has_ports || (wanted.limits_tcp && open)),
        (Part::Devices, 5, open),
        (Part::Scopes, 6, open),
    ];
    let has = kernel.landlock;
    let mut lacks = match has {
        0 => vec![Lack::Landlock],
        _ => parts
            .into_iter()
            .filter(|(_, since, is_wanted)| *is_wanted && has < *since)
            .map(|(part, since, _)| Lack::Part { part, since, has })
            .collect(),
    };
    if open {
        lacks.push(Lack::Seccomp);
    }
    lacks
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wanted = Wanted { writes: true, limits_tcp: true, has_ports: true };
    const LITTLE: Wanted = Wanted { writes: false, limits_tcp: true, has_ports: false };

    fn found(landlock: u32, has_filters: bool, wanted: Wanted) -> Vec<Lack> {
        lacks(Kernel { landlock, has_filters }, wanted)
    }

    #[test]
    fn a_new_kernel_lacks_nothing() {
        assert_eq!(found(6, true, ALL), []);
        assert_eq!(found(99, true, ALL), []);
    }

    #[test]
    fn an_old_one_lacks_what_is_wanted_and_what_nothing_makes_up_for() {
        assert_eq!(found(3, true, ALL), [Lack::Part { part: Part::Ports, since: 4, has: 3 }]);
        assert_eq!(found(3, true, LITTLE), []);
        assert_eq!(found(1, true, LITTLE), [Lack::Part { part: Part::Truncation, since: 3, has: 1 }]);
        assert_eq!(found(0, true, ALL), [Lack::Landlock]);
        assert_eq!(found(6, false, ALL), [Lack::Seccomp]);
        assert_eq!(found(3, false, LITTLE).len(), 4);
    }

    #[test]
    fn a_lack_says_what_it_is_for() {
        let lack = Lack::Part { part: Part::Ports, since: 4, has: 3 };
        assert_eq!(lack.to_string(), "version 4 of Landlock (it has 3) for ports");
    }
}
