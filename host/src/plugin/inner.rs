//! What a call needs from a plugin, on one of the plugin's threads.

use super::start_state::StartState;
use super::stream::GuestStreams;
use crate::plugin::call::{CallPath, TypedMethod};
use crate::running::instance::Instance;
use std::sync::Arc;

/// One thread of a plugin: its instance, and the path of its calls.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) instance: Instance,
    pub(crate) path: CallPath,
    /// For a shared plugin: the methods of the interfaces that were bound, by each interface's place in the list of
    /// bound interfaces.
    pub(crate) tables: Vec<Option<Methods>>,
    /// The streams that the plugin's results offer.
    pub(super) streams: Option<Arc<GuestStreams>>,
    /// The state that a reset leads to. `None` if there is no reset.
    pub(super) start: Option<Box<StartState>>,
}

/// The exports of an interface's methods, by the method's index. `None` where the plugin lacks an optional method.
pub(crate) type Methods = Box<[Option<TypedMethod>]>;

impl Inner {
    pub(crate) fn new(instance: Instance, path: CallPath) -> Self {
        Self { instance, path, tables: Vec::new(), streams: None, start: None }
    }
}
