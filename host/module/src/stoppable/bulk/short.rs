//! Short copies and fills, in WebAssembly: a call of the engine's function takes longer than they do.
//!
//! Of each length there are so many values from the start and as many up to the end, which meet in the middle. All are
//! read before the first is written, so that the two ranges may overlap. The last one is written first: if it is in
//! bounds, so are the others, and what is out of bounds writes nothing.
//!
//! These are functions of their own, since a function saves at its entry what any of its paths needs.

use super::super::check::check;
use super::{FROM, LEN, TO};
use crate::stoppable::memories::GUEST;
use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

/// Bytes of the widest value.
const V128: u32 = 16;

/// So many of them from the start, and as many up to the end, are the longest that is short.
const VALUES: u32 = 4;
const LONGEST: u32 = 2 * VALUES * V128;

/// Locals: where the two ranges end.
const TO_END: u32 = 3;
const FROM_END: u32 = 4;

/// What copies what is short. It calls `long` for the rest.
pub(super) fn copy(long: u32) -> Function {
    function(&[(TO, TO_END), (FROM, FROM_END)], long, |code, width, values| {
        for place in places(width, values) {
            place.address(TO, TO_END, code);
            place.address(FROM, FROM_END, code);
            load(code, width, place.offset);
        }
        store_all(code, width, values);
    })
}

/// What fills what is short. It calls `long` for the rest.
pub(super) fn fill(long: u32) -> Function {
    function(&[(TO, TO_END)], long, |code, width, values| {
        for place in places(width, values) {
            place.address(TO, TO_END, code);
            code.local_get(FROM);
            match width {
                1 => {}
                4 => _ = code.i8x16_splat().i32x4_extract_lane(0),
                8 => _ = code.i8x16_splat().i64x2_extract_lane(0),
                _ => _ = code.i8x16_splat(),
            }
        }
        store_all(code, width, values);
    })
}

/// A function that appends what is done for each length: with values of a width, so many from the start and up to the end.
fn function(ranges: &[(u32, u32)], long: u32, append: impl Fn(&mut InstructionSink<'_>, u32, u32)) -> Function {
    let mut function = Function::new([(ranges.len() as u32, ValType::I32)]);
    let mut code = function.instructions();
    check(&mut code, 0);
    code.block(BlockType::Empty);
    // Nothing, whose place has to be in bounds as well, is as long as can be here.
    code.local_get(LEN).i32_const(1).i32_sub().i32_const(LONGEST as i32).i32_ge_u().br_if(0);
    for (start, end) in ranges {
        code.local_get(*start).local_get(LEN).i32_add().local_tee(*end).local_get(*start).i32_lt_u();
    }
    // Addresses that begin again at 0.
    for _ in 1..ranges.len() {
        code.i32_or();
    }
    code.br_if(0);
    let up_to = |code: &mut InstructionSink<'_>, most: u32| {
        code.local_get(LEN).i32_const(most as i32).i32_le_u().if_(BlockType::Empty);
    };
    up_to(&mut code, V128);
    for width in [8, 4] {
        code.local_get(LEN).i32_const(width as i32).i32_ge_u().if_(BlockType::Empty);
        append(&mut code, width, 1);
        code.return_().end();
    }
    append(&mut code, 1, 1);
    code.return_().end();
    let mut values = 1;
    while values < VALUES {
        up_to(&mut code, 2 * values * V128);
        append(&mut code, V128, values);
        code.return_().end();
        values *= 2;
    }
    append(&mut code, V128, VALUES);
    code.return_().end();
    code.local_get(TO).local_get(FROM).local_get(LEN).call(long).end();
    function
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place {
    part: Part,
    offset: u32,
}

#[derive(Clone, Copy)]
enum Part {
    Start,
    Middle,
    /// So many bytes before the end.
    End(u32),
}

/// Where the values are that cover it all. The last of them is the last of all.
fn places(width: u32, values: u32) -> impl Iterator<Item = Place> {
    // Of three bytes the one in the middle isn't next to an end.
    let middle = (width == 1).then_some(Part::Middle);
    let parts = [Part::Start].into_iter().chain(middle).chain([Part::End(values * width)]);
    parts.flat_map(move |part| (0..values).map(move |value| Place { part, offset: value * width }))
}

impl Place {
    /// Appends the address, without the offset.
    fn address(self, start: u32, end: u32, code: &mut InstructionSink<'_>) {
        match self.part {
            Part::Start => _ = code.local_get(start),
            Part::Middle => _ = code.local_get(start).local_get(LEN).i32_const(1).i32_shr_u().i32_add(),
            Part::End(bytes) => _ = code.local_get(end).i32_const(bytes as i32).i32_sub(),
        }
    }
}

fn load(code: &mut InstructionSink<'_>, width: u32, offset: u32) {
    match width {
        1 => code.i32_load8_u(memory(offset)),
        4 => code.i32_load(memory(offset)),
        8 => code.i64_load(memory(offset)),
        _ => code.v128_load(memory(offset)),
    };
}

/// Stores what is on the stack: an address and a value for each place.
fn store_all(code: &mut InstructionSink<'_>, width: u32, values: u32) {
    let mut offsets: Vec<_> = places(width, values).map(|place| place.offset).collect();
    while let Some(offset) = offsets.pop() {
        match width {
            1 => code.i32_store8(memory(offset)),
            4 => code.i32_store(memory(offset)),
            8 => code.i64_store(memory(offset)),
            _ => code.v128_store(memory(offset)),
        };
    }
}

fn memory(offset: u32) -> MemArg {
    MemArg { offset: offset.into(), align: 0, memory_index: GUEST }
}
