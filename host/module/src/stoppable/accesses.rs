//! Instructions that are replaced by others that do the same: loads and stores name the guest's memory by another index,
//! atomic stores are exchanges, and references are to functions of the module's own.

use super::edits::Edit;
use super::memories::GUEST;
use super::stores;
use super::thunks::Thunks;
use crate::ModuleError;
use crate::operators::{self, Effects};
use wasmparser::{FunctionBody, Operator};

/// In an instruction's alignment: the index of a memory follows. The module was validated with one memory, so it has none.
const HAS_INDEX: u8 = 0x40;

/// The first of the bytes that begin a longer opcode.
const PREFIX: u8 = 0xfc;

/// In a byte of a number: another one follows.
const CONTINUES: u8 = 0x80;

/// What replaces the accesses of a function, or parts of them, if they are to name `memory`. The module is `wasm`.
pub(super) fn edits(
    wasm: &[u8],
    body: &FunctionBody<'_>,
    memory: u32,
    thunks: &Thunks,
) -> Result<Vec<Edit>, ModuleError> {
    let mut edits = Vec::new();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (operator, at) = reader.read_with_offset()?;
        if let Some(other) = stores::exchange(&operator, memory).or_else(|| thunks.reference(&operator)) {
            edits.push((at..reader.original_position(), other));
        } else if memory != GUEST && is_access(&operator) {
            edits.extend(name(wasm, at, memory));
        }
    }
    Ok(edits)
}

/// Whether the compiler makes the access itself. The engine's functions look at the memory's size.
fn is_access(operator: &Operator<'_>) -> bool {
    operators::has_address(operator) && operators::effects(operator).is_ok_and(|effects| !effects.any(Effects::NATIVE))
}

/// Names the memory in the instruction at that byte. An alignment is one byte: one that was written with more stays.
fn name(wasm: &[u8], at: u64, memory: u32) -> Option<Edit> {
    let mut place = at as usize + 1;
    if *wasm.get(at as usize)? >= PREFIX {
        place += wasm.get(place..)?.iter().take_while(|byte| **byte & CONTINUES != 0).count() + 1;
    }
    let alignment = wasm.get(place).filter(|alignment| **alignment < HAS_INDEX)?;
    Some((place as u64..place as u64 + 1, vec![alignment | HAS_INDEX, memory as u8]))
}
