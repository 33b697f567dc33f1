//! Whether a module refers to functions that it imports: in its tables, its globals or its code.
//!
//! Through a reference, code of wasmer's LLVM calls the wrong way: it gives a function of the host's an argument more, or one of the
//! module's an argument less. To tell them apart it takes the place within the elements for the place within the table (wasmer
//! 7.4.2, `wasmer-compiler-llvm/src/translator/code.rs`, `build_m0_indirect_call`), and a table rarely begins with its elements.

use crate::ModuleError;
use wasmparser::{ConstExpr, ElementItems, Operator, Parser, Payload, TypeRef};

/// Whether there is such a reference. The module was validated.
///
/// # Errors
/// [`ModuleError::Malformed`] if it was not.
pub fn refers_to_imports(wasm: &[u8]) -> Result<bool, ModuleError> {
    let mut imported = 0;
    any(Parser::new(0).parse_all(wasm), |payload| match payload {
        Payload::ImportSection(imports) => {
            for import in imports.into_imports() {
                imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
            }
            Ok(false)
        }
        Payload::GlobalSection(globals) => any(globals, |global| constant(&global.init_expr, imported)),
        Payload::ElementSection(elements) => any(elements, |element| match element.items {
            ElementItems::Functions(functions) => any(functions, |function| Ok(function < imported)),
            ElementItems::Expressions(_, expressions) => any(expressions, |expression| constant(&expression, imported)),
        }),
        Payload::CodeSectionEntry(body) => {
            any(body.get_operators_reader()?, |operator| Ok(is_one(&operator, imported)))
        }
        _ => Ok(false),
    })
}

/// Whether one of the items is what is looked for.
fn any<T>(
    items: impl IntoIterator<Item = wasmparser::Result<T>>,
    mut is_one: impl FnMut(T) -> Result<bool, ModuleError>,
) -> Result<bool, ModuleError> {
    for item in items {
        if is_one(item?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn constant(expression: &ConstExpr<'_>, imported: u32) -> Result<bool, ModuleError> {
    any(expression.get_operators_reader(), |operator| Ok(is_one(&operator, imported)))
}

fn is_one(operator: &Operator<'_>, imported: u32) -> bool {
    matches!(operator, Operator::RefFunc { function_index } if *function_index < imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refers(rest: &str) -> bool {
        let text = format!(r#"(module (import "host" "f" (func $host)) (table 3 funcref) (func $own) {rest})"#);
        refers_to_imports(&wat::parse_str(text).expect("the text is WebAssembly")).expect("it is valid")
    }

    #[test]
    fn references_to_imports_are_found() {
        assert!(refers("(elem (i32.const 1) $own $host)"));
        assert!(refers("(elem (table 0) (i32.const 1) funcref (ref.func $own) (ref.func $host))"));
        assert!(refers("(global funcref (ref.func $host))"));
        assert!(refers("(elem declare func $host) (func (drop (ref.func $host)))"));
    }

    #[test]
    fn others_are_not() {
        assert!(!refers("(elem (i32.const 1) $own)"));
        assert!(!refers("(func (call $host)) (global funcref (ref.func $own)) (export \"host\" (func $host))"));
    }
}
