//! The policy of those who want none.

use super::{OPEN_FILES_RANGE, Policy};
use crate::sandbox::files::Access;
use crate::sandbox::network::Network;

impl Policy {
    /// Allows all that the host process may do itself, as far as a plugin can do it: the whole file system of the host
    /// at `/host`, to be read and changed; every address and name of every network, private ones and the host's own
    /// services included; the host's environment; 4 GiB of memory. Some limits stay, against accidents.
    ///
    /// A plugin with this policy has to be trusted like the host itself. It is sandboxed no more.
    #[must_use]
    pub fn insecure_allow_all() -> Self {
        // A variable that is no text can't be passed on.
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os()
            .filter_map(text)
            .fold(Self::new(), |policy, (name, value)| policy.env(name, value))
            .mount("/", "/host", Access::ReadWrite)
            .max_open_files(*OPEN_FILES_RANGE.end())
            .memory(1 << 32)
            .network(Network::unrestricted())
    }
}
