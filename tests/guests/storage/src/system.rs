//! System calls that `std` doesn't make.

#[link(wasm_import_module = "wasix_32v1")]
unsafe extern "C" {
    fn fd_pipe(read: *mut u32, write: *mut u32) -> i32;
    fn sock_pair(family: i32, kind: i32, protocol: i32, one: *mut u32, other: *mut u32) -> i32;
    fn proc_fork(copy_memory: i32, pid: *mut u32) -> i32;
    fn proc_snapshot() -> i32;
    fn fd_dup2(from: u32, least: u32, close_on_exec: i32, to: *mut u32) -> i32;
    fn fd_renumber(from: u32, to: u32) -> i32;
    fn fd_dup(from: u32, to: *mut u32) -> i32;
}

pub(crate) fn closed() -> String {
    let (mut one, mut other) = (0, 0);
    // SAFETY: each pointer is to a local variable.
    let answers = unsafe {
        [
            fd_pipe(&mut one, &mut other),
            sock_pair(1, 1, 0, &mut one, &mut other),
            proc_fork(1, &mut one),
            proc_snapshot(),
        ]
    };
    format!("{answers:?}")
}

pub(crate) fn high_descriptors() -> String {
    let mut copy = 0;
    // SAFETY: each pointer is to a local variable, or out of memory, which the host checks.
    let (answers, bad) = unsafe {
        let answers = [fd_dup2(1, 5_000, 0, &mut copy), fd_renumber(1, 5_000)];
        // Each of these gets a descriptor and can't be told which.
        let bad = (0..10_000).map(|_| fd_dup(1, usize::MAX as *mut u32)).last();
        (answers, bad)
    };
    format!("{answers:?} {bad:?}")
}
