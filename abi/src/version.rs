//! The version of everything in this crate.

use bytemuck::{Pod, Zeroable};
use core::fmt;
use serde::{Deserialize, Serialize};

/// A version of the ABI. A host runs a plugin of the same major version, if it knows the minor version.
///
/// `major` changes when a struct, an export or a status code changes its meaning. `minor` changes when one is added.
///
/// ```
/// use plugix_abi::{ABI_VERSION, AbiVersion};
///
/// assert!(ABI_VERSION.is_supported());
/// let later = AbiVersion { minor: ABI_VERSION.minor + 1, ..ABI_VERSION };
/// assert!(!later.is_supported());
/// assert_eq!(AbiVersion { major: 1, minor: 0 }.to_string(), "1.0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable, Serialize, Deserialize)]
#[repr(C)]
pub struct AbiVersion {
    /// Incompatible revisions.
    pub major: u16,
    /// Compatible additions.
    pub minor: u16,
}

/// The version that this crate describes, and that a plugin built with it declares.
pub const ABI_VERSION: AbiVersion = AbiVersion { major: 1, minor: 0 };

/// The oldest version that a host built with this crate still runs.
pub const OLDEST_ABI_VERSION: AbiVersion = AbiVersion { major: 1, minor: 0 };

impl AbiVersion {
    /// Whether a host built with this crate can run a plugin that declares this version.
    pub fn is_supported(self) -> bool {
        (OLDEST_ABI_VERSION..=ABI_VERSION).contains(&self)
    }
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

const _: () = assert!(size_of::<AbiVersion>() == 4 && align_of::<AbiVersion>() == 2);
