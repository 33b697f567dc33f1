//! System calls of wasmer-wasix's that may log: what they say belongs to the plugin.

use super::Imported;
use super::calls::find;
use super::known::{is_plain, is_silent};
use crate::events::{Events, attribute};
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Imports, StoreMut, Value};

/// Puts itself around those of them that the module imports.
pub(super) fn attribute_calls(
    events: &Events,
    calls: &mut [Imported],
    store: &mut StoreMut<'_>,
    imports: &mut Imports,
) {
    let env = FunctionEnv::new(store, ());
    let may_log = |call: &&mut Imported| {
        find(&call.namespace, &call.name).is_none() && is_plain(&call.name) && !is_silent(&call.name)
    };
    for call in calls.iter_mut().filter(may_log) {
        let (events, original, signature) = (events.clone(), call.function.clone(), call.function.ty(store));
        let run = move |mut env: FunctionEnvMut<'_, ()>, args: &[Value]| {
            attribute(&events, || original.call(&mut env, args)).map(<[_]>::into_vec)
        };
        call.replace(imports, Function::new_with_env(store, &env, signature, run));
    }
}
