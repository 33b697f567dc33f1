//! Which instructions of a function may lower the stack pointer.

use crate::ModuleError;
use std::collections::HashSet;
use wasmparser::{FunctionBody, Operator};

/// The instructions that set the stack pointer, by the byte behind each.
#[derive(Default)]
pub(super) struct Sets {
    pub(super) all: Vec<u64>,
    /// Those that may lower it; each with a local that has the pointer's value too, if there is one.
    pub(super) lowering: Vec<(u64, Option<u32>)>,
}

/// What is set.
enum Value {
    /// A value that is not followed.
    Any,
    /// What was just put into a local as well.
    Kept(u32),
    /// What a local has.
    Local(u32),
}

impl Sets {
    pub(super) fn of(body: &FunctionBody<'_>, pointer: u32) -> Result<Self, ModuleError> {
        let mut found = Vec::new();
        // The locals that had values of the pointer, and those that had others.
        let (mut own, mut others) = (HashSet::new(), HashSet::new());
        // The last two instructions, and the local that the last one set.
        let (mut last, mut before_last, mut assigned) = (Operator::Nop, Operator::Nop, None);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            let sets_pointer = matches!(operator, Operator::GlobalSet { global_index } if global_index == pointer);
            if let Some(local) = assigned.take() {
                if sets_pointer {
                    own.insert(local)
                } else {
                    others.insert(local)
                };
            }
            let is_pointer = matches!(last, Operator::GlobalGet { global_index } if global_index == pointer);
            match operator {
                Operator::GlobalSet { .. } if sets_pointer => {
                    found.push((reader.original_position(), value(&before_last, &last)));
                }
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } if is_pointer => {
                    own.insert(local_index);
                }
                Operator::LocalTee { local_index } => assigned = Some(local_index),
                Operator::LocalSet { local_index } => {
                    others.insert(local_index);
                }
                _ => {}
            }
            before_last = std::mem::replace(&mut last, operator);
        }
        let all = found.iter().map(|(end, _)| *end).collect();
        let lowering = found.into_iter().filter_map(|(end, value)| match value? {
            Value::Any => Some((end, None)),
            Value::Kept(local) => Some((end, Some(local))),
            // It was the pointer's value before, and was compared then.
            Value::Local(local) if own.contains(&local) && !others.contains(&local) => None,
            Value::Local(local) => Some((end, Some(local))),
        });
        Ok(Self { all, lowering: lowering.collect() })
    }
}

/// What the two instructions before a set say of the value. `None` if it is higher than the one before, which is how a
/// function ends.
fn value(before_last: &Operator<'_>, last: &Operator<'_>) -> Option<Value> {
    match (before_last, last) {
        (Operator::I32Const { value: 0.. }, Operator::I32Add) => None,
        (_, Operator::LocalTee { local_index }) => Some(Value::Kept(*local_index)),
        (_, Operator::LocalGet { local_index }) => Some(Value::Local(*local_index)),
        _ => Some(Value::Any),
    }
}
