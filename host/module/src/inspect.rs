//! Reads what a module is out of its sections, before anything is compiled.

use crate::ModuleError;
use crate::features::{self, Guest};
use crate::info::{Form, Import, ImportType, MemoryKind, ModuleInfo, Threads, Wasi};
use crate::operators::{self, Effects};
use crate::references;
use plugix_abi::interface::descriptor::{read_about, read_interfaces, read_plugin, section};
use plugix_requests::Requests;
use wasmparser::{
    BinaryReader, BinaryReaderError, CompositeInnerType, ExternalKind, FuncType, MemoryType, Name, NameSectionReader,
    Operator, Parser, Payload, TypeRef, Validator,
};

/// Reads what a module is out of its sections. What they say is checked only as far as they are read here; [`validate`]
/// checks the rest.
///
/// # Errors
/// [`ModuleError::NotWasm`], [`ModuleError::Component`], [`ModuleError::Malformed`] if a section can't be read,
/// [`ModuleError::Descriptor`] or [`ModuleError::Requests`] if one that describes the plugin can't.
pub fn inspect(wasm: &[u8]) -> Result<ModuleInfo, ModuleError> {
    if !wasm.starts_with(b"\0asm") {
        return Err(ModuleError::NotWasm { found: wasm.iter().copied().take(4).collect() });
    }
    if Parser::is_component(wasm) {
        return Err(ModuleError::Component);
    }
    let sections = Sections::read(wasm)?;
    let described = |section| move |problem| ModuleError::Descriptor { section, problem };
    let (implements, uses) = (
        read_interfaces(&sections.implements).map_err(described(section::IMPLEMENTS))?,
        read_interfaces(&sections.uses).map_err(described(section::USES))?,
    );
    let plugin = match sections.plugin.as_slice() {
        [] => None,
        bytes => Some(read_plugin(bytes).map_err(described(section::PLUGIN))?),
    };
    let about = match sections.about.as_slice() {
        [] => None,
        bytes => Some(read_about(bytes).map_err(described(section::ABOUT))?),
    };
    let requests = plugix_requests::read(&sections.requests).map_err(ModuleError::Requests)?;
    Ok(ModuleInfo { plugin, about, requests, implements, uses, ..sections.into_info(wasm.len()) })
}

/// Checks all rules of the format, functions' bodies included.
///
/// # Errors
/// [`ModuleError::Proposal`] if it uses what modules may not use, [`ModuleError::Malformed`] if it breaks a rule.
pub fn validate(wasm: &[u8]) -> Result<(), ModuleError> {
    let validated = |features| Validator::new_with_features(features).validate_all(wasm).map(drop);
    validated(features::features()).map_err(|error| {
        let missing = features::missing(|features| validated(features).is_ok());
        match missing.map(|proposal| (proposal.name, proposal.guest)) {
            Some((proposal, Guest::Refused(why))) => {
                ModuleError::Proposal { proposal, message: error.message().to_owned(), offset: error.offset(), why }
            }
            _ => error.into(),
        }
    })?;
    references::check(wasm)
}

/// Whether no instruction changes a table.
pub fn keeps_tables(wasm: &[u8]) -> bool {
    let changes = |operator: Result<Operator<'_>, BinaryReaderError>| {
        operator.map_or(true, |operator| {
            operators::effects(&operator).map_or(true, |effects| effects.any(Effects::CHANGES_TABLE))
        })
    };
    Parser::new(0).parse_all(wasm).all(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => {
            body.get_operators_reader().is_ok_and(|operators| !operators.into_iter().any(changes))
        }
        other => other.is_ok(),
    })
}

/// The module's own name. It is only for people: a section that can't be read has none.
fn module_name(section: &[u8], offset: u64) -> Option<String> {
    const LEN_MAX: usize = 64;
    let names = NameSectionReader::new(BinaryReader::new(section, offset));
    names.into_iter().find_map(|name| match name {
        Ok(Name::Module { name, .. }) => {
            Some(name.trim_end_matches(".wasm").chars().filter(|char| !char.is_control()).take(LEN_MAX).collect())
        }
        _ => None,
    })
}

#[derive(Default)]
struct Sections {
    types: Vec<Option<FuncType>>,
    imports: Vec<Import>,
    exports: Vec<(String, ExternalKind)>,
    memories: Vec<(MemoryType, bool)>,
    table_entries: u64,
    all_table_entries: u64,
    tables: u64,
    dynamic: bool,
    name: Option<String>,
    /// The contents of the custom sections; those of one name count as one.
    plugin: Vec<u8>,
    about: Vec<u8>,
    requests: Vec<u8>,
    implements: Vec<u8>,
    uses: Vec<u8>,
}

impl Sections {
    fn read(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut sections = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(reader) => {
                    for group in reader {
                        for ty in group?.into_types() {
                            sections.types.push(match ty.composite_type.inner {
                                CompositeInnerType::Func(function) => Some(function),
                                _ => None,
                            });
                        }
                    }
                }
                Payload::ImportSection(reader) => {
                    for import in reader.into_imports() {
                        sections.import(import?);
                    }
                }
                Payload::MemorySection(reader) => {
                    for memory in reader {
                        sections.memories.push((memory?, false));
                    }
                }
                Payload::TableSection(reader) => {
                    for table in reader {
                        let entries = table?.ty.initial;
                        sections.table_entries = sections.table_entries.max(entries);
                        sections.tables += 1;
                        sections.all_table_entries = sections.all_table_entries.saturating_add(entries);
                    }
                }
                Payload::ExportSection(reader) => {
                    for export in reader {
                        let export = export?;
                        sections.exports.push((export.name.to_owned(), export.kind));
                    }
                }
                Payload::CustomSection(reader) => match reader.name() {
                    "dylink.0" | "dylink" => sections.dynamic = true,
                    "name" => sections.name = module_name(reader.data(), reader.data_offset()),
                    section::PLUGIN => sections.plugin.extend_from_slice(reader.data()),
                    section::ABOUT => sections.about.extend_from_slice(reader.data()),
                    section::REQUESTS => sections.requests.extend_from_slice(reader.data()),
                    section::IMPLEMENTS => sections.implements.extend_from_slice(reader.data()),
                    section::USES => sections.uses.extend_from_slice(reader.data()),
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(sections)
    }

    fn import(&mut self, import: wasmparser::Import<'_>) {
        if let TypeRef::Memory(memory) = import.ty {
            self.memories.push((memory, true));
        }
        let function = match import.ty {
            TypeRef::Func(index) => self.types.get(index as usize).cloned().flatten(),
            _ => None,
        };
        self.imports.push(Import {
            module: import.module.to_owned(),
            name: import.name.to_owned(),
            ty: function.map_or(ImportType::Other(import.ty), ImportType::Function),
        });
    }

    fn into_info(self, size: usize) -> ModuleInfo {
        let exports = |name| self.exports.iter().any(|(export, _)| export == name);
        let imports_from = |module| self.imports.iter().any(|import| import.module == module);
        let wasi = Wasi {
            unstable: imports_from("wasi_unstable"),
            preview1: imports_from("wasi_snapshot_preview1"),
            wasix32: imports_from("wasix_32v1"),
            wasix64: imports_from("wasix_64v1"),
        };
        let form = match (exports("_start"), exports("_initialize")) {
            (true, _) => Form::Command,
            (_, true) => Form::Reactor,
            _ => Form::Bare,
        };
        let memory = self.memory();
        let spawns = self
            .imports
            .iter()
            .any(|import| matches!(import.name.as_str(), "thread-spawn" | "thread_spawn" | "thread_spawn_v2"));
        let threads = match memory {
            _ if !memory.is_shared() => Threads::MemoryNotShared,
            MemoryKind::Exported { .. } => Threads::MemoryNotImported,
            _ if !exports("wasi_thread_start") => Threads::NoThreadStart,
            _ if !spawns => Threads::NeverSpawns,
            _ => Threads::Possible,
        };
        ModuleInfo {
            wasi,
            form,
            memory,
            threads,
            table_entries: self.table_entries,
            all_table_entries: self.all_table_entries,
            tables: self.tables,
            memories: self.memories.len(),
            dynamic: self.dynamic,
            imports: self.imports,
            exports: self.exports.into_iter().map(|(name, _)| name).collect(),
            name: self.name,
            plugin: None,
            about: None,
            requests: Requests::default(),
            implements: Vec::new(),
            descriptors: self.implements,
            uses: Vec::new(),
            size,
        }
    }

    fn memory(&self) -> MemoryKind {
        let exported = self.exports.iter().any(|(_, kind)| *kind == ExternalKind::Memory);
        match self.memories.first() {
            Some((memory, _)) if memory.memory64 => MemoryKind::Wide,
            Some((MemoryType { shared, initial: minimum, maximum, .. }, imported)) => {
                let (shared, minimum, maximum) = (*shared, *minimum, *maximum);
                match (imported, exported) {
                    (true, _) => MemoryKind::Imported { shared, minimum, maximum },
                    (_, true) => MemoryKind::Exported { shared, minimum, maximum },
                    _ => MemoryKind::None,
                }
            }
            None => MemoryKind::None,
        }
    }
}
