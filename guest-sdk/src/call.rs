//! Runs one call of the host's: arguments out of the frame, result into it.

use crate::panic::take_report;
use plugix_abi::{CallHeader, FRAME_HEADER_LEN, ResultHeader, Status};
use serde::Serialize;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// A result that was too large for its frame; it stays until the thread's next call or until the host, which
    /// copies a result before it does anything else, gives it back.
    static KEPT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where a method puts its result.
#[derive(Debug)]
pub struct Output<'f> {
    room: &'f mut [u8],
    header: ResultHeader,
}

impl Output<'_> {
    /// Hands over bytes as they are.
    pub fn bytes(&mut self, bytes: Vec<u8>) {
        match self.room.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(&bytes);
                self.point_at(room_address(self.room), bytes.len());
            }
            None => {
                self.point_at(bytes.as_ptr() as usize, bytes.len());
                KEPT.set(bytes);
            }
        }
    }

    /// Hands over a value in postcard's encoding: in the frame if it fits, else in the heap.
    ///
    /// # Panics
    /// When the value's `Serialize` implementation fails, as one that names no length for a sequence does.
    pub fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        match postcard::to_slice(value, self.room) {
            Ok(encoded) => {
                let len = encoded.len();
                self.point_at(room_address(self.room), len);
            }
            Err(postcard::Error::SerializeBufferFull) => {
                let bytes = postcard::to_allocvec(value).expect("the result can be encoded");
                self.point_at(bytes.as_ptr() as usize, bytes.len());
                KEPT.set(bytes);
            }
            Err(error) => panic!("the result can't be encoded: {error}"),
        }
    }

    fn point_at(&mut self, ptr: usize, len: usize) {
        // A guest's addresses and lengths are 32 bits wide.
        self.header = ResultHeader { ptr: ptr as u32, len: len as u32, ..ResultHeader::default() };
    }
}

fn room_address(room: &[u8]) -> usize {
    room.as_ptr() as usize
}

/// What an exported function may return.
pub trait Reply {
    /// Puts `self` into `output` and says how the call ended.
    fn reply(self, output: &mut Output<'_>) -> Status;
}

impl Reply for () {
    fn reply(self, _: &mut Output<'_>) -> Status {
        Status::Ok
    }
}

impl Reply for Vec<u8> {
    fn reply(self, output: &mut Output<'_>) -> Status {
        output.bytes(self);
        Status::Ok
    }
}

impl Reply for String {
    fn reply(self, output: &mut Output<'_>) -> Status {
        self.into_bytes().reply(output)
    }
}

impl<T: Reply, E: ToString> Reply for Result<T, E> {
    fn reply(self, output: &mut Output<'_>) -> Status {
        match self {
            Ok(value) => value.reply(output),
            Err(error) => {
                output.bytes(error.to_string().into_bytes());
                Status::Error
            }
        }
    }
}

/// Runs `method` for the call in `frame` and returns its [`Status`] as the host wants it. A panic is caught.
///
/// # Safety
/// 1. `frame` comes from `plugix_frame_new` and is not used by another call that is still running.
/// 2. Its call header's `capacity` is as it was made, and `args_len` is at most that.
pub unsafe fn call(frame: u32, method: impl FnOnce(&[u8], &mut Output<'_>) -> Status) -> u32 {
    let start = frame as usize as *mut u8;
    // SAFETY: by 1 a frame begins with its headers.
    let header = unsafe { start.cast::<CallHeader>().read() };
    // SAFETY: by 1 and 2 these bytes belong to the frame, and to this call alone.
    let body = unsafe {
        std::slice::from_raw_parts_mut(start.add(FRAME_HEADER_LEN as usize), header.capacity as usize)
    };
    let (args, room) = body.split_at_mut(header.args_len as usize);
    let mut output = Output { room, header: ResultHeader::default() };
    let status = catch_unwind(AssertUnwindSafe(|| method(args, &mut output))).unwrap_or_else(|payload| {
        output.encode(&take_report(&*payload));
        Status::Panic
    });
    // SAFETY: by 1 the result header follows the call header.
    unsafe { start.add(size_of::<CallHeader>()).cast::<ResultHeader>().write(output.header) };
    status as u32
}

/// [`plugix_abi::export::RESULT_FREE`].
#[unsafe(no_mangle)]
extern "C" fn plugix_result_free() {
    KEPT.take();
}
