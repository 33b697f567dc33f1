//! What each operator takes by itself, where it stands.

use super::Walk;
use crate::operators::Effects;
use crate::work::operator;
use wasmparser::{Operator, WasmModuleResources};

impl Walk {
    pub(super) fn weigh(&mut self, operator: &Operator<'_>, effects: Effects) {
        let (after_constant, adds_to_sum) = (self.sums.is_constant(), self.sums.next(operator));
        let weight = match operator {
            Operator::I32Add | Operator::I64Add if adds_to_sum => operator::ADDITIONS,
            Operator::I32Rotl | Operator::I32Rotr | Operator::I64Rotl | Operator::I64Rotr if !after_constant => {
                operator::ROTATION
            }
            Operator::TryTable { .. } => operator::TRY,
            Operator::Call { function_index } => {
                let ty = self.validator.resources().type_index_of_function(*function_index);
                let (params, results) = ty.map_or((0, 0), |ty| self.function_type(ty));
                self.call(params + results)
            }
            Operator::CallIndirect { type_index, .. } => {
                let (params, results) = self.function_type(*type_index);
                operator::NATIVE + self.call(params + results)
            }
            _ if effects.any(Effects::NATIVE) => operator::NATIVE,
            _ if effects.any(Effects::CHANGES_ALL) => operator::CHANGES,
            _ => operator::ANY,
        };
        let loops = self.open.last().map_or(0, |open| open.loops);
        let hoisting = loops.saturating_mul(loops).saturating_mul(operator::LOOPS);
        self.counts.operators = self.counts.operators.saturating_add(weight).saturating_add(hoisting);
        if effects.any(Effects::NATIVE) {
            self.counts.handlers = self.counts.handlers.saturating_add(self.handlers());
        }
    }

    /// The handlers that what comes next may throw to.
    pub(super) fn handlers(&self) -> u64 {
        self.open.last().map_or(0, |open| open.handlers)
    }

    fn call(&mut self, operands: usize) -> u64 {
        let handlers = self.handlers();
        if handlers > 0 {
            // It goes on in two places.
            self.counts.blocks += 2;
        }
        self.counts.handlers = self.counts.handlers.saturating_add(handlers);
        operator::CALL + operator::OPERAND.saturating_mul(operands as u64)
    }
}
