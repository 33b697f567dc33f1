//! What a module may be before any of it is compiled.

use crate::features::features;
use crate::operators::{self, Effects};
use crate::work::{Counts, FunctionWalk, Walk, Work};
use crate::{ModuleError, parallel, references, validate};
use std::time::Duration;
use wasmparser::{
    FuncToValidate, FuncValidatorAllocations, FunctionBody, Operator, OperatorsReader, Parser, Payload,
    ValidatorResources,
};

/// How large a module and its parts may be. Compiling takes time and memory that grow with all of these, some of them
/// faster than the module, and can't be interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleLimits {
    /// Bytes of the whole module; 64 MiB by default.
    pub bytes: u64,
    /// Types; 20,000 by default.
    pub types: u64,
    /// Imports; 2,000 by default.
    pub imports: u64,
    /// Exports; 20,000 by default.
    pub exports: u64,
    /// Functions, without the imported ones; 400,000 by default.
    pub functions: u64,
    /// Bytes of one function; 4 MiB by default.
    pub function_bytes: u64,
    /// Local variables of one function; 20,000 by default.
    pub locals: u64,
    /// Blocks within blocks of one function; 20,000 by default.
    pub nesting: u64,
    /// Globals; 20,000 by default.
    pub globals: u64,
    /// Tables; 16 by default.
    pub tables: u64,
    /// Element segments; 20,000 by default.
    pub elements: u64,
    /// Data segments; 20,000 by default.
    pub data: u64,
    /// Exception tags; 1,000 by default.
    pub tags: u64,
    /// How long compiling one function may take, as predicted from its code; ten seconds by default. The compiler can't
    /// be interrupted within a function.
    pub function_work: Duration,
    /// How long compiling may take for each byte of the module, as predicted from its code; ten microseconds by default.
    /// Ordinary modules take one to three. Half a second is free.
    pub work_per_byte: Duration,
    /// How much memory compiling may take at once, in bytes, as predicted from the module's code; 2 GiB by default.
    pub work_memory: u64,
    /// How long a caller waits for a module to be compiled; two minutes by default. Compiling ends
    /// with the function that is being compiled then.
    pub compile_time: Duration,
}

impl Default for ModuleLimits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            types: 20_000,
            imports: 2_000,
            exports: 20_000,
            functions: 400_000,
            function_bytes: 4 << 20,
            locals: 20_000,
            nesting: 20_000,
            globals: 20_000,
            tables: 16,
            elements: 20_000,
            data: 20_000,
            tags: 1_000,
            function_work: Duration::from_secs(10),
            work_per_byte: Duration::from_micros(10),
            work_memory: 2 << 30,
            compile_time: Duration::from_secs(120),
        }
    }
}

impl ModuleLimits {
    /// Checks the module's size and what its sections announce. Reads each function's locals and no code.
    ///
    /// # Errors
    /// [`ModuleError::TooLarge`] says of what there is too much, [`ModuleError::Malformed`] what can't be read.
    pub fn check(&self, wasm: &[u8]) -> Result<(), ModuleError> {
        within("bytes", wasm.len() as u64, self.bytes)?;
        if !Parser::is_core_wasm(wasm) {
            // Whoever reads the sections says what it is instead.
            return Ok(());
        }
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(types) => {
                    let mut count = 0;
                    for group in types {
                        count += group?.into_types().len() as u64;
                        within("types", count, self.types)?;
                    }
                }
                Payload::ImportSection(imports) => within("imports", imports.count().into(), self.imports)?,
                Payload::ExportSection(exports) => within("exports", exports.count().into(), self.exports)?,
                Payload::FunctionSection(functions) => within("functions", functions.count().into(), self.functions)?,
                Payload::GlobalSection(globals) => within("globals", globals.count().into(), self.globals)?,
                Payload::TableSection(tables) => within("tables", tables.count().into(), self.tables)?,
                Payload::ElementSection(elements) => {
                    within("element segments", elements.count().into(), self.elements)?;
                }
                Payload::DataSection(data) => within("data segments", data.count().into(), self.data)?,
                Payload::TagSection(tags) => within("exception tags", tags.count().into(), self.tags)?,
                Payload::CodeSectionEntry(body) => self.check_body(&body)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn check_body(&self, body: &FunctionBody<'_>) -> Result<(), ModuleError> {
        within("bytes in one function", body.as_bytes().len() as u64, self.function_bytes)?;
        let mut count = 0;
        for locals in body.get_locals_reader()? {
            count += u64::from(locals?.0);
            within("local variables in one function", count, self.locals)?;
        }
        Ok(())
    }

    /// Checks all rules of the format, and all code: how deep blocks lie in each other, that each instruction is one that
    /// modules may have, and what compiling it would take. Each function is gone through once, on several threads.
    ///
    /// # Errors
    /// The errors of [`validate`], [`ModuleError::TooLarge`] if blocks lie too deep, [`ModuleError::Operator`] if an
    /// instruction is not for modules, [`ModuleError::CompileWork`] or [`ModuleError::CompileMemory`] if compiling would take
    /// too much.
    pub fn check_code(&self, wasm: &[u8]) -> Result<(), ModuleError> {
        let walk = self.walk(wasm)?;
        walk.check(self, wasm)?;
        if walk.is_valid() {
            return references::check_sections(wasm);
        }
        // This says what is wrong.
        validate(wasm)?;
        Err(ModuleError::Malformed { message: "its code can't be followed".into(), offset: 0 })
    }

    /// What compiling the module takes, as predicted from its code. Its nesting is limited.
    ///
    /// # Errors
    /// The errors of [`ModuleLimits::check_code`], but those for too much work.
    pub fn work(&self, wasm: &[u8]) -> Result<Work, ModuleError> {
        Ok(self.walk(wasm)?.work())
    }

    fn walk(&self, wasm: &[u8]) -> Result<Walk, ModuleError> {
        let mut walk = Walk::new();
        let mut functions = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let function = walk.payload(&payload);
            if let Payload::CodeSectionEntry(body) = payload {
                functions.push((function, body));
            }
        }
        let tags = walk.tags();
        let counted = parallel::map(functions, |piece| {
            let mut allocations = FuncValidatorAllocations::default();
            let count = |(function, body)| self.count(function, &body, tags, &mut allocations);
            piece.into_iter().map(count).collect()
        });
        for counts in counted {
            walk.end(counts?);
        }
        Ok(walk)
    }

    /// Counts a function. `None` if it is invalid.
    fn count(
        &self,
        function: Option<FuncToValidate<ValidatorResources>>,
        body: &FunctionBody<'_>,
        tags: u64,
        allocations: &mut FuncValidatorAllocations,
    ) -> Result<Option<Counts>, ModuleError> {
        references::check_locals(body)?;
        let of_function = |function| FunctionWalk::new(function, body, std::mem::take(allocations), tags);
        let mut walk = function.and_then(of_function);
        let mut reader = body.get_binary_reader_for_operators()?;
        reader.set_features(features());
        let mut depth: u64 = 0;
        for operator in OperatorsReader::new(reader).into_iter_with_offsets() {
            let Ok((operator, at)) = operator else { return Ok(None) };
            let effects = operators::effects(&operator).map_err(|refused| refused.at(at))?;
            references::check_operator(&operator, at)?;
            if effects.any(Effects::NESTS) {
                depth += 1;
                within("blocks within blocks", depth, self.nesting)?;
            } else if let Operator::End = operator {
                depth = depth.saturating_sub(1);
            }
            walk = walk.and_then(|mut walk| walk.operator(&operator, effects).map(|()| walk));
        }
        Ok(walk.and_then(|walk| {
            let (counts, again) = walk.finish();
            *allocations = again;
            counts
        }))
    }
}

fn within(what: &'static str, found: u64, allowed: u64) -> Result<(), ModuleError> {
    if found > allowed { Err(ModuleError::TooLarge { what, found, allowed }) } else { Ok(()) }
}
