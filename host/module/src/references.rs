//! Types of references that the engine's validator takes and its compiler doesn't.
//!
//! With exceptions come two types. wasmer 7.4.2 has `exnref`, and neither `noexn` nor tables of exceptions
//! (`wasmer-compiler`, `translator/sections.rs`; its threads panic on some of them).

use crate::ModuleError;
use crate::features::NO_CODE;
use wasmparser::{
    AbstractHeapType, BlockType, CompositeInnerType, Element, ElementItems, FunctionBody, HeapType, Operator, Parser,
    Payload, RefType, ValType,
};

/// Checks the types that a module names. The module was validated.
///
/// # Errors
/// [`ModuleError::Proposal`] if the compiler has no code for one.
pub(crate) fn check(wasm: &[u8]) -> Result<(), ModuleError> {
    check_sections(wasm)?;
    Parser::new(0).parse_all(wasm).try_for_each(|payload| match payload? {
        Payload::CodeSectionEntry(body) => check_body(&body),
        _ => Ok(()),
    })
}

/// The same for all but code.
pub(crate) fn check_sections(wasm: &[u8]) -> Result<(), ModuleError> {
    Parser::new(0).parse_all(wasm).try_for_each(|payload| check_section(&payload?))
}

fn check_section(payload: &Payload<'_>) -> Result<(), ModuleError> {
    match payload {
        Payload::TypeSection(groups) => {
            for group in groups.clone().into_iter_with_offsets() {
                let (at, group) = group?;
                for ty in group.types() {
                    if let CompositeInnerType::Func(function) = &ty.composite_type.inner {
                        function.params().iter().chain(function.results()).try_for_each(|ty| value(*ty, at))?;
                    }
                }
            }
        }
        Payload::TableSection(tables) => {
            for table in tables.clone().into_iter_with_offsets() {
                let (at, table) = table?;
                kept(table.ty.element_type, "a table of exceptions", at)?;
            }
        }
        Payload::GlobalSection(globals) => {
            for global in globals.clone().into_iter_with_offsets() {
                let (at, global) = global?;
                value(global.ty.content_type, at)?;
                if let ValType::Ref(ty) = global.ty.content_type {
                    kept(ty, "a global with an exception", at)?;
                }
            }
        }
        Payload::ElementSection(elements) => {
            for element in elements.clone().into_iter_with_offsets() {
                if let (at, Element { items: ElementItems::Expressions(ty, _), .. }) = element? {
                    kept(ty, "a table of exceptions", at)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// The same for a function's locals.
pub(crate) fn check_locals(body: &FunctionBody<'_>) -> Result<(), ModuleError> {
    let at = body.range().start;
    body.get_locals_reader()?.into_iter().try_for_each(|local| value(local?.1, at))
}

fn check_body(body: &FunctionBody<'_>) -> Result<(), ModuleError> {
    check_locals(body)?;
    let operators = body.get_operators_reader()?.into_iter_with_offsets();
    operators.into_iter().try_for_each(|operator| {
        let (operator, at) = operator?;
        check_operator(&operator, at)
    })
}

/// The same for one operator.
pub(crate) fn check_operator(operator: &Operator<'_>, at: u64) -> Result<(), ModuleError> {
    match operator {
        Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => block(*blockty, at),
        Operator::TryTable { try_table } => block(try_table.ty, at),
        Operator::TypedSelect { ty } => value(*ty, at),
        Operator::RefNull { hty } => heap(*hty, at),
        _ => Ok(()),
    }
}

/// A type with an index is in the section of types.
fn block(ty: BlockType, at: u64) -> Result<(), ModuleError> {
    if let BlockType::Type(ty) = ty { value(ty, at) } else { Ok(()) }
}

fn value(ty: ValType, at: u64) -> Result<(), ModuleError> {
    if let ValType::Ref(ty) = ty { heap(ty.heap_type(), at) } else { Ok(()) }
}

fn heap(ty: HeapType, at: u64) -> Result<(), ModuleError> {
    let HeapType::Abstract { ty: AbstractHeapType::NoExn, .. } = ty else { return Ok(()) };
    Err(refused("the type `noexn`", at))
}

/// What is kept from one call to the next can't be an exception: the host frees exceptions between calls.
fn kept(ty: RefType, what: &str, at: u64) -> Result<(), ModuleError> {
    let HeapType::Abstract { ty: AbstractHeapType::Exn | AbstractHeapType::NoExn, .. } = ty.heap_type() else {
        return Ok(());
    };
    Err(refused(what, at))
}

fn refused(what: &str, offset: u64) -> ModuleError {
    ModuleError::Proposal { proposal: "exceptions", message: what.to_owned(), offset, why: NO_CODE }
}

#[cfg(test)]
mod tests {
    use crate::{ModuleError, validate};

    fn checked(part: &str) -> Result<(), ModuleError> {
        validate(&wat::parse_str(format!("(module {part})")).expect("the text is a module"))
    }

    #[test]
    fn types_without_code_are_refused() {
        for part in [
            "(func (param nullexnref))",
            "(func (result nullexnref) (unreachable))",
            "(func (local nullexnref))",
            "(func (drop (ref.null noexn)))",
            "(func (drop (select (result nullexnref) (unreachable) (unreachable) (i32.const 0))))",
            "(func (drop (block (result nullexnref) (unreachable))))",
            "(func (drop (try_table (result nullexnref) (unreachable))))",
            "(global nullexnref (ref.null noexn))",
            "(table 1 nullexnref)",
            "(global exnref (ref.null exn))",
            "(global (mut exnref) (ref.null exn))",
            "(table 1 exnref)",
            "(elem exnref (ref.null exn))",
        ] {
            let error = checked(part).expect_err(part);
            assert!(matches!(error, ModuleError::Proposal { proposal: "exceptions", .. }), "{part}: {error}");
        }
    }

    #[test]
    fn types_with_code_are_valid() {
        for part in [
            "(func (param exnref) (result exnref) (block (result exnref) (local.get 0)))",
            "(func (local (ref exn)))",
            "(table 1 externref) (elem externref (ref.null extern))",
        ] {
            checked(part).unwrap_or_else(|error| panic!("{part}: {error}"));
        }
    }
}
