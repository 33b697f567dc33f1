//! Calls into a plugin whose thread waits for the host.

use crate::error::{HostBreach, MethodRef, ProtocolError};
use crate::running::imports::frame::Memory;
use plugix_abi::{CallHeader, FRAME_HEADER_LEN, MIN_FRAME_CAPACITY, ResultHeader, Status, export};
use wasmer::{AsStoreMut as _, FunctionEnvMut, RuntimeError, WasmTypeList};

/// Calls an export that takes a frame. The frame holds a handle, and `result` becomes what the plugin puts into it.
pub(super) fn call(
    env: &mut FunctionEnvMut<'_, Memory>,
    export: &'static str,
    handle: u32,
    limit: u32,
    result: &mut Vec<u8>,
) -> Result<Status, RuntimeError> {
    let breach = |error: ProtocolError| {
        RuntimeError::user(Box::new(HostBreach { function: MethodRef::from_export(export).to_name(), error }))
    };
    let frame: u32 = run(env, export::FRAME_NEW, MIN_FRAME_CAPACITY)?;
    let header =
        CallHeader { args_len: size_of::<u32>() as u32, capacity: MIN_FRAME_CAPACITY, ..CallHeader::default() };
    let (memory, store) = env.data_and_store_mut();
    memory.guest.check(&store, "a frame", frame, FRAME_HEADER_LEN + MIN_FRAME_CAPACITY).map_err(breach)?;
    memory.guest.write(&store, "a frame", frame, bytemuck::bytes_of(&header)).map_err(breach)?;
    let args = frame + FRAME_HEADER_LEN;
    memory.guest.write(&store, "a frame", args, &handle.to_le_bytes()).map_err(breach)?;
    let status: u32 = run(env, export, frame)?;
    let status = Status::try_from(status).map_err(|error| breach(error.into()))?;
    let (memory, store) = env.data_and_store_mut();
    let header = frame + size_of::<CallHeader>() as u32;
    let ResultHeader { ptr, len, .. } = memory.guest.read_pod(&store, "the result header", header).map_err(breach)?;
    if len > limit {
        return Err(breach(ProtocolError::ResultTooLarge { len, limit }));
    }
    *result = memory.guest.read_vec(&store, "a chunk", ptr, len).map_err(breach)?;
    run::<()>(env, export::FRAME_FREE, frame)?;
    Ok(status)
}

/// Runs a function of the SDK's in the plugin.
fn run<R: WasmTypeList>(env: &mut FunctionEnvMut<'_, Memory>, name: &'static str, arg: u32) -> Result<R, RuntimeError> {
    let instance = env.data().instance.clone();
    let mut store = env.as_store_mut();
    let function = instance.and_then(|instance| instance.exports.get_typed_function::<u32, R>(&store, name).ok());
    let Some(function) = function else {
        let error = ProtocolError::Export { name: name.to_owned(), expected: "a function of the SDK's" };
        return Err(RuntimeError::user(Box::new(HostBreach {
            function: MethodRef::from_export(name).to_name(),
            error,
        })));
    };
    function.call(&mut store, arg).map_err(|error| match error.is_exception() {
        // The engine would throw it where the host function was called.
        true => RuntimeError::new("a stream ended with an exception"),
        false => error,
    })
}
