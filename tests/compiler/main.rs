//! Compiles for the tests of optimized code, and does nothing else.

fn main() {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::code::run_if_child() };
}
