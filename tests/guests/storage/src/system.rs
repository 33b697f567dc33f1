//! System calls that `std` doesn't make.

#[link(wasm_import_module = "wasix_32v1")]
unsafe extern "C" {
    fn fd_dup2(from: u32, least: u32, close_on_exec: i32, to: *mut u32) -> i32;
    fn fd_renumber(from: u32, to: u32) -> i32;
    fn fd_dup(from: u32, to: *mut u32) -> i32;
}

pub(crate) fn high_descriptors() -> String {
    let mut copy = 0;
    // SAFETY: each pointer is to a local variable, or out of memory; the host checks that.
    let (answers, bad) = unsafe {
        let answers = [fd_dup2(1, 5_000, 0, &mut copy), fd_renumber(1, 5_000)];
        // None of these can say which descriptor it made.
        let bad = (0..10_000).fold(None, |_, _| Some(fd_dup(1, usize::MAX as *mut u32)));
        (answers, bad)
    };
    format!("{answers:?} {bad:?}")
}
