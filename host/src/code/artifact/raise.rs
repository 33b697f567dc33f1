//! Traps of optimized code near the end of the native stack.
//!
//! Where Cranelift's code has the processor raise a signal, LLVM's code calls a function of the engine's: for a division by
//! zero, a conversion that doesn't fit, an atomic access that isn't aligned, and a call through a table of what isn't there or
//! has another type. This function takes locks of the process, for a backtrace. Below little of the guest's stack it would
//! meet the guard page, and the locks would stay held (see `stoppable/probe.rs` of `plugix-module`). A probe before each
//! division would cost more than the division. So the code gets our own function in the place of the engine's, which touches
//! the stack first. Code that doesn't trap pays nothing.

use crate::error::ArtifactError;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, ObjectSymbolTable as _, RelocationTarget};
use std::hint::black_box;
use std::mem::MaybeUninit;
use wasmer::sys::vm::TrapCode;
use wasmer::sys::vm::libcalls::wasmer_vm_raise_trap;
use wasmer_compiler::WASMER_FUNCTION_OFFSETS_SECTION_NAME as OFFSETS;

/// Bytes of the stack that the engine's function has at the least: what `stoppable/probe.rs` of `plugix-module` gives it.
const RESERVE: usize = 64 << 10;

/// The engine's function, as the image names it.
const RAISE: &str = "wasmer_vm_raise_trap";

/// Has the code of an image call [`raise`] for its traps.
///
/// # Safety
/// 1. `code` was loaded from this image, and none of it has run.
pub(super) unsafe fn replace(code: &wasmer::Module, image: &[u8]) -> Result<(), ArtifactError> {
    let failed = |problem: &str| ArtifactError::Engine(format!("the image of optimized code: {problem}"));
    let file = object::File::parse(image).map_err(|error| failed(&error.to_string()))?;
    let functions = code.sys_artifact().and_then(|artifact| artifact.finished_function_extents()).unwrap_or_default();
    // What has no code doesn't trap.
    let Some((_, first)) = functions.first() else { return Ok(()) };
    let offsets = file.section_by_name_bytes(OFFSETS).and_then(|section| section.data().ok());
    let offset = offsets.and_then(|offsets| offsets.first_chunk()).map(|offset| usize::from_le_bytes(*offset));
    let base = (*first.ptr as *mut u8).wrapping_sub(offset.ok_or_else(|| failed("it has no functions"))?);
    let symbols = file.dynamic_symbol_table();
    for (at, relocation) in file.dynamic_relocations().into_iter().flatten() {
        let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
        let name = symbols.as_ref().and_then(|symbols| symbols.symbol_by_index(symbol).ok()?.name().ok());
        if name == Some(RAISE) {
            let pointer = base.wrapping_add(at as usize).cast::<usize>();
            // SAFETY: wasmer has put the pointer to its function here, when it mapped the image (7.4.2, `mapped_binary.rs`):
            // so the place is mapped and writable. No code has run that could read it meanwhile.
            unsafe { pointer.write_unaligned(raise as *const () as usize) };
        }
    }
    Ok(())
}

/// What optimized code calls to trap.
unsafe extern "C" fn raise(code: TrapCode) -> ! {
    touch();
    // SAFETY: the caller is a plugin's code, as it was before.
    unsafe { wasmer_vm_raise_trap(code) }
}

/// Touches the stack. A frame of more than a page is touched page by page when a function begins: so the compiler guards its
/// own stacks. If there is too little, this is where the overflow is found, and nothing is held.
#[inline(never)]
fn touch() {
    // What can't change would be a constant, and not on the stack.
    let mut room = [const { MaybeUninit::<u8>::uninit() }; RESERVE];
    black_box(&mut room);
}
