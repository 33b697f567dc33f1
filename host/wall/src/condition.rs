//! When a system call is open: for which walls, and with which arguments.

use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

/// One way to make a system call: each of the checks holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) with: With,
    pub(crate) checks: &'static [Check],
}

/// Which walls leave a way open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// Each.
    Any,
    /// Those with some network.
    Network,
    /// Those with TCP.
    Tcp,
    /// Those with TCP ports that the process may listen at.
    Listening,
    /// Those with UDP.
    Udp,
}

/// What a wall leaves of the network.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Network {
    pub(crate) tcp: bool,
    pub(crate) listening: bool,
    pub(crate) udp: bool,
}

impl With {
    pub(crate) fn holds(self, network: Network) -> bool {
        match self {
            Self::Any => true,
            Self::Network => network.tcp || network.udp,
            Self::Tcp => network.tcp,
            Self::Listening => network.listening,
            Self::Udp => network.udp,
        }
    }
}

/// What an argument must be. The kernel looks at the lower 32 bits of all of these but pointers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Check {
    Is(u8, u32),
    IsNot(u8, u32),
    /// Of the bits of the first number, exactly those of the second are set.
    Bits(u8, u32, u32),
    IsNull(u8),
    /// The number of this process.
    IsSelf(u8),
}

impl Check {
    fn compile(self, process: u32) -> seccompiler::Result<SeccompCondition> {
        use SeccompCmpArgLen::{Dword, Qword};
        use SeccompCmpOp::{Eq, MaskedEq, Ne};
        let (argument, len, compare, value) = match self {
            Self::Is(argument, value) => (argument, Dword, Eq, value.into()),
            Self::IsNot(argument, value) => (argument, Dword, Ne, value.into()),
            Self::Bits(argument, mask, value) => (argument, Dword, MaskedEq(mask.into()), value.into()),
            Self::IsNull(argument) => (argument, Qword, Eq, 0),
            Self::IsSelf(argument) => (argument, Dword, Eq, process.into()),
        };
        Ok(SeccompCondition::new(argument, len, compare, value)?)
    }
}

/// The rules for a system call. `None` if it is closed; no rules if it is open with all arguments.
pub(crate) fn compile(ways: &[Way], network: Network, process: u32) -> seccompiler::Result<Option<Vec<SeccompRule>>> {
    let mut rules = Vec::new();
    let mut is_open = false;
    for way in ways.iter().filter(|way| way.with.holds(network)) {
        if way.checks.is_empty() {
            return Ok(Some(Vec::new()));
        }
        is_open = true;
        let checks = way.checks.iter().map(|check| check.compile(process)).collect::<seccompiler::Result<_>>()?;
        rules.push(SeccompRule::new(checks)?);
    }
    Ok(is_open.then_some(rules))
}
