//! Instructions that move memory in bulk, in pieces: one of them could go through the whole memory at once, which takes
//! longer than a stop may.
//!
//! `memory.fill` and `memory.copy` become calls of functions that are added behind the module's own. They do the same, a
//! piece at a time, with a check before each. What is out of bounds traps before anything is written, as it
//! would have. Short ones don't reach the engine at all (see `short`).

mod short;

use super::check::check;
use super::memories::GUEST;
use super::probe::Probe;
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink, MemArg, ValType};
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Bytes of a piece. The processor is through them in less than a tenth of a millisecond. The C library copies shorter ones
/// with a string instruction, which takes five times as long on some processors.
const PIECE: i32 = 1 << 20;

/// The parameters of all functions here: where to, where from or with what, how many bytes.
const TO: u32 = 0;
const FROM: u32 = 1;
const LEN: u32 = 2;

/// A local: where the bytes end.
const END: u32 = 3;

/// How many functions are added.
pub(super) const ADDED: u32 = 4;

/// The functions that are added to a module, by index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bulk {
    ty: u32,
    /// Fills; after it come what copies, what fills what is long, and what copies what is long.
    first: u32,
    probe: Probe,
}

impl Bulk {
    /// For a module of so many types and functions; `None` if nothing in it moves memory in bulk.
    pub(super) fn of(
        types: u32,
        functions: u32,
        bodies: &[FunctionBody<'_>],
        probe: Probe,
    ) -> Result<Option<Self>, BinaryReaderError> {
        for body in bodies {
            for operator in body.get_operators_reader()? {
                if matches!(operator?, Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }) {
                    return Ok(Some(Self { ty: types, first: functions, probe }));
                }
            }
        }
        Ok(None)
    }

    /// The call that an instruction becomes, if it does.
    pub(super) fn call(self, operator: &Operator<'_>) -> Option<Vec<u8>> {
        let function = match operator {
            Operator::MemoryFill { .. } => self.first,
            Operator::MemoryCopy { .. } => self.first + 1,
            _ => return None,
        };
        let mut call = Vec::new();
        InstructionSink::new(&mut call).call(function);
        Some(call)
    }

    /// The type of all of them.
    pub(super) fn ty(self) -> u32 {
        self.ty
    }

    /// Adds the code of all, in the order of their indices.
    pub(super) fn code(self, section: &mut CodeSection) {
        section.function(&short::fill(self.first + 2));
        section.function(&short::copy(self.first + 3));
        section.function(&fill(self.probe));
        section.function(&copy(self.probe));
    }
}

fn fill(probe: Probe) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    at_once_if_small(&mut code, &[TO], fill_rest, probe);
    at_once_if_out_of_bounds(&mut code, &[TO], fill_rest);
    code.loop_(BlockType::Empty);
    check(&mut code, 1);
    code.local_get(TO).local_get(FROM).i32_const(PIECE).memory_fill(GUEST);
    advance(&mut code, TO);
    shrink(&mut code);
    again_if_long(&mut code);
    code.end();
    fill_rest(&mut code);
    code.end();
    function
}

/// Copies from the end that doesn't overwrite what is still to be copied.
fn copy(probe: Probe) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    at_once_if_small(&mut code, &[TO, FROM], copy_rest, probe);
    at_once_if_out_of_bounds(&mut code, &[TO, FROM], copy_rest);
    code.local_get(TO).local_get(FROM).i32_le_u().if_(BlockType::Empty);
    code.loop_(BlockType::Empty);
    check(&mut code, 1);
    code.local_get(TO).local_get(FROM).i32_const(PIECE).memory_copy(GUEST, GUEST);
    advance(&mut code, TO);
    advance(&mut code, FROM);
    shrink(&mut code);
    again_if_long(&mut code);
    code.end();
    code.else_();
    code.loop_(BlockType::Empty);
    check(&mut code, 2);
    shrink(&mut code);
    for start in [TO, FROM] {
        code.local_get(start).local_get(LEN).i32_add();
    }
    code.i32_const(PIECE).memory_copy(GUEST, GUEST);
    again_if_long(&mut code);
    code.end();
    code.end();
    copy_rest(&mut code);
    code.end();
    function
}

fn fill_rest(code: &mut InstructionSink<'_>) {
    code.local_get(TO).local_get(FROM).local_get(LEN).memory_fill(GUEST);
}

fn copy_rest(code: &mut InstructionSink<'_>) {
    code.local_get(TO).local_get(FROM).local_get(LEN).memory_copy(GUEST, GUEST);
}

/// Appends code.
type Append = fn(&mut InstructionSink<'_>);

/// Most are small. The engine's function holds no lock and takes little of the stack, unless it traps. So what is out of
/// bounds traps here, by a read of the last byte: that is cheaper than a probe.
fn at_once_if_small(code: &mut InstructionSink<'_>, starts: &[u32], at_once: Append, probe: Probe) {
    code.block(BlockType::Empty);
    code.local_get(LEN).i32_const(PIECE).i32_gt_u().br_if(0);
    for start in starts {
        code.local_get(*start).local_get(LEN).i32_add().local_tee(END);
        // Past the end of all addresses, or nothing at address 0, which has no last byte: the engine's function knows.
        code.local_get(*start).i32_lt_u().local_get(END).i32_eqz().i32_or().br_if(0);
        code.local_get(END).i32_const(1).i32_sub();
        code.i32_load8_u(MemArg { offset: 0, align: 0, memory_index: GUEST }).drop();
    }
    at_once(code);
    code.return_().end();
    probe.call(code);
    check(code, 0);
    code.local_get(LEN).i32_const(PIECE).i32_le_u().if_(BlockType::Empty);
    at_once(code);
    code.return_().end();
}

/// The instruction itself traps then, and the sums of the pieces' addresses can't overflow otherwise.
fn at_once_if_out_of_bounds(code: &mut InstructionSink<'_>, starts: &[u32], at_once: Append) {
    const PAGE_BITS: i64 = 16;
    for start in starts {
        code.local_get(*start).i64_extend_i32_u().local_get(LEN).i64_extend_i32_u().i64_add();
        code.memory_size(GUEST).i64_extend_i32_u().i64_const(PAGE_BITS).i64_shl();
        code.i64_gt_u().if_(BlockType::Empty);
        at_once(code);
        code.return_().end();
    }
}

fn advance(code: &mut InstructionSink<'_>, start: u32) {
    code.local_get(start).i32_const(PIECE).i32_add().local_set(start);
}

fn shrink(code: &mut InstructionSink<'_>) {
    code.local_get(LEN).i32_const(PIECE).i32_sub().local_set(LEN);
}

fn again_if_long(code: &mut InstructionSink<'_>) {
    code.local_get(LEN).i32_const(PIECE).i32_gt_u().br_if(0);
}
