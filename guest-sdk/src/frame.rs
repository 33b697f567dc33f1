//! Makes the frames that calls pass through (see `plugix_abi::FRAME_HEADER_LEN`).

use crate::panic;
use plugix_abi::{CallHeader, FRAME_ALIGN, FRAME_HEADER_LEN};
use std::alloc::{Layout, alloc, dealloc};

/// How a frame with room for `capacity` bytes lies in memory. `None` if this address space has no room for it.
fn layout(capacity: u32) -> Option<Layout> {
    let size = capacity.checked_add(FRAME_HEADER_LEN)?;
    Layout::from_size_align(size as usize, FRAME_ALIGN as usize).ok()
}

/// [`plugix_abi::export::FRAME_NEW`]. The first call also prepares the plugin for panics.
#[unsafe(no_mangle)]
extern "C" fn plugix_frame_new(capacity: u32) -> u32 {
    panic::install_hook();
    let Some(layout) = layout(capacity) else { return 0 };
    // SAFETY: the layout is not empty, since it has room for the headers.
    let frame = unsafe { alloc(layout) };
    if !frame.is_null() {
        let header = CallHeader { capacity, ..CallHeader::default() };
        // SAFETY: the block is at least a header long and aligned to 16.
        unsafe { frame.cast::<CallHeader>().write(header) };
    }
    frame as usize as u32
}

/// [`plugix_abi::export::FRAME_FREE`].
///
/// # Safety
/// `frame` comes from [`plugix_frame_new`], its header's capacity is as it was made, and nobody uses it any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn plugix_frame_free(frame: u32) {
    let frame = frame as usize as *mut u8;
    // SAFETY: the caller's promise: a frame begins with its header.
    let header = unsafe { frame.cast::<CallHeader>().read() };
    if let Some(layout) = layout(header.capacity) {
        // SAFETY: the block was allocated with this very layout.
        unsafe { dealloc(frame, layout) };
    }
}
