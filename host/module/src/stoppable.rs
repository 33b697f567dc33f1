//! Rewrites a module so that the host can stop it at any moment, whatever it is doing and on whichever thread.
//!
//! The module gets a memory that the host owns and that no instruction of the guest's own names. Code that
//! could run for long reads a byte of it every so often: at the head of each loop, at the entry of functions that may go
//! on for long without coming to one, in long code without loops, and before instructions that move memory in bulk. To
//! stop a plugin, the host takes the page's access rights away, and the next such read traps (see `runtime::control` of
//! `plugix-host`). A read is all that a check costs: it needs no branch.
//!
//! Stacks in the guest's memory are guarded as well (see `stack`): an overflow traps before anything is written. So is
//! the native stack (see `probe`): the engine's own code never meets its end.
//!
//! Little else changes: no index shifts, and everything that is not code is copied byte for byte. A memory that the
//! module defined itself is imported instead, because wasmer-wasix has to make it (see `memories`). Imported functions have
//! functions of the module's around them where they are named elsewhere than in calls (see `thunks`). What runs by itself when
//! an instance is made gets a name, so that the host runs it when the plugin's system calls can be ended as well. What
//! `table.grow` returns passes through the host, which nothing else would tell that a table is full. The host is told
//! of each exception as well (see `exceptions`). Two kinds of instructions are replaced by faster ones that do the same
//! (see `stores` and `bulk`), loads and stores name the memory by the index that costs less (see `memories`).

mod accesses;
mod added;
mod bounded;
mod bulk;
mod check;
mod edits;
mod exceptions;
mod flow;
mod loops;
mod memories;
mod names;
mod origins;
mod probe;
mod stack;
mod stores;
mod thunks;

use crate::{ModuleError, parallel};
use added::{Added, OfFunction};
use bounded::{Checks, checks};
use edits::Edits;
use std::ops::Range;
use thunks::Thunks;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, ImportSection, MemoryType, Module, RawSection, SectionId,
};
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ElementSectionReader, ExportSectionReader, ExternalKind, FunctionBody,
    GlobalSectionReader, Parser, Payload, TypeRef,
};

/// The version of what is done here. It changes with every change of the result: compiled code of another version is of
/// no use.
pub const REWRITING: u32 = 13;

pub use exceptions::{THROWS, THROWS_WHILE_HELD};
pub use memories::CONTROL_PAGES;
pub use origins::Origins;
pub(crate) use origins::{bodies, code_start};
pub use stack::STACK_OVERFLOW;

/// What `_initialize` is called in the rewritten module, so that nobody runs it but the host.
pub const INITIALIZE: &str = "plugix-initialize";

/// What the function of the start section is exported as. The host runs it in each instance.
pub const START: &str = "plugix-start";

/// How many functions are edited before their code is put together.
const AT_ONCE: usize = 4096;

/// Where wasmer-wasix puts the memory that it makes.
const GUEST_MEMORY: (&str, &str) = ("env", "memory");

/// The module with checks. It must have been validated, and import nothing but functions and its one memory.
///
/// # Errors
/// [`ModuleError::UnknownImport`] if it imports something else, [`ModuleError::Malformed`] if it was not validated.
pub fn stoppable(wasm: &[u8]) -> Result<Vec<u8>, ModuleError> {
    rewrite(wasm, &Parts::read(wasm)?, |_| {}).map(|(rewritten, _)| rewritten)
}

/// Does the same, and returns what `keep` keeps of the edits of each function.
fn rewrite<K: Send>(
    wasm: &[u8],
    parts: &Parts<'_>,
    keep: impl Fn(&Edits) -> K + Sync,
) -> Result<(Vec<u8>, Vec<K>), ModuleError> {
    let added = Added::of(wasm, parts)?;
    let mut globals = added.globals();
    let mut names = added.names();
    let mut imports = Some(&parts.imports);
    let mut memories = Some(memories::section(parts.guest));
    let accessed = memories::accessed(parts.guest);
    let mut exports = Some(exports(parts, &added.thunks)?);
    let (mut module, mut kept) = (Module::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        let custom = id == SectionId::Custom as u8;
        if !custom
            && id > SectionId::Type as u8
            && let Some(imports) = imports.take()
        {
            module.section(imports);
        }
        if !custom
            && id > SectionId::Table as u8
            && let Some(memories) = memories.take()
        {
            module.section(&memories);
        }
        if !custom
            && id > SectionId::Global as u8
            && id != SectionId::Tag as u8
            && let Some(exports) = exports.take()
        {
            if let Some(globals) = globals.take() {
                module.section(&RawSection { id: SectionId::Global as u8, data: &globals });
            }
            module.section(&exports);
        }
        if id == SectionId::Global as u8 {
            globals = None;
        }
        let extended = added.section(wasm, &payload);
        if custom && extended.is_some() {
            names = None;
        }
        if id == SectionId::Code as u8 {
            let (code, all) = code(wasm, parts, &added, accessed, &keep)?;
            kept = all;
            module.section(&code);
        } else if let Some(data) = extended {
            module.section(&RawSection { id, data: &data });
        } else if !REPLACED.contains(&id) {
            module.section(&RawSection { id, data: slice(wasm, range) });
        }
    }
    if let Some(names) = names {
        module.section(&names);
    }
    Ok((module.finish(), kept))
}

/// Sections that are not copied: they are written anew, in the one case at another place, or left out.
const REPLACED: [u8; 4] =
    [SectionId::Import as u8, SectionId::Memory as u8, SectionId::Export as u8, SectionId::Start as u8];

/// The exports, with a name for what runs at the start.
fn exports(parts: &Parts<'_>, thunks: &Thunks) -> Result<ExportSection, BinaryReaderError> {
    let mut section = ExportSection::new();
    if let Some(start) = parts.start {
        section.export(START, ExportKind::Func, start);
    }
    for export in parts.exports.clone().into_iter().flatten() {
        let export = export?;
        let name = if export.name == "_initialize" { INITIALIZE } else { export.name };
        let (kind, index) = match export.kind {
            ExternalKind::Func | ExternalKind::FuncExact => (ExportKind::Func, thunks.of_function(export.index)),
            ExternalKind::Table => (ExportKind::Table, export.index),
            ExternalKind::Memory => (ExportKind::Memory, export.index),
            ExternalKind::Global => (ExportKind::Global, export.index),
            ExternalKind::Tag => (ExportKind::Tag, export.index),
        };
        section.export(name, kind, index);
    }
    Ok(section)
}

/// What of a module has to be known before it is written anew.
struct Parts<'a> {
    /// How many parameters each type of a function has.
    types: Vec<u32>,
    imports: ImportSection,
    /// The guest's memory.
    guest: Option<MemoryType>,
    /// The imported functions, with their types.
    imported: Vec<(u32, &'a str)>,
    globals: Option<GlobalSectionReader<'a>>,
    elements: Option<ElementSectionReader<'a>>,
    exports: Option<ExportSectionReader<'a>>,
    /// The function of the start section.
    start: Option<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Parts<'a> {
    fn read(wasm: &'a [u8]) -> Result<Self, ModuleError> {
        let mut parts = Self {
            types: Vec::new(),
            imports: ImportSection::new(),
            guest: None,
            imported: Vec::new(),
            globals: None,
            elements: None,
            exports: None,
            start: None,
            bodies: Vec::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        parts.types.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => function.params().len() as u32,
                            _ => 0,
                        }));
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Memory(memory) => parts.import_memory(memory),
                            TypeRef::Func(ty) => {
                                parts.imports.import(import.module, import.name, EntityType::Function(ty));
                                parts.imported.push((ty, import.name));
                            }
                            _ => {
                                let (module, name) = (import.module.to_owned(), import.name.to_owned());
                                return Err(ModuleError::UnknownImport { module, name });
                            }
                        }
                    }
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        parts.import_memory(memory?);
                    }
                }
                Payload::GlobalSection(globals) => parts.globals = Some(globals),
                Payload::ElementSection(elements) => parts.elements = Some(elements),
                Payload::ExportSection(exports) => parts.exports = Some(exports),
                Payload::StartSection { func, .. } => parts.start = Some(func),
                Payload::CodeSectionEntry(body) => parts.bodies.push(body),
                _ => {}
            }
        }
        Ok(parts)
    }

    fn import_memory(&mut self, memory: wasmparser::MemoryType) {
        let memory = MemoryType {
            minimum: memory.initial,
            maximum: memory.maximum,
            memory64: memory.memory64,
            shared: memory.shared,
            page_size_log2: memory.page_size_log2,
        };
        self.guest = Some(memory);
        self.imports.import(GUEST_MEMORY.0, GUEST_MEMORY.1, memory);
    }
}

/// The code with the edits, and what `keep` keeps of the edits of each function.
fn code<K: Send>(
    wasm: &[u8],
    parts: &Parts<'_>,
    added: &Added,
    accessed: u32,
    keep: impl Fn(&Edits) -> K + Sync,
) -> Result<(CodeSection, Vec<K>), ModuleError> {
    let (imported, bodies) = (parts.imported.len() as u32, &parts.bodies);
    let of_added = parallel::try_map(bodies.iter().enumerate().collect(), |(at, body)| added.of_function(body, at))?;
    let work: Vec<_> = of_added.iter().map(OfFunction::work).collect();
    let checks = checks(imported, bodies, &work)?;
    // The host's functions end by themselves when the plugin is stopped.
    let cost = |function: u32| {
        let body = function.checked_sub(imported).and_then(|body| checks.get(body as usize));
        body.map_or(0, |checks| checks.cost())
    };
    let edit = |((body, checks), of_added): ((&FunctionBody<'_>, &Checks), OfFunction)| {
        let accesses = accesses::edits(wasm, body, accessed, &added.thunks)?;
        let edits = Edits::of(body, *checks, cost, added.bulk, of_added, accesses)?;
        Ok((keep(&edits), edits.apply(wasm, body.range())))
    };
    let (mut code, mut kept) = (CodeSection::new(), Vec::with_capacity(bodies.len()));
    let mut all = bodies.iter().zip(&checks).zip(of_added);
    loop {
        // Edits take more memory than the code.
        let some: Vec<_> = all.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            break;
        }
        for (keep, function) in parallel::try_map(some, edit)? {
            kept.push(keep);
            code.raw(&function);
        }
    }
    added.code(&mut code);
    Ok((code, kept))
}

fn slice(wasm: &[u8], range: Range<u64>) -> &[u8] {
    &wasm[range.start as usize..range.end as usize]
}

#[cfg(test)]
mod tests;
