//! Runs one call of the host's: it takes the arguments out of the frame, and puts the result into it.

use crate::encode::{Encoded, encode};
use crate::panic::{drop_payload, take_report};
use crate::stream;
use plugix_abi::interface::{Output as _, Produce, Pull};
use plugix_abi::{CallHeader, FRAME_HEADER_LEN, Pod, ResultHeader, Status, bytemuck};
use serde::Serialize;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// A result that didn't fit its frame. The host copies a result before it does anything else, and then gives it
    /// back. Otherwise the result stays until the thread's next such result.
    static KEPT: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// How many bytes of a result are copied into the frame. The call that gives a longer one back takes less than the copy would.
const LONGEST_COPY: usize = 8 << 10;

/// Where a method puts its result. A short result that fits goes into the frame, any other one stays in the heap.
#[derive(Debug)]
pub struct Output<'f> {
    /// The header is in the frame as well, so that nothing is copied once more.
    header: &'f mut ResultHeader,
    room: &'f mut [u8],
}

impl plugix_abi::interface::Output for Output<'_> {
    #[inline]
    fn give<T: Pod>(&mut self, elements: Vec<T>) {
        let bytes: &[u8] = bytemuck::cast_slice(&elements);
        match self.room.get_mut(..bytes.len()) {
            Some(room) if bytes.len() <= LONGEST_COPY => {
                room.copy_from_slice(bytes);
                self.point_at(self.room.as_ptr(), bytes.len());
            }
            _ => self.keep(elements),
        }
    }

    #[inline]
    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        match encode(value, self.room) {
            Ok(Encoded::InRoom(len)) => self.point_at(self.room.as_ptr(), len),
            Ok(Encoded::InHeap(bytes)) => self.keep(bytes),
            Err(error) => panic!("the result can't be encoded: {error}"),
        }
    }

    fn offer(&mut self, items: Box<dyn Produce>) -> Option<u32> {
        Some(stream::offer(items))
    }

    fn open(&self, handle: u32) -> Option<Box<dyn Pull>> {
        stream::open(handle)
    }
}

impl Output<'_> {
    #[inline]
    fn point_at(&mut self, start: *const u8, len: usize) {
        // A guest's addresses and lengths are 32 bits wide.
        self.header.ptr = start as usize as u32;
        self.header.len = len as u32;
    }

    /// Leaves the elements in the heap, where they are.
    fn keep<T: Pod>(&mut self, elements: Vec<T>) {
        self.point_at(elements.as_ptr().cast(), size_of_val(elements.as_slice()));
        KEPT.set(Some(Box::new(elements)));
    }
}

/// What a function may return that [`export!`](crate::export) exports.
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
        output.give(self);
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
                output.give(error.to_string().into_bytes());
                Status::Error
            }
        }
    }
}

/// Runs `method` for the call in `frame`, and returns its [`Status`] in the host's form. A panic is caught.
///
/// # Safety
/// 1. `frame` comes from `plugix_frame_new`, and no other running call uses it.
/// 2. The call header's `capacity` is the frame's own, and `args_len` is at most that.
#[inline]
pub unsafe fn call(frame: u32, method: impl FnOnce(&[u8], &mut Output<'_>) -> Status) -> u32 {
    let start = frame as usize as *mut u8;
    // SAFETY: by 1 a frame begins with its headers.
    let header = unsafe { start.cast::<CallHeader>().read() };
    // SAFETY: by 1 the result header follows the call header, and only this call has it.
    let result = unsafe { &mut *start.add(size_of::<CallHeader>()).cast::<ResultHeader>() };
    // SAFETY: by 1 and 2 these bytes belong to the frame, and only this call has them.
    let body =
        unsafe { std::slice::from_raw_parts_mut(start.add(FRAME_HEADER_LEN as usize), header.capacity as usize) };
    *result = ResultHeader::default();
    let (args, room) = body.split_at_mut(header.args_len as usize);
    let mut output = Output { header: result, room };
    let status = match catch_unwind(AssertUnwindSafe(|| method(args, &mut output))) {
        Ok(status) => status,
        Err(payload) => panicked(payload, &mut output),
    };
    status as u32
}

#[cold]
fn panicked(payload: Box<dyn Any + Send>, output: &mut Output<'_>) -> Status {
    output.encode(&take_report(&*payload));
    drop_payload(payload);
    Status::Panic
}

/// [`plugix_abi::export::RESULT_FREE`].
#[unsafe(no_mangle)]
extern "C" fn plugix_result_free() {
    KEPT.take();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a result of so many bytes into a frame with so much room. Returns how many bytes of the room it takes.
    fn taken(len: usize, room: usize) -> usize {
        let (mut header, mut room) = (ResultHeader::default(), vec![0; room]);
        Output { header: &mut header, room: &mut room }.give(vec![1_u8; len]);
        assert_eq!(header.len as usize, len);
        room.iter().filter(|byte| **byte == 1).count()
    }

    #[test]
    fn only_a_short_result_is_copied() {
        assert_eq!(taken(5, 100), 5);
        assert_eq!(taken(LONGEST_COPY, 1 << 20), LONGEST_COPY);
        assert_eq!(taken(LONGEST_COPY + 1, 1 << 20), 0);
        assert_eq!(taken(5, 4), 0);
    }
}
