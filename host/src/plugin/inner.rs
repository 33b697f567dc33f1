//! What a call needs of a plugin, on one of its threads.

use super::start_state::StartState;
use super::stream::GuestStreams;
use crate::plugin::call::{CallPath, TypedMethod};
use crate::running::instance::Instance;
use std::sync::Arc;

/// One thread of a plugin's: its instance and the path of its calls.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) instance: Instance,
    pub(crate) path: CallPath,
    /// Of a shared plugin: the methods of the interfaces that were bound, by the interface's place among those.
    pub(crate) tables: Vec<Option<Methods>>,
    /// Those that the plugin's results offer.
    pub(super) streams: Option<Arc<GuestStreams>>,
    /// Where a reset leads, if there may be one.
    pub(super) start: Option<Box<StartState>>,
}

/// The exports of an interface's methods, by their index; none where the plugin lacks an optional method.
pub(crate) type Methods = Box<[Option<TypedMethod>]>;

impl Inner {
    pub(crate) fn new(instance: Instance, path: CallPath) -> Self {
        Self { instance, path, tables: Vec::new(), streams: None, start: None }
    }
}
