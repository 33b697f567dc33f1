//! The part of a module's WebAssembly that is kept beside its code: the sections that say what the module is, and
//! nothing that it does.

use plugix_module::ModuleError;

use plugix_abi::interface::descriptor::section;
use wasm_encoder::{CustomSection, Module, NameSection, RawSection};
use wasmparser::{BinaryReader, Name, NameSectionReader, Parser, Payload};

/// A module of the sections that `plugix_module::inspect` reads. It can't be compiled.
pub(super) fn outline(wasm: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let mut outline = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::TypeSection(_)
            | Payload::ImportSection(_)
            | Payload::TableSection(_)
            | Payload::MemorySection(_)
            | Payload::ExportSection(_) => {
                if let Some((id, range)) = payload.as_section() {
                    outline.section(&RawSection { id, data: &wasm[range.start as usize..range.end as usize] });
                }
            }
            Payload::CustomSection(custom) => match custom.name() {
                "name" => {
                    if let Some(name) = module_name(custom.data(), custom.data_offset()) {
                        outline.section(&name);
                    }
                }
                section::PLUGIN | section::ABOUT | section::REQUESTS | section::IMPLEMENTS | section::USES => {
                    outline.section(&CustomSection { name: custom.name().into(), data: custom.data().into() });
                }
                _ => {}
            },
            _ => {}
        }
    }
    Ok(outline.finish())
}

/// A section of names with the module's own name alone. The names of functions are kept with the code.
fn module_name(data: &[u8], offset: u64) -> Option<NameSection> {
    let name = NameSectionReader::new(BinaryReader::new(data, offset)).into_iter().find_map(|name| match name {
        Ok(Name::Module { name, .. }) => Some(name),
        _ => None,
    })?;
    let mut section = NameSection::new();
    section.module(name);
    Some(section)
}
