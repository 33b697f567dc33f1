//! What a plugin keeps when another instance takes its place.

use super::dynamic::CallExport;
use super::to_vec;
use crate::error::{CallError, Difference, MethodRef, ProtocolError, StateError};
use crate::module::ModuleInfo;
use crate::plugin::call::ReadError;
use crate::plugin::{Plugin, SharedPlugin};
use crate::running::imports::is_stopped;
use crate::running::memory::{GuestPayload, decoded};
use plugix_abi::export::{METHOD_PREFIX, STATE};
use plugix_abi::interface::descriptor::{MethodDescriptor, Type};
use plugix_abi::interface::{Bounds, Payload as _, Shape};
use plugix_module::interface::carry;
use serde::{Deserialize, Serialize};

/// What an instance has saved: a value, and its type. A host may keep it on disk. Whoever reads it back vouches for it: the
/// next instance believes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedState {
    ty: Type,
    value: Vec<u8>,
}

impl SavedState {
    /// How many bytes the value has.
    pub fn size(&self) -> usize {
        self.value.len()
    }

    /// Checks that a plugin can take the state over, without running any of it.
    ///
    /// # Errors
    /// [`StateError::Stateless`] if the plugin takes no state. [`StateError::Changed`] if its state is of a type that
    /// doesn't fit.
    pub fn check(&self, plugin: &ModuleInfo) -> Result<(), StateError> {
        carry(&self.ty, read_type(plugin)?).map(drop).map_err(changed)
    }
}

/// Whether a plugin implements `Stateful`, as its module says.
pub fn is_stateful(plugin: &ModuleInfo) -> bool {
    saved_type(plugin).is_ok() && read_type(plugin).is_ok()
}

/// Checks that the state of one plugin can be taken over by another one, before either of them is called.
///
/// # Errors
/// As for [`SavedState::check`].
pub fn check_carry(from: &ModuleInfo, to: &ModuleInfo) -> Result<(), StateError> {
    carry(saved_type(from)?, read_type(to)?).map(drop).map_err(changed)
}

impl Plugin {
    /// Takes out of the plugin what another instance needs to take its place. The plugin goes on as it is.
    ///
    /// # Errors
    /// [`StateError::Stateless`] if the plugin has no such state, and [`StateError::Refused`] with what it says if it can't
    /// save it now.
    pub fn save(&self) -> Result<SavedState, StateError> {
        save(self)
    }

    /// Gives the plugin what another instance has saved. This comes before any other call.
    ///
    /// # Errors
    /// The errors of [`SavedState::check`], and [`StateError::Refused`] with what the plugin says.
    pub fn restore(&self, state: &SavedState) -> Result<(), StateError> {
        restore(self, state)
    }
}

impl SharedPlugin {
    /// Does the same as [`Plugin::save`]. Calls on other workers go on meanwhile; [`Replaceable`](super::Replaceable)
    /// waits for their end.
    ///
    /// # Errors
    /// The errors of [`Plugin::save`], and [`Error::Overloaded`] if there is no worker.
    pub fn save(&self) -> Result<SavedState, StateError> {
        save(self)
    }

    /// Does the same as [`Plugin::restore`].
    ///
    /// # Errors
    /// The errors of [`Plugin::restore`], and [`Error::Overloaded`] if there is no worker.
    pub fn restore(&self, state: &SavedState) -> Result<(), StateError> {
        restore(self, state)
    }
}

pub(crate) fn save(plugin: &impl CallExport) -> Result<SavedState, StateError> {
    let ty = saved_type(plugin.module().info())?.clone();
    let value = call(plugin, "save", &[])?;
    Ok(SavedState { ty, value })
}

pub(crate) fn restore(plugin: &impl CallExport, state: &SavedState) -> Result<(), StateError> {
    let rewrite = carry(&state.ty, read_type(plugin.module().info())?).map_err(changed)?;
    let bounds = Bounds { memory: decoded(u32::MAX), is_over: is_stopped };
    let rewritten = rewrite.map(|rewrite| rewrite.value(&state.value, bounds)).transpose();
    let rewritten = rewritten.map_err(|error| StateError::Broken { problem: error.to_string() })?;
    call(plugin, "restore", rewritten.as_deref().unwrap_or(&state.value)).map(drop)
}

/// Calls a method whose error is a text.
fn call(plugin: &impl CallExport, method: &str, args: &[u8]) -> Result<Vec<u8>, StateError> {
    let export = format!("{METHOD_PREFIX}{STATE}/{method}");
    let name = MethodRef { interface: Some(STATE), method };
    plugin.call_export(&export, &name, args, to_vec, to_text).map_err(|error| match error {
        CallError::Returned(message) => StateError::Refused { message },
        CallError::Failed(error) => StateError::Failed(error),
    })
}

fn to_text(payload: GuestPayload<'_>) -> Result<String, ReadError> {
    let wrong = |error: postcard::Error| ProtocolError::Undecodable { what: "the error", problem: error.to_string() };
    Ok(payload.read(|bytes| postcard::from_bytes(bytes).map_err(wrong))??)
}

fn saved_type(plugin: &ModuleInfo) -> Result<&Type, StateError> {
    match &method(plugin, "save")?.returns.value {
        Shape::Value(ty) => Ok(ty),
        _ => Err(StateError::Stateless),
    }
}

fn read_type(plugin: &ModuleInfo) -> Result<&Type, StateError> {
    match &*method(plugin, "restore")?.args {
        [state] => match &state.shape {
            Shape::Value(ty) => Ok(ty),
            _ => Err(StateError::Stateless),
        },
        _ => Err(StateError::Stateless),
    }
}

fn method<'a>(plugin: &'a ModuleInfo, name: &str) -> Result<&'a MethodDescriptor, StateError> {
    let state = plugin.implements.iter().find(|interface| interface.name == STATE && interface.version.major == 1);
    let method = state.and_then(|state| state.methods.iter().find(|method| method.name == name));
    method.ok_or(StateError::Stateless)
}

fn changed(difference: Difference) -> StateError {
    StateError::Changed(Box::new(difference))
}
