//! The policy for hosts that want none.

use super::{OPEN_FILES_RANGE, Policy};
use plugix_system::Access;

impl Policy {
    /// Allows everything that the host process itself may do, as far as a plugin can do it. The plugin may read and
    /// change the host's whole file system, at `/host`. It may reach every address and name of every network, private
    /// ones and this machine's own services included. It gets the host's environment, and 4 GiB of memory. Some limits
    /// stay, against accidents.
    ///
    /// Trust a plugin with this policy as you trust the host itself. It is not sandboxed any more.
    #[must_use]
    pub fn insecure_allow_all() -> Self {
        // A variable that is no text can't be passed on.
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let policy = std::env::vars_os()
            .filter_map(text)
            .fold(Self::new(), |policy, (name, value)| policy.env(name, value))
            .mount("/", "/host", Access::ReadWrite)
            .max_open_files(*OPEN_FILES_RANGE.end())
            .memory(1 << 32)
            .stack(64 << 20);
        #[cfg(feature = "network")]
        let policy = policy.network(plugix_system::Network::unrestricted());
        policy
    }
}
