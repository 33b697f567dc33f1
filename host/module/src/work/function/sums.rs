//! Which values are sums with a constant, as far as the operators before tell.

use wasmparser::Operator;

/// What is known of the values on top of the stack, and of the locals.
pub(super) struct Sums {
    /// The value below the top, and the top.
    stack: [Value; 2],
    /// For each local, whether what it holds was such a sum when it was written last.
    locals: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Constant,
    /// A constant was added to it last.
    Sum,
    Other,
}

impl Sums {
    pub(super) fn of(locals: usize) -> Self {
        Self { stack: [Value::Other; 2], locals: vec![false; locals] }
    }

    /// Whether the top is a constant.
    pub(super) fn is_constant(&self) -> bool {
        self.stack[1] == Value::Constant
    }

    /// Takes notice of an operator. Tells whether it adds a constant to such a sum.
    pub(super) fn next(&mut self, operator: &Operator<'_>) -> bool {
        let [below, top] = self.stack;
        let local = |index: u32| index as usize;
        self.stack = match *operator {
            Operator::I32Const { .. } | Operator::I64Const { .. } => [top, Value::Constant],
            Operator::LocalGet { local_index } => match self.locals.get(local(local_index)) {
                Some(true) => [top, Value::Sum],
                _ => [top, Value::Other],
            },
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                if let Some(sum) = self.locals.get_mut(local(local_index)) {
                    *sum = top == Value::Sum;
                }
                match operator {
                    Operator::LocalTee { .. } => [below, top],
                    _ => [Value::Other, below],
                }
            }
            Operator::I32Add | Operator::I64Add if [below, top].contains(&Value::Constant) => {
                self.stack = [Value::Other, Value::Sum];
                return [below, top].contains(&Value::Sum);
            }
            Operator::Nop => [below, top],
            _ => [Value::Other; 2],
        };
        false
    }
}
