//! Keeps the engine's native code away from the end of the native stack.
//!
//! Some instructions run functions of the engine's on the guest's stack, below its frames. If such a function meets the
//! guard page while it holds a lock of the process (the unwinder's, the allocator's), nobody gives the lock back: wasmer
//! leaves the stack without unwinding. So [`RESERVE`] bytes are touched before each of these instructions, by a function
//! that is added. There the overflow is a trap in WebAssembly code, where no lock is held.
//!
//! The function calls itself. In a branch that is never taken it calls another one with so many parameters that each of
//! its frames is nearly a page. A call writes its return address behind the caller's frame, and so touches each page.

use super::edits::Edit;
use crate::ModuleError;
use crate::operators::{self, Effects};
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink, ValType};
use wasmparser::{FunctionBody, Operator};

/// Bytes of the stack that native code has at the least. A backtrace and an exception's unwinding take the most of it.
const RESERVE: i32 = 64 << 10;

/// Parameters of 16 bytes of the function that is never called. Calling conventions pass 8 of them in registers.
const WIDE: usize = 256;

/// Bytes of a frame that the compiler keeps free for these parameters.
const FRAME: i32 = 16 * (WIDE as i32 - 8);

/// What else is on it: the return address, the frame pointer, and two more registers.
const REST: i32 = 4 * 8;

// No page is left out.
const _: () = assert!(FRAME + REST <= 4096);

/// How often the function calls itself.
const CALLS: i32 = RESERVE / FRAME + 1;

/// Instructions of each of these calls.
const INSTRUCTIONS: u32 = 9;

/// Instructions that call the function.
pub(super) const CALL: u32 = 2;

/// How many instructions a probe comes to.
pub(super) const WORK: u32 = CALL + INSTRUCTIONS * (CALLS as u32 + 1);

/// The functions that are added to a module, by index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    ty: u32,
    function: u32,
}

/// How many types and functions there are.
pub(super) const ADDED: u32 = 2;

impl Probe {
    /// For a module with so many types and functions.
    pub(super) fn new(types: u32, functions: u32) -> Self {
        Self { ty: types, function: functions }
    }

    /// What is added to the code of a function, at which bytes of the module, and how many instructions that comes to.
    pub(super) fn edits(self, body: &FunctionBody<'_>) -> Result<(Vec<Edit>, u32), ModuleError> {
        let (mut edits, mut work) = (Vec::new(), 0);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, at) = reader.read_with_offset()?;
            let effects = operators::effects(&operator).map_err(|refused| refused.at(at))?;
            if needs_one(&operator, effects) {
                let mut code = Vec::new();
                self.call(&mut InstructionSink::new(&mut code));
                edits.push((at..at, code));
                work += self::work(&operator, effects);
            }
        }
        Ok((edits, work))
    }

    /// Appends a probe.
    pub(super) fn call(self, code: &mut InstructionSink<'_>) {
        code.i32_const(CALLS).call(self.function);
    }

    /// The types of the two functions: one of a number, and one of much.
    pub(super) fn types(self) -> [Vec<ValType>; 2] {
        [vec![ValType::I32], vec![ValType::V128; WIDE]]
    }

    /// The types of the two functions, encoded as the section of functions has them.
    pub(super) fn functions(self) -> [u32; 2] {
        [self.ty, self.ty + 1]
    }

    /// Adds the code of the two, in the order of their indices.
    pub(super) fn code(self, section: &mut CodeSection) {
        let mut probe = Function::new([(1, ValType::V128)]);
        let mut code = probe.instructions();
        code.local_get(0).if_(BlockType::Empty);
        // The compiler doesn't know that the number is never below 0.
        code.local_get(0).i32_const(0).i32_lt_s().if_(BlockType::Empty);
        for _ in 0..WIDE {
            code.local_get(1);
        }
        code.call(self.function + 1).end();
        code.local_get(0).i32_const(1).i32_sub().call(self.function);
        code.end().end();
        section.function(&probe);
        let mut wide = Function::new([]);
        wide.instructions().end();
        section.function(&wide);
    }
}

/// How many instructions come before an operator, for its probe. Those before one that always traps don't count.
pub(super) fn work(operator: &Operator<'_>, effects: Effects) -> u32 {
    let ends = matches!(operator, Operator::Unreachable);
    if needs_one(operator, effects) && !ends { WORK } else { 0 }
}

/// Whether native code runs that may hold a lock. What a `catch` arm reads comes after a `throw`, whose frame lay deeper,
/// and `memory.copy` and `memory.fill` are replaced by functions that see to it themselves (`bulk`).
fn needs_one(operator: &Operator<'_>, effects: Effects) -> bool {
    let is_bulk = matches!(operator, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. });
    effects.any(Effects::NATIVE) && !effects.any(Effects::NESTS) && !is_bulk
}
