//! The names and lines of the functions in a dump, out of the module that it is of.

use super::dump::Frame;
use crate::names::{demangled, function_names};
use anyhow::{Context as _, Result};
use plugix_module::debug::{Function, Source, locate};
use std::collections::HashMap;
use wasmparser::{Parser, Payload, TypeRef};

/// The functions of a module. Of no module by default.
#[derive(Debug, Default)]
pub(super) struct Functions<'a> {
    module: Option<Source<'a>>,
    imported: u32,
    /// Where the bodies begin.
    bodies: Vec<u64>,
    names: HashMap<u32, &'a str>,
}

impl<'a> Functions<'a> {
    /// Reads a module. `debug` is the same one with its debug information.
    ///
    /// # Errors
    /// Why it is no module.
    pub(super) fn read(wasm: &'a [u8], debug: Option<&'a [u8]>) -> Result<Self> {
        let mut functions = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.context("it is no module in WebAssembly")? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        functions.imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body.range().start),
                Payload::CustomSection(section) if section.name() == "name" => {
                    functions.names = function_names(section.data(), section.data_offset());
                }
                _ => {}
            }
        }
        functions.module = Some(Source { wasm, rewritten: false, debug });
        Ok(functions)
    }

    /// A line for each function, those that were inlined among them.
    pub(super) fn lines(&self, frames: &[Frame]) -> Vec<String> {
        let start = |frame: &Frame| {
            let body = frame.function.checked_sub(self.imported).and_then(|body| self.bodies.get(body as usize));
            body.map(|start| start + u64::from(frame.offset))
        };
        let offsets: Vec<_> = frames.iter().map(|frame| start(frame).unwrap_or(u64::MAX)).collect();
        // Without debug information there are names alone.
        let places = self.module.and_then(|module| locate(&module, &offsets).ok()).unwrap_or_default();
        let places = places.into_iter().map(|place| place.functions).chain(std::iter::repeat_with(Vec::new));
        let lines = frames.iter().zip(places).flat_map(|(frame, mut inlined)| {
            let whole = inlined.pop();
            let inlined = inlined.iter().map(|function| {
                let name = function.name.as_deref().map_or_else(|| "an inlined function".to_owned(), demangled);
                format!("{name}{}", place(function))
            });
            inlined
                .chain([format!("{}{}", self.name(frame), whole.as_ref().map_or_else(String::new, place))])
                .collect::<Vec<_>>()
        });
        lines.collect()
    }

    fn name(&self, Frame { function, offset }: &Frame) -> String {
        match self.names.get(function) {
            Some(name) => demangled(name),
            None => format!("function {function} at {offset:#x}"),
        }
    }
}

fn place(function: &Function) -> String {
    match &function.file {
        Some(file) if function.line > 0 => format!(" ({file}:{})", function.line),
        _ => String::new(),
    }
}
