//! Puts a function of the module's own around each imported one that it names elsewhere than in a call: in elements, in
//! globals, in exports. A reference in code is to a function that is named there too.
//!
//! So all functions in tables are the module's own. Code of wasmer's LLVM relies on that: it gives functions of the module's
//! an argument more than imported ones, and to tell them apart it takes a place within the elements for the place within the table
//! (wasmer 7.4.2, `wasmer-compiler-llvm/src/translator/code.rs`, `build_m0_indirect_call`).

use super::Parts;
use super::edits::{Edit, splice};
use crate::ModuleError;
use std::collections::BTreeMap;
use std::ops::Range;
use wasm_encoder::{CodeSection, Encode, Function, InstructionSink};
use wasmparser::{ConstExpr, ElementItems, ElementSectionReader, ExternalKind, GlobalSectionReader, Operator};

/// The functions that are added.
#[derive(Debug, Default)]
pub(super) struct Thunks {
    /// By those that they call.
    all: BTreeMap<u32, Thunk>,
    /// What is replaced in the section of globals, and in that of elements.
    globals: Vec<Edit>,
    elements: Vec<Edit>,
}

#[derive(Debug)]
struct Thunk {
    index: u32,
    ty: u32,
    parameters: u32,
    /// What the imported function is called: in a backtrace it stands above it.
    name: String,
}

impl Thunks {
    /// For a module with so many functions.
    pub(super) fn of(parts: &Parts<'_>, functions: u32) -> Result<Self, ModuleError> {
        let globals = parts.globals.as_ref().map_or(Ok(Vec::new()), in_globals)?;
        let elements = parts.elements.as_ref().map_or(Ok(Vec::new()), in_elements)?;
        let mut all: Vec<_> = globals.iter().chain(&elements).map(|name| name.function).collect();
        for export in parts.exports.clone().into_iter().flatten() {
            let export = export?;
            all.extend((export.kind == ExternalKind::Func).then_some(export.index));
        }
        all.sort_unstable();
        all.dedup();
        let imported = all.into_iter().map_while(|function| Some((function, *parts.imported.get(function as usize)?)));
        let thunk = |(index, (function, (ty, name))): (u32, (u32, (u32, &str)))| {
            let parameters = parts.types.get(ty as usize).copied().unwrap_or(0);
            (function, Thunk { index, ty, parameters, name: name.to_owned() })
        };
        let all = (functions..).zip(imported).map(thunk).collect();
        let (globals, elements) = (edits(&all, globals), edits(&all, elements));
        Ok(Self { all, globals, elements })
    }

    /// The function that stands for another one.
    pub(super) fn of_function(&self, function: u32) -> u32 {
        self.all.get(&function).map_or(function, |thunk| thunk.index)
    }

    /// What replaces an instruction, if it refers to an imported function.
    pub(super) fn reference(&self, operator: &Operator<'_>) -> Option<Vec<u8>> {
        let Operator::RefFunc { function_index } = operator else { return None };
        let mut code = Vec::new();
        InstructionSink::new(&mut code).ref_func(self.all.get(function_index)?.index);
        Some(code)
    }

    /// What is replaced in the section of globals.
    pub(super) fn in_globals(&self) -> &[Edit] {
        &self.globals
    }

    /// The data of the section of elements, which is there in the module. `None` if nothing in it is replaced.
    pub(super) fn elements(&self, wasm: &[u8], section: Range<u64>) -> Option<Vec<u8>> {
        (!self.elements.is_empty()).then(|| splice(wasm, section, &self.elements))
    }

    /// The names of the functions, in the order of their indices.
    pub(super) fn names(&self) -> impl Iterator<Item = (u32, &str)> {
        self.all.values().map(|thunk| (thunk.index, &*thunk.name))
    }

    /// The types of the functions, in the order of their indices.
    pub(super) fn types(&self) -> impl Iterator<Item = u32> {
        self.all.values().map(|thunk| thunk.ty)
    }

    /// Adds the code of the functions, in the order of their indices.
    pub(super) fn code(&self, section: &mut CodeSection) {
        for (function, thunk) in &self.all {
            let mut body = Function::new([]);
            let mut code = body.instructions();
            for parameter in 0..thunk.parameters {
                code.local_get(parameter);
            }
            code.call(*function).end();
            section.function(&body);
        }
    }
}

/// A function that a section names, and where.
struct Named {
    function: u32,
    at: Range<u64>,
}

/// What is replaced where the module names functions.
fn edits(all: &BTreeMap<u32, Thunk>, names: Vec<Named>) -> Vec<Edit> {
    let edit = |Named { function, at }| {
        let mut index = Vec::new();
        all.get(&function)?.index.encode(&mut index);
        Some((at, index))
    };
    names.into_iter().filter_map(edit).collect()
}

fn in_globals(globals: &GlobalSectionReader<'_>) -> Result<Vec<Named>, ModuleError> {
    let mut named = Vec::new();
    for global in globals.clone() {
        in_constant(&global?.init_expr, &mut named)?;
    }
    Ok(named)
}

fn in_elements(elements: &ElementSectionReader<'_>) -> Result<Vec<Named>, ModuleError> {
    let mut named = Vec::new();
    for element in elements.clone() {
        match element?.items {
            ElementItems::Functions(functions) => {
                let mut functions = functions.into_iter();
                let mut start = functions.original_position();
                while let Some(function) = functions.next() {
                    let end = functions.original_position();
                    named.push(Named { function: function?, at: start..end });
                    start = end;
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    in_constant(&expression?, &mut named)?;
                }
            }
        }
    }
    Ok(named)
}

fn in_constant(expression: &ConstExpr<'_>, named: &mut Vec<Named>) -> Result<(), ModuleError> {
    /// Bytes of the opcode before the index.
    const OPCODE: u64 = 1;
    let mut reader = expression.get_operators_reader();
    while !reader.eof() {
        if let (Operator::RefFunc { function_index }, at) = reader.read_with_offset()? {
            named.push(Named { function: function_index, at: at + OPCODE..reader.original_position() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stoppable;
    use super::{in_elements, in_globals};
    use crate::validate;
    use wasmparser::{ExternalKind, FunctionBody, Operator, Parser, Payload, Validator, WasmFeatures};

    /// A module whose functions `$host` and `$other` are imported, and `$own` and `$calls` are not, after the rewriting.
    fn rewritten(rest: &str) -> Vec<u8> {
        let text = format!(
            r#"(module
                (import "host" "f" (func $host (param i32 f64) (result i64)))
                (import "host" "g" (func $other))
                (memory (export "memory") 1)
                (table 3 funcref)
                (func $own)
                (func $calls (drop (call $host (i32.const 1) (f64.const 2))))
                {rest})"#
        );
        let wasm = wat::parse_str(&text).expect("the text is a module");
        validate(&wasm).expect("the module is valid");
        let rewritten = stoppable(&wasm).expect("the module can be rewritten");
        let features = WasmFeatures::default() | WasmFeatures::THREADS | WasmFeatures::MULTI_MEMORY;
        Validator::new_with_features(features).validate_all(&rewritten).expect("the result is valid");
        rewritten
    }

    fn operators<'a>(body: &FunctionBody<'a>) -> Vec<Operator<'a>> {
        body.get_operators_reader().expect("it is valid").into_iter().map(|one| one.expect("it is valid")).collect()
    }

    /// The functions that it names elsewhere than in calls, and the code of each.
    fn named_and_code(wasm: &[u8]) -> (Vec<u32>, Vec<Vec<Operator<'_>>>) {
        let (mut named, mut code) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("it is valid") {
                Payload::GlobalSection(globals) => {
                    named.extend(in_globals(&globals).expect("it is valid").into_iter().map(|name| name.function))
                }
                Payload::ElementSection(elements) => {
                    named.extend(in_elements(&elements).expect("it is valid").into_iter().map(|name| name.function))
                }
                Payload::ExportSection(exports) => {
                    let exports = exports.into_iter().map(|export| export.expect("it is valid"));
                    named.extend(exports.filter(|export| export.kind == ExternalKind::Func).map(|export| export.index));
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = operators(&body);
                    named.extend(operators.iter().filter_map(|operator| match operator {
                        Operator::RefFunc { function_index } => Some(*function_index),
                        _ => None,
                    }));
                    code.push(operators);
                }
                _ => {}
            }
        }
        (named, code)
    }

    #[test]
    fn an_imported_function_that_is_named_is_one_of_the_modules() {
        const IMPORTED: usize = 2;
        for rest in [
            "(elem (i32.const 1) $host)",
            "(elem (table 0) (i32.const 1) funcref (ref.func $host))",
            "(elem func $host)",
            "(global funcref (ref.func $host))",
            r#"(export "f" (func $host))"#,
            "(elem declare func $host) (func (drop (ref.func $host)))",
            r#"(export "f" (func $host)) (func (drop (ref.func $host)) (drop (ref.func $host)))"#,
            "(elem (i32.const 1) $host $host) (global funcref (ref.func $host))",
        ] {
            let wasm = rewritten(rest);
            let (named, code) = named_and_code(&wasm);
            let thunk = IMPORTED + code.len() - 1;
            assert!(!named.is_empty() && named.iter().all(|name| *name as usize == thunk), "{rest}: {named:?}");
            use Operator::{Call, End, LocalGet};
            let expected = [LocalGet { local_index: 0 }, LocalGet { local_index: 1 }, Call { function_index: 0 }, End];
            assert_eq!(code[code.len() - 1], expected, "{rest}");
        }
    }

    #[test]
    fn each_imported_function_has_its_own() {
        let wasm = rewritten(r#"(elem (i32.const 0) $other $own $host) (export "g" (func $other))"#);
        let (named, code) = named_and_code(&wasm);
        let last = 2 + code.len() as u32 - 1;
        assert_eq!(named, [last, last, 2, last - 1]);
        assert_eq!(code[code.len() - 1], [Operator::Call { function_index: 1 }, Operator::End]);
    }

    #[test]
    fn others_stay() {
        let functions = |rest: &str| named_and_code(&rewritten(rest)).1.len();
        let without = functions("");
        assert_eq!(functions("(elem (i32.const 1) $own)"), without);
        assert_eq!(functions(r#"(global funcref (ref.func $own)) (export "calls" (func $calls))"#), without);
    }
}
