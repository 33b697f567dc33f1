//! Finds a module's stack pointer, and where the stacks are.

use crate::ModuleError;
use wasmparser::{
    ConstExpr, ExternalKind, FuncType, GlobalType, Name, NameSectionReader, Operator, Parser, Payload, TypeRef, ValType,
};

/// What compilers and wasm-ld call the global.
const NAME: &str = "__stack_pointer";

/// A module's stack pointer.
#[derive(Clone, Debug)]
pub(super) struct Pointer {
    /// The global's index.
    pub(super) index: u32,
    /// How many globals there are.
    pub(super) globals: u32,
    /// The lowest address of the main thread's stack.
    pub(super) lowest: i32,
    /// Which function sets the pointer of a new thread.
    pub(super) thread_start: Option<ThreadStart>,
}

/// The function `wasi_thread_start`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThreadStart {
    /// Its index among the bodies.
    pub(super) body: usize,
    /// Whether its second parameter leads to the size of the stack.
    pub(super) tells_size: bool,
}

/// What a search needs of a module. The module was validated, and imports no globals.
#[derive(Default)]
struct Search {
    types: Vec<Option<FuncType>>,
    /// The types of the functions that have bodies.
    functions: Vec<u32>,
    globals: Vec<(GlobalType, Option<i32>)>,
    exported: Option<u32>,
    named: Option<u32>,
    data_end: Option<u32>,
    thread_start: Option<u32>,
    is_wasix: bool,
}

impl Pointer {
    /// `None` if no global is called the stack pointer, or the one that is can't be it.
    pub(super) fn find(wasm: &[u8], imported: u32) -> Result<Option<Self>, ModuleError> {
        let search = Search::of(wasm)?;
        let Some(index) = search.exported.or(search.named) else { return Ok(None) };
        let Some((ty, top)) = search.globals.get(index as usize) else { return Ok(None) };
        if ty.content_type != ValType::I32 || !ty.mutable {
            return Ok(None);
        }
        // wasm-ld lays the stack before the data, which end above it then, or behind them.
        let data_end = search.data_end.and_then(|data_end| search.globals.get(data_end as usize)?.1);
        let lowest = match (data_end, *top) {
            (Some(data_end), Some(top)) if (data_end as u32) < top as u32 => data_end,
            _ => 0,
        };
        let thread_start = search.thread_start(imported);
        Ok(Some(Self { index, globals: search.globals.len() as u32, lowest, thread_start }))
    }
}

impl Search {
    fn of(wasm: &[u8]) -> Result<Self, ModuleError> {
        let mut search = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        let types = group?.into_types();
                        search.types.extend(types.map(|ty| match ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        search.is_wasix |= import.module == "wasix_32v1" && matches!(import.ty, TypeRef::Func(_));
                    }
                }
                Payload::FunctionSection(functions) => {
                    search.functions = functions.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        let global = global?;
                        search.globals.push((global.ty, constant(&global.init_expr)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        match (export.kind, export.name) {
                            (ExternalKind::Global, NAME) => search.exported = Some(export.index),
                            (ExternalKind::Global, "__data_end") => search.data_end = Some(export.index),
                            (ExternalKind::Func, "wasi_thread_start") => search.thread_start = Some(export.index),
                            _ => {}
                        }
                    }
                }
                Payload::CustomSection(section) if section.name() == "name" => {
                    let names = NameSectionReader::new(wasmparser::BinaryReader::new(section.data(), 0));
                    search.named = search.named.or_else(|| named(names));
                }
                _ => {}
            }
        }
        Ok(search)
    }

    fn thread_start(&self, imported: u32) -> Option<ThreadStart> {
        let body = self.thread_start?.checked_sub(imported)? as usize;
        let ty = self.types.get(*self.functions.get(body)? as usize)?.as_ref()?;
        let takes_address = ty.params() == [ValType::I32; 2];
        Some(ThreadStart { body, tells_size: self.is_wasix && takes_address })
    }
}

/// The global of the name. A section of names that can't be read has none.
fn named(names: NameSectionReader<'_>) -> Option<u32> {
    names
        .into_iter()
        .find_map(|name| match name {
            Ok(Name::Global(globals)) => globals.into_iter().flatten().find(|global| global.name == NAME),
            _ => None,
        })
        .map(|global| global.index)
}

/// The value of an expression that is `i32.const`.
fn constant(expression: &ConstExpr<'_>) -> Option<i32> {
    let mut operators = expression.get_operators_reader().into_iter();
    match (operators.next()?.ok()?, operators.next()?.ok()?) {
        (Operator::I32Const { value }, Operator::End) => Some(value),
        _ => None,
    }
}
