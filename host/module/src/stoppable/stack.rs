//! Guards the stacks in the guest's memory. Compiled code keeps there what has an address: it lowers the global
//! `__stack_pointer` at a function's begin, and raises it at the end. No page below such a stack is without access
//! rights, so an overflow would write into whatever lies there.
//!
//! The module gets a global for the lowest value that the pointer may have. Behind each instruction that may lower the
//! pointer, the two are compared, and a function that does nothing but trap is called when it is too low. That function's
//! name tells the host what happened. Each thread has an instance of its own, and so globals of its own.

mod pointer;
mod sets;

use super::edits::Edit;
use super::probe::Probe;
use crate::ModuleError;
use pointer::Pointer;
use sets::Sets;
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink, MemArg};
use wasmparser::FunctionBody;

/// What the function is called that runs when a stack in the guest's memory is full. It is the innermost one of the trap.
pub const STACK_OVERFLOW: &str = "plugix-stack-overflow";

/// How many instructions come behind one that sets the pointer, at the most, with those of the function that traps.
pub(super) const WORK: u32 = 16;

/// Bytes below the pointer that LLVM's functions use without lowering it, if they call nothing (`RedZoneSize` in
/// `WebAssemblyFrameLowering.cpp`).
const RED_ZONE: i32 = 128;

/// What the pointer may be above a limit: the comparison takes more for less. A limit so far below the pointer is none.
const MOST_ABOVE: i32 = i32::MAX;

/// Where wasix-libc's `struct start_args` says how large the stack of a new thread is.
const STACK_SIZE: u64 = 56;

/// wasix-libc rounds a thread's first pointer down to a multiple of 16, and takes the size before that.
const ROUNDED: i32 = 15;

/// The parameter of `wasi_thread_start` that is the address of the `struct start_args`.
const START_ARGS: u32 = 1;

/// What is added to a module with a stack pointer, by index.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pointer: Pointer,
    limit: u32,
    ty: u32,
    function: u32,
    probe: Probe,
}

impl Guard {
    /// For a module with so many types, functions, and imported ones among these. `None` if it has no stack pointer.
    pub(super) fn of(
        wasm: &[u8],
        types: u32,
        functions: u32,
        imported: u32,
        probe: Probe,
    ) -> Result<Option<Self>, ModuleError> {
        Ok(Pointer::find(wasm, imported)?.map(|pointer| Self {
            limit: pointer.globals,
            pointer,
            ty: types,
            function: functions,
            probe,
        }))
    }

    /// What is added to the code of a function, at which bytes of the module. `at` is its index among the bodies.
    pub(super) fn edits(&self, body: &FunctionBody<'_>, at: usize) -> Result<Vec<Edit>, ModuleError> {
        let starts_threads = self.pointer.thread_start.is_some_and(|start| start.body == at);
        let sets = Sets::of(body, self.pointer.index)?;
        let of_start = sets.all.iter().map(|end| (*end, self.set_limit()));
        let of_others = sets.lowering.iter().map(|(end, value)| (*end, self.check(*value)));
        let place = |(end, code)| (end..end, code);
        Ok(if starts_threads { of_start.map(place).collect() } else { of_others.map(place).collect() })
    }

    /// Compares the pointer with the limit. `local` has the pointer's value too, if there is one. A stack at the begin
    /// of the memory is left by a pointer that is below 0, so the difference is compared and not the two.
    fn check(&self, local: Option<u32>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut code = InstructionSink::new(&mut bytes);
        match local {
            Some(local) => code.local_get(local),
            None => code.global_get(self.pointer.index),
        };
        code.global_get(self.limit).i32_sub().i32_const(0).i32_lt_s();
        code.if_(BlockType::Empty).call(self.function).unreachable().end();
        bytes
    }

    /// Sets the limit of a new thread, whose pointer has just been set. wasi-libc doesn't tell the size of the stack.
    fn set_limit(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut code = InstructionSink::new(&mut bytes);
        let size = |code: &mut InstructionSink<'_>| {
            code.local_get(START_ARGS).i32_load(MemArg { offset: STACK_SIZE, align: 2, memory_index: 0 });
        };
        let tells_size = self.pointer.thread_start.is_some_and(|start| start.tells_size);
        if tells_size {
            code.global_get(self.pointer.index);
            size(&mut code);
            code.i32_sub().i32_const(ROUNDED + RED_ZONE).i32_add();
        }
        code.global_get(self.pointer.index).i32_const(MOST_ABOVE).i32_sub();
        if tells_size {
            size(&mut code);
            code.select();
        }
        code.global_set(self.limit);
        bytes
    }

    /// The type of the function that traps.
    pub(super) fn ty(&self) -> u32 {
        self.ty
    }

    /// The entry of the limit in the section of globals. It begins as that of the main thread.
    pub(super) fn global(&self) -> Vec<u8> {
        const I32: u8 = 0x7f;
        const MUTABLE: u8 = 1;
        let mut entry = vec![I32, MUTABLE];
        InstructionSink::new(&mut entry).i32_const(self.pointer.lowest.wrapping_add(RED_ZONE)).end();
        entry
    }

    /// The function that traps, and its name.
    pub(super) fn name(&self) -> (u32, &str) {
        (self.function, STACK_OVERFLOW)
    }

    /// Adds the code of the function that traps.
    pub(super) fn code(&self, section: &mut CodeSection) {
        let mut function = Function::new([]);
        let mut code = function.instructions();
        self.probe.call(&mut code);
        code.unreachable().end();
        section.function(&function);
    }
}
