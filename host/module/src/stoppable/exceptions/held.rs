//! Where a function catches, and whether it may have a reference to an exception there.
//!
//! This follows the code that compilers make: what is caught by reference goes into a local at once, and each
//! `local.get` of such a local comes behind a `local.set` of it in the same block or in one around it. Then a local's value is
//! used in the rest of that block only. A function with other code is never said to be without a reference.

use super::is_exception;
use crate::ModuleError;
use crate::operators::{self, Effects};
use wasmparser::{Catch, FunctionBody, Operator};

/// Where a function goes on when it has caught something: behind which byte of the module.
#[derive(Default)]
pub(super) struct Landings {
    /// How many locals it has besides its parameters.
    pub(super) locals: u32,
    /// With a reference.
    pub(super) by_reference: Vec<u64>,
    /// Without one, and without having any from before.
    pub(super) clearing: Vec<u64>,
}

/// A block that is open.
struct Block {
    /// Of a loop: what is behind its head.
    head: Option<Place>,
    /// How many locals with references were set around it.
    around: usize,
    by_value: bool,
    by_reference: bool,
}

/// A place behind an instruction.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    /// Whether no local has a reference there that is still used.
    is_free: bool,
    /// Whether what is on the stack goes into a local, or away, at once.
    is_taken: bool,
}

/// Goes through a function.
struct Walk {
    blocks: Vec<Block>,
    /// By local: whether its values are references to exceptions, and whether it was set in a block that is open.
    locals: Vec<(bool, bool)>,
    /// Those that were set, in their order.
    set: Vec<u32>,
    /// Whether it is as compilers make it.
    is_regular: bool,
    found: Landings,
}

impl Landings {
    /// Those of a function with so many parameters, of which none is a reference to an exception.
    pub(super) fn of(body: &FunctionBody<'_>, parameters: u32) -> Result<Self, ModuleError> {
        if !catches(body)? {
            return Ok(Self::default());
        }
        let mut walk = Walk::of(body, parameters)?;
        let mut reader = body.get_operators_reader()?;
        let (mut operator, mut at) = reader.read_with_offset()?;
        while !reader.eof() {
            let end = reader.original_position();
            let (next, next_at) = reader.read_with_offset()?;
            let effects = operators::effects(&operator).map_err(|refused| refused.at(at))?;
            walk.step(&operator, effects, end, &next);
            (operator, at) = (next, next_at);
        }
        if !walk.is_regular {
            walk.found.clearing.clear();
        }
        walk.found.by_reference.sort_unstable();
        walk.found.clearing.sort_unstable();
        Ok(walk.found)
    }
}

impl Walk {
    fn of(body: &FunctionBody<'_>, parameters: u32) -> Result<Self, ModuleError> {
        let mut locals = vec![(false, false); parameters as usize];
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            locals.resize(locals.len() + count as usize, (is_exception(&ty), false));
        }
        let found = Landings { locals: locals.len() as u32 - parameters, ..Landings::default() };
        Ok(Self { blocks: Vec::new(), locals, set: Vec::new(), is_regular: true, found })
    }

    /// The next instruction, what is behind it, and which one comes then.
    fn step(&mut self, operator: &Operator<'_>, effects: Effects, end: u64, next: &Operator<'_>) {
        let is_taken = matches!(next, Operator::LocalSet { .. } | Operator::ThrowRef | Operator::Drop);
        match operator {
            Operator::LocalGet { local_index } if let Some((true, set)) = self.locals.get(*local_index as usize) => {
                self.is_regular &= *set && is_taken;
            }
            Operator::LocalTee { local_index } if let Some((true, _)) = self.locals.get(*local_index as usize) => {
                self.is_regular = false;
            }
            Operator::LocalSet { local_index }
                if let Some((true, set)) = self.locals.get_mut(*local_index as usize)
                    && !std::mem::replace(set, true) =>
            {
                self.set.push(*local_index);
            }
            Operator::TryTable { try_table } => {
                // Its labels are counted from around it.
                try_table.catches.iter().for_each(|catch| self.catch(catch));
                self.open(None);
            }
            Operator::Loop { .. } => {
                let head = self.place(end, is_taken);
                self.open(Some(head));
            }
            _ if effects.any(Effects::NESTS) => self.open(None),
            Operator::Else => {
                if let Some(block) = self.blocks.last() {
                    self.forget(block.around);
                }
            }
            Operator::End => {
                if let Some(block) = self.blocks.pop() {
                    self.forget(block.around);
                    let place = block.head.unwrap_or_else(|| self.place(end, is_taken));
                    self.land(&block, place);
                }
            }
            _ => {}
        }
    }

    fn place(&self, at: u64, is_taken: bool) -> Place {
        Place { at, is_free: self.set.is_empty(), is_taken }
    }

    fn open(&mut self, head: Option<Place>) {
        self.blocks.push(Block { head, around: self.set.len(), by_value: false, by_reference: false });
    }

    /// The values that were set in a block are not used behind it.
    fn forget(&mut self, around: usize) {
        for local in self.set.drain(around..) {
            self.locals[local as usize].1 = false;
        }
    }

    /// A catch that leads out of the function is none: whoever called the function may still have references.
    fn catch(&mut self, catch: &Catch) {
        let (label, by_reference) = match *catch {
            Catch::One { label, .. } | Catch::All { label } => (label, false),
            Catch::OneRef { label, .. } | Catch::AllRef { label } => (label, true),
        };
        if let Some(block) = self.blocks.iter_mut().rev().nth(label as usize) {
            block.by_value |= !by_reference;
            block.by_reference |= by_reference;
        }
    }

    fn land(&mut self, block: &Block, place: Place) {
        if block.by_reference {
            self.is_regular &= place.is_taken;
            self.found.by_reference.push(place.at);
        } else if block.by_value && place.is_free {
            self.found.clearing.push(place.at);
        }
    }
}

fn catches(body: &FunctionBody<'_>) -> Result<bool, ModuleError> {
    for operator in body.get_operators_reader()? {
        if let Operator::TryTable { try_table } = operator?
            && !try_table.catches.is_empty()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
