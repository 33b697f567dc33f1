//! What is changed in the code of a function.

use super::added::OfFunction;
use super::bounded::{Checks, MAX_WORK};
use super::bulk::Bulk;
use super::check::check;
use super::flow::{Flow, quiet_loops};
use super::memories::CONTROL;
use super::{exceptions, probe, slice, stack};
use crate::ModuleError;
use crate::operators::{self, Effects};
use std::collections::BTreeSet;
use std::ops::Range;
use wasm_encoder::InstructionSink;
use wasmparser::{FunctionBody, Operator};

/// What is replaced by what. An addition replaces nothing.
pub(super) type Edit = (Range<u64>, Vec<u8>);

pub(super) struct Edits {
    /// In order.
    all: Vec<Edit>,
    checks: usize,
    /// Where the last check is.
    checked: Option<u64>,
    flow: Flow,
}

impl Edits {
    /// Those of a function that needs these checks. `cost` is what a call of another one costs until a check, and
    /// `accesses` is what replaces accesses of the guest's memory.
    pub(super) fn of(
        body: &FunctionBody<'_>,
        checks: Checks,
        cost: impl Fn(u32) -> u32,
        bulk: Option<Bulk>,
        added: OfFunction,
        accesses: Vec<Edit>,
    ) -> Result<Self, ModuleError> {
        let OfFunction { stack, probes, exceptions, .. } = added;
        let mut edits = Self { all: stack, checks: 0, checked: None, flow: Flow::new() };
        if !matches!(checks, Checks::None(_)) {
            edits.add_checks(body, checks, cost, bulk, &exceptions)?;
        }
        let exceptions::OfFunction { local, begin, catches, tells } = exceptions;
        edits.all.splice(0..0, local);
        edits.all.extend(begin.into_iter().chain(catches).chain(tells).chain(probes).chain(accesses));
        // At one place, additions stay in this order, and come before what is replaced there.
        edits.all.sort_by_key(|(replaced, _)| (replaced.start, !replaced.is_empty()));
        Ok(edits)
    }

    fn add_checks(
        &mut self,
        body: &FunctionBody<'_>,
        checks: Checks,
        cost: impl Fn(u32) -> u32,
        bulk: Option<Bulk>,
        exceptions: &exceptions::OfFunction,
    ) -> Result<(), ModuleError> {
        let edits = self;
        let catches = exceptions.catches.iter().map(|(at, _)| at.start).collect::<BTreeSet<_>>();
        let guarded: Vec<_> = edits.all.iter().map(|(at, _)| at.start).collect();
        let mut guarded = guarded.into_iter().peekable();
        let mut quiet_loops = quiet_loops(body)?.into_iter();
        let mut reader = body.get_operators_reader()?;
        if checks == Checks::All {
            edits.check(reader.original_position());
        }
        if exceptions.begin.is_some() {
            edits.flow.add(exceptions::BEGIN);
        }
        while !reader.eof() {
            let (operator, at) = reader.read_with_offset()?;
            let effects = operators::effects(&operator).map_err(|refused| refused.at(at))?;
            let end = reader.original_position();
            let work = match operator {
                Operator::Call { function_index } => 1 + cost(function_index),
                _ if guarded.next_if_eq(&end).is_some() => 1 + stack::WORK,
                _ => 1,
            };
            let work = work + probe::work(&operator, effects) + exceptions::work(&operator);
            if edits.flow.work() + work > MAX_WORK {
                edits.check(at);
            }
            match operator {
                Operator::Loop { .. } if quiet_loops.next() == Some(true) && !edits.flow.has_address() => {
                    edits.check(at)
                }
                ref operator if let Some(call) = bulk.and_then(|bulk| bulk.call(operator)) => {
                    edits.all.push((at..end, call));
                }
                _ if effects.any(Effects::LONG) => edits.check(at),
                _ => {}
            }
            edits.flow.step(&operator, effects, work);
            if let Operator::Loop { .. } = operator {
                edits.check(end);
            }
            if catches.contains(&end) {
                if edits.flow.work() + exceptions::CATCH > MAX_WORK {
                    edits.check(end);
                }
                edits.flow.add(exceptions::CATCH);
            }
            if let Operator::TableGrow { table } = operator {
                edits.all.push((end..end, tell_growth(table)));
            }
        }
        Ok(())
    }

    /// Adds a check. One is enough where a loop begins with an instruction that has one.
    fn check(&mut self, at: u64) {
        if self.checked.replace(at) != Some(at) {
            let mut code = Vec::new();
            check(&mut InstructionSink::new(&mut code), self.checks);
            self.all.push((at..at, code));
            self.checks += 1;
        }
        self.flow.check();
    }

    /// What is replaced, and by how many bytes.
    pub(super) fn lengths(&self) -> Vec<(Range<u64>, u64)> {
        self.all.iter().map(|(replaced, by)| (replaced.clone(), by.len() as u64)).collect()
    }

    /// The function with the edits.
    pub(super) fn apply(self, wasm: &[u8], function: Range<u64>) -> Vec<u8> {
        splice(wasm, function, &self.all)
    }
}

/// A part of the module, with edits that are in order.
pub(super) fn splice(wasm: &[u8], part: Range<u64>, edits: &[Edit]) -> Vec<u8> {
    let added: usize = edits.iter().map(|(_, by)| by.len()).sum();
    let mut edited = Vec::with_capacity(slice(wasm, part.clone()).len() + added);
    let mut copied = part.start;
    for (replaced, by) in edits {
        edited.extend_from_slice(slice(wasm, copied..replaced.start));
        edited.extend_from_slice(by);
        copied = replaced.end;
    }
    edited.extend_from_slice(slice(wasm, copied..part.end));
    edited
}

/// Tells the host what `table.grow` returned, and how large the table is then: by `memory.grow` of the control memory,
/// which returns its operand (`running::quota` of `plugix-host`).
fn tell_growth(table: u32) -> Vec<u8> {
    let mut code = Vec::new();
    InstructionSink::new(&mut code).memory_grow(CONTROL).table_size(table).memory_grow(CONTROL).drop();
    code
}
