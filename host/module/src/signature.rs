//! The type of a function of numbers.

use std::fmt;
use wasmparser::{FuncType, ValType};

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
}

/// What a function takes and returns, if all of that is numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What it takes.
    pub params: Vec<Number>,
    /// What it returns.
    pub results: Vec<Number>,
}

impl Signature {
    /// `None` if there is something else than numbers in it.
    pub(crate) fn of(ty: &FuncType) -> Option<Self> {
        let numbers = |types: &[ValType]| types.iter().map(|ty| Number::of(*ty)).collect::<Option<Vec<_>>>();
        Some(Self { params: numbers(ty.params())?, results: numbers(ty.results())? })
    }
}

impl Number {
    fn of(ty: ValType) -> Option<Self> {
        match ty {
            ValType::I32 => Some(Self::I32),
            ValType::I64 => Some(Self::I64),
            ValType::F32 => Some(Self::F32),
            ValType::F64 => Some(Self::F64),
            ValType::V128 | ValType::Ref(_) => None,
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} -> {:?}", self.params, self.results)
    }
}
