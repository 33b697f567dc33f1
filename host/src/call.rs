//! The path of a call: arguments into the frame, one wasm call, the result out of it.

use crate::instance::Instance;
use crate::{CallError, Error, ProtocolError};
use plugix_abi::{
    CallHeader, FRAME_ALIGN, FRAME_HEADER_LEN, MIN_FRAME_CAPACITY, PanicReport, ResultHeader, Status, UnknownStatus, export,
};
use std::convert::Infallible;
use wasmer::TypedFunction;

/// A result that is larger than this is given back to the guest at once and not at its next call.
const KEEP_RESULT_MAX: u32 = 64 << 10;

/// The guest's side of calls: its frame and the functions that the SDK exports.
#[derive(Debug)]
pub(crate) struct CallPath {
    frame: u32,
    capacity: u32,
    frame_new: TypedFunction<u32, u32>,
    frame_free: TypedFunction<u32, ()>,
    result_free: TypedFunction<(), ()>,
}

/// A method of a plugin, looked up once.
pub(crate) type Method = TypedFunction<u32, u32>;

impl CallPath {
    /// Asks the plugin for its frame.
    pub(crate) fn new(instance: &mut Instance) -> Result<Self, Error> {
        let frame_new = sdk_function(instance, export::FRAME_NEW, "fn(i32) -> i32")?;
        let mut path = Self {
            frame: 0,
            capacity: 0,
            frame_new,
            frame_free: sdk_function(instance, export::FRAME_FREE, "fn(i32)")?,
            result_free: sdk_function(instance, export::RESULT_FREE, "fn()")?,
        };
        path.make_frame(instance, MIN_FRAME_CAPACITY)?;
        Ok(path)
    }

    /// Calls a method with encoded arguments and returns its payload.
    pub(crate) fn call(
        &mut self,
        instance: &mut Instance,
        name: &str,
        method: &Method,
        args: &[u8],
        result_limit: u32,
    ) -> Result<Vec<u8>, CallError<Vec<u8>>> {
        let args_len = u32::try_from(args.len()).map_err(|_| Error::BadArguments {
            method: name.to_owned(),
            message: format!("{} bytes are more than a guest can address", args.len()),
        })?;
        if args_len > self.capacity {
            self.grow(instance, args_len)?;
        }
        let header = CallHeader { args_len, capacity: self.capacity, ..CallHeader::default() };
        guard(instance, |memory, store| {
            memory.write(store, "the call header", self.frame, bytemuck::bytes_of(&header))?;
            memory.write(store, "the arguments", self.frame + FRAME_HEADER_LEN, args)
        })?;

        let status = method.call(&mut instance.store, self.frame).map_err(|error| instance.end(&error))?;

        let (status, payload) = guard(instance, |memory, store| {
            let status = Status::try_from(status)?;
            let at = self.frame + size_of::<CallHeader>() as u32;
            let result: ResultHeader = memory.read_pod(store, "the result header", at)?;
            if result.len > result_limit {
                return Err(ProtocolError::ResultTooLarge { len: result.len, limit: result_limit });
            }
            Ok((status, memory.read_vec(store, "the result", result.ptr, result.len)?))
        })?;
        if payload.len() > KEEP_RESULT_MAX as usize {
            self.result_free.call(&mut instance.store).map_err(|error| instance.end(&error))?;
        }
        match status {
            Status::Ok => Ok(payload),
            Status::Error => Err(CallError::Returned(payload)),
            Status::Panic => Err(decode_panic(instance, &payload).into()),
            Status::BadArguments => Err(CallError::Failed(Error::BadArguments {
                method: name.to_owned(),
                message: String::from_utf8_lossy(&payload).into_owned(),
            })),
            // Only a host answers with these.
            Status::NotProvided | Status::Deadlock | Status::Failed => {
                let unknown = ProtocolError::Status(UnknownStatus(status as u32));
                Err(guard(instance, |_, _| Err::<Infallible, _>(unknown)).map(|never| match never {}).unwrap_err().into())
            }
        }
    }

    fn grow(&mut self, instance: &mut Instance, capacity: u32) -> Result<(), Error> {
        let old = std::mem::take(&mut self.frame);
        // The smaller frame goes first, so that the two never stand side by side in the guest's memory.
        self.frame_free.call(&mut instance.store, old).map_err(|error| instance.end(&error))?;
        let capacity = capacity.checked_next_power_of_two().unwrap_or(capacity).max(MIN_FRAME_CAPACITY);
        self.make_frame(instance, capacity)
    }

    fn make_frame(&mut self, instance: &mut Instance, capacity: u32) -> Result<(), Error> {
        let frame = self.frame_new.call(&mut instance.store, capacity).map_err(|error| instance.end(&error))?;
        guard(instance, |memory, store| {
            let whole = capacity.checked_add(FRAME_HEADER_LEN);
            match whole {
                Some(whole) if frame != 0 => {
                    if !frame.is_multiple_of(FRAME_ALIGN) {
                        return Err(ProtocolError::Misaligned { what: "a frame", ptr: frame, align: FRAME_ALIGN });
                    }
                    memory.check(store, "a frame", frame, whole)
                }
                _ => Err(ProtocolError::NoFrame { capacity }),
            }
        })?;
        (self.frame, self.capacity) = (frame, capacity);
        Ok(())
    }
}

/// Runs a check; a plugin that fails it is dead.
fn guard<T>(
    instance: &mut Instance,
    check: impl FnOnce(&mut crate::memory::GuestMemory, &wasmer::Store) -> Result<T, ProtocolError>,
) -> Result<T, Error> {
    check(&mut instance.memory, &instance.store).map_err(|error| {
        let error = Error::Protocol(error);
        instance.kill(error.clone());
        error
    })
}

fn sdk_function<A, R>(instance: &Instance, name: &str, expected: &'static str) -> Result<TypedFunction<A, R>, Error>
where
    A: wasmer::WasmTypeList,
    R: wasmer::WasmTypeList,
{
    instance.function(name).ok_or_else(|| ProtocolError::Export { name: name.to_owned(), expected }.into())
}

fn decode_panic(instance: &Instance, payload: &[u8]) -> Error {
    match postcard::from_bytes::<PanicReport>(payload) {
        Ok(report) => Error::Panic(report),
        Err(error) => {
            let problem = error.to_string();
            let error = Error::Protocol(ProtocolError::Undecodable { what: "a panic report", problem });
            instance.kill(error.clone());
            error
        }
    }
}
