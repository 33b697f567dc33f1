//! Whether a caller and an implementation of an interface fit together.
//!
//! They do if their versions have the same major number and the implementation has every method of the caller's that
//! has no default body, with the same hash. Methods that only the implementation has don't matter.

mod error;

pub use error::InterfaceError;

use plugix_abi::interface::InterfaceInfo;
use plugix_abi::interface::descriptor::{Descriptor, hash_method};

/// Finds the interface that a caller wants among those that a plugin implements. Returns for each method of the
/// caller's whether the plugin has it.
///
/// # Errors
/// When the plugin lacks the interface or doesn't fit it.
pub fn find(wanted: &InterfaceInfo, implemented: &[Descriptor]) -> Result<Vec<bool>, InterfaceError> {
    let Some(found) = implemented.iter().find(|found| found.name == wanted.name) else {
        return Err(InterfaceError::NotImplemented {
            interface: wanted.name.to_owned(),
            implemented: implemented.iter().map(|found| found.name.clone()).collect(),
        });
    };
    if wanted.version.major != found.version.major {
        return Err(InterfaceError::Version {
            interface: found.name.clone(),
            wanted: wanted.version,
            found: found.version,
        });
    }
    wanted
        .methods
        .iter()
        .map(|method| match found.methods.iter().find(|found| found.name == method.name) {
            Some(there) if there.hash == hash_method(method) => Ok(true),
            Some(there) => Err(changed(&found.name, method.name, method.signature, &there.signature)),
            None if method.optional => Ok(false),
            None => Err(missing(&found.name, method.signature)),
        })
        .collect()
}

/// Checks that the host's implementation has what a plugin wants of it.
///
/// # Errors
/// When it lacks a method that the plugin can't do without, or has another one of that name.
pub fn check_provided(wanted: &Descriptor, provided: &InterfaceInfo) -> Result<(), InterfaceError> {
    if wanted.version.major != provided.version.major {
        return Err(InterfaceError::Version {
            interface: wanted.name.clone(),
            wanted: wanted.version,
            found: provided.version,
        });
    }
    wanted.methods.iter().try_for_each(|method| {
        match provided.methods.iter().find(|provided| provided.name == method.name) {
            Some(there) if hash_method(there) == method.hash => Ok(()),
            Some(there) => Err(changed(&wanted.name, &method.name, &method.signature, there.signature)),
            None if method.optional => Ok(()),
            None => Err(missing(&wanted.name, &method.signature)),
        }
    })
}

fn missing(interface: &str, signature: &str) -> InterfaceError {
    InterfaceError::MissingMethod { interface: interface.to_owned(), signature: signature.to_owned() }
}

fn changed(interface: &str, method: &str, wanted: &str, found: &str) -> InterfaceError {
    let details = match wanted == found {
        true => " (a type in it has other fields)".to_owned(),
        false => String::new(),
    };
    InterfaceError::ChangedMethod {
        interface: interface.to_owned(),
        method: method.to_owned(),
        wanted: wanted.to_owned(),
        found: found.to_owned(),
        details,
    }
}
