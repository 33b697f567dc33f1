//! Whether a caller and an implementation of an interface fit together, and what has to be rewritten between them.
//!
//! They do if their versions have the same major number, and the implementation has every method of the caller's that is
//! no later addition, in the same form or in one that was changed in an allowed way ([`plan`]). Methods that only the
//! implementation has don't matter.

mod check;
mod difference;
mod error;
mod plan;
mod rewrite;
mod rewrites;
#[cfg(test)]
mod tests;

pub use check::check;
pub use difference::Difference;
pub use error::InterfaceError;
pub use rewrite::Rewrite;
pub use rewrites::Rewrites;

use difference::Sides;
use plan::compare;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor, Type, hash_method, read_interfaces};
use plugix_abi::interface::{Interface, InterfaceInfo, MethodInfo, Version};
use std::sync::Arc;

/// A method of a caller's, as the implementation has it.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Its place among the methods of the implementation.
    pub method: usize,
    /// What is rewritten on the way, if anything is.
    pub rewrites: Option<Arc<Rewrites>>,
}

/// Finds the interface that a caller wants among those that a plugin implements. Returns each method of the caller's
/// that the plugin has.
///
/// # Errors
/// When the plugin lacks the interface or doesn't fit it.
pub fn find<I: Interface + ?Sized>(implemented: &[Descriptor]) -> Result<Vec<Option<Fit>>, InterfaceError> {
    let Some(found) = implemented.iter().find(|found| found.name == I::NAME) else {
        return Err(InterfaceError::NotImplemented {
            interface: I::NAME.to_owned(),
            implemented: implemented.iter().map(|found| found.name.clone()).collect(),
        });
    };
    let same = |method: &MethodInfo| {
        let at = found.methods.iter().position(|it| {
            it.name == method.name
                && it.hash == hash_method(method)
                && !is_after(it.since, I::VERSION)
                && !is_after(method.since, found.version)
        })?;
        Some(Some(Fit { method: at, rewrites: None }))
    };
    // Most plugins have all methods in the same form. Then the types are not looked at.
    let all = I::METHODS.iter().map(same).collect::<Option<Vec<_>>>();
    match all {
        Some(all) if I::VERSION.major == found.version.major => Ok(all),
        _ => fit(&own(I::INFO, I::DESCRIPTOR)?, found),
    }
}

/// Compares what a plugin wants with what its host implements. Returns each method of the plugin's that is there. `None` if
/// all are there, under their names and in the same form.
///
/// # Errors
/// When the two don't fit.
pub fn find_provided(
    wanted: &Descriptor,
    provided: &InterfaceInfo,
    descriptor: &[u8],
) -> Result<Option<Vec<Option<Fit>>>, InterfaceError> {
    let is_same = |method: &MethodDescriptor| {
        provided.methods.iter().any(|it| {
            it.name == method.name
                && hash_method(it) == method.hash
                && !is_after(it.since, wanted.version)
                && !is_after(method.since, provided.version)
        })
    };
    match wanted.version.major == provided.version.major && wanted.methods.iter().all(is_same) {
        true => Ok(None),
        false => fit(wanted, &own(provided, descriptor)?).map(Some),
    }
}

/// What an interface says of itself, as it is read from a plugin.
fn own(info: &InterfaceInfo, descriptor: &[u8]) -> Result<Descriptor, InterfaceError> {
    let read = read_interfaces(descriptor).ok().and_then(|mut read| read.pop());
    read.ok_or_else(|| InterfaceError::TooLarge { interface: info.name.to_owned() })
}

/// Compares what a caller wants with what an implementation has. Returns each method of the caller's that is there.
///
/// # Errors
/// When the two don't fit.
pub fn fit(wanted: &Descriptor, found: &Descriptor) -> Result<Vec<Option<Fit>>, InterfaceError> {
    check_version(wanted, found)?;
    wanted.methods.iter().map(|method| fit_method(wanted, method, found)).collect()
}

/// All that keeps a caller from an implementation.
pub(crate) fn differences(wanted: &Descriptor, found: &Descriptor) -> Vec<InterfaceError> {
    match check_version(wanted, found) {
        Ok(()) => wanted.methods.iter().filter_map(|method| fit_method(wanted, method, found).err()).collect(),
        Err(error) => vec![error],
    }
}

/// Compares the type of a configuration with the one that a plugin reads.
pub(crate) fn compare_types(given: &Type, read: &Type) -> Result<(), Difference> {
    compare(given, read, Sides::ARGUMENT).map(drop).map_err(|found| found.at("configuration"))
}

/// Compares a state that a plugin has saved with the one that another plugin reads. `None` if both have the same bytes.
///
/// # Errors
/// When the two types don't fit.
pub fn carry(saved: &Type, read: &Type) -> Result<Option<Rewrite>, Difference> {
    let plan = compare(saved, read, Sides::ARGUMENT).map_err(|found| found.at("state"))?;
    Ok(plan.map(|plan| Rewrite { from: saved.clone(), plan }))
}

fn check_version(wanted: &Descriptor, found: &Descriptor) -> Result<(), InterfaceError> {
    if wanted.version.major == found.version.major {
        return Ok(());
    }
    Err(InterfaceError::Version { interface: wanted.name.clone(), wanted: wanted.version, found: found.version })
}

/// Compares one method of a caller's with what an implementation has. `None` if it may be missing, and is.
fn fit_method(
    wanted: &Descriptor,
    method: &MethodDescriptor,
    found: &Descriptor,
) -> Result<Option<Fit>, InterfaceError> {
    let Some(at) = position(method, wanted.version, found) else {
        return match method.optional || is_after(method.since, found.version) {
            true => Ok(None),
            false => Err(InterfaceError::MissingMethod {
                interface: wanted.name.clone(),
                signature: method.signature.clone(),
                wanted: wanted.version,
                found: found.version,
            }),
        };
    };
    let there = &found.methods[at];
    let rewrites = match method.hash == there.hash {
        true => None,
        false => Rewrites::between(method, there).map_err(|difference| InterfaceError::ChangedMethod {
            interface: wanted.name.clone(),
            method: method.name.clone(),
            wanted: method.signature.clone(),
            found: there.signature.clone(),
            difference: Box::new(difference),
        })?,
    };
    Ok(Some(Fit { method: at, rewrites: rewrites.map(Arc::new) }))
}

/// Where the implementation has a caller's method. Neither side knows what came after its version, so that an earlier
/// method of the same name is another one.
pub(crate) fn position(method: &MethodDescriptor, wanted: Version, found: &Descriptor) -> Option<usize> {
    if is_after(method.since, found.version) {
        return None;
    }
    let at = |is: &dyn Fn(&MethodDescriptor) -> bool| {
        found.methods.iter().position(|there| !is_after(there.since, wanted) && is(there))
    };
    at(&|there| there.name == method.name)
        .or_else(|| at(&|there| there.was.contains(&method.name) || method.was.contains(&there.name)))
}

fn is_after(since: Option<Version>, version: Version) -> bool {
    since.is_some_and(|since| since > version)
}
