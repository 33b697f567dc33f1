//! Why a plugin and a host don't agree on an interface.

use super::Difference;
use plugix_abi::interface::Version;
use thiserror::Error as ThisError;

/// Why a plugin and a host don't agree on an interface.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum InterfaceError {
    /// The plugin has other interfaces, or none.
    #[error("the plugin doesn't implement `{interface}`; it implements {}", list(.implemented))]
    NotImplemented {
        /// The interface that was asked for.
        interface: String,
        /// Those that the plugin has.
        implemented: Vec<String>,
    },
    /// The plugin wants an interface that the host was not given.
    #[error("the plugin needs the host to provide `{interface}`; it provides {}", list(.provided))]
    NotProvided {
        /// The interface that the plugin needs.
        interface: String,
        /// Those that the host has.
        provided: Vec<String>,
    },
    /// The two sides have incompatible versions.
    #[error("`{interface}` is asked for in version {wanted} and there in version {found}, another major version")]
    Version {
        /// The interface's name.
        interface: String,
        /// The caller's version.
        wanted: Version,
        /// The implementation's version.
        found: Version,
    },
    /// The implementation lacks a method that has no default.
    #[error(
        "`{interface}` lacks the method `{signature}`: wanted in version {wanted}, not found in version {found}; a method \
         that comes later needs a default body, or `#[since(\"…\")]`"
    )]
    MissingMethod {
        /// The interface's name.
        interface: String,
        /// The caller's signature of the method.
        signature: String,
        /// The caller's version.
        wanted: Version,
        /// The implementation's version.
        found: Version,
    },
    /// The implementation's method takes or returns something else.
    #[error("`{interface}` has another `{method}`: wanted `{wanted}`, found `{found}`; {difference}")]
    ChangedMethod {
        /// The interface's name.
        interface: String,
        /// The method's name.
        method: String,
        /// The caller's signature.
        wanted: String,
        /// The implementation's signature.
        found: String,
        /// Where the two differ first.
        difference: Box<Difference>,
    },
    /// The host's own interface can't be compared, since it names too many types.
    #[error("`{interface}` has too many types to be compared: pass less, or the same as the other side")]
    TooLarge {
        /// The interface's name.
        interface: String,
    },
    /// The plugin claims a method that it doesn't export.
    #[error("the plugin claims `{interface}` `{method}` but doesn't export it")]
    NotExported {
        /// The interface's name.
        interface: String,
        /// The method's name.
        method: String,
    },
}

impl InterfaceError {
    /// Whether the plugin doesn't have the interface in this major version. Another version may fit.
    pub fn is_other_version(&self) -> bool {
        matches!(self, Self::Version { .. } | Self::NotImplemented { .. })
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}
