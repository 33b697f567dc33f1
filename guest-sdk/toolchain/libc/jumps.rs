//! `setjmp` and `longjmp`: the compiler of C makes calls of these and catches the exception. wasix-libc has none.

use core::arch::{asm, global_asm};
use core::ffi::{c_int, c_void};

global_asm!(".globl __c_longjmp", ".tagtype __c_longjmp i32", "__c_longjmp:");

/// `jmp_buf`, as the compiler has it.
#[repr(C)]
struct Jump {
    /// Which call of which function it leads to.
    call: *mut c_void,
    label: u32,
    thrown: Thrown,
}

/// What the exception carries.
#[repr(C)]
struct Thrown {
    jump: *mut Jump,
    value: c_int,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wasm_setjmp(jump: *mut Jump, label: u32, call: *mut c_void) {
    // SAFETY: the caller has room.
    unsafe {
        (*jump).call = call;
        (*jump).label = label;
    }
}

/// Where a jump leads to in this call of a function, or 0 if it leads to another one.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wasm_setjmp_test(jump: *const Jump, call: *mut c_void) -> u32 {
    // SAFETY: a jump has been thrown to it.
    unsafe { if (*jump).call == call { (*jump).label } else { 0 } }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wasm_longjmp(jump: *mut Jump, value: c_int) -> ! {
    // SAFETY: the jump was set. What catches the exception reads it there.
    unsafe {
        (*jump).thrown = Thrown { jump, value: if value == 0 { 1 } else { value } };
        let thrown = &raw mut (*jump).thrown;
        asm!("local.get {}", "throw __c_longjmp", in(local) thrown, options(noreturn))
    }
}
