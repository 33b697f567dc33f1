//! The engine's types for what a module declares.

use plugix_module::{Import, Number};
use wasmer::{FunctionType, Type};

/// The type that a module declares for an import, if the import is a function of numbers.
pub(crate) fn function_type(import: &Import) -> Option<FunctionType> {
    let signature = import.signature()?;
    let types = |numbers: &[Number]| numbers.iter().map(|number| type_of(*number)).collect::<Vec<_>>();
    Some(FunctionType::new(types(&signature.params), types(&signature.results)))
}

fn type_of(number: Number) -> Type {
    match number {
        Number::I32 => Type::I32,
        Number::I64 => Type::I64,
        Number::F32 => Type::F32,
        Number::F64 => Type::F64,
    }
}
