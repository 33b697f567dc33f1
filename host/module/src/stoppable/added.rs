//! What is added to a module behind its own types, functions and globals, so that no index of its own shifts.

use super::bulk::Bulk;
use super::probe::{self, Probe};
use super::slice;
use super::stack::Guard;
use crate::ModuleError;
use std::borrow::Cow;
use wasm_encoder::{CodeSection, CustomSection, Encode, ValType};
use wasmparser::{FunctionBody, Payload};

/// The section of names.
const NAMES: &str = "name";

/// What is added, in the order of its indices.
pub(super) struct Added {
    /// For each module with code.
    pub(super) probe: Option<Probe>,
    pub(super) bulk: Option<Bulk>,
    pub(super) guard: Option<Guard>,
}

impl Added {
    /// For a module with so many types and imported functions.
    pub(super) fn of(wasm: &[u8], types: u32, imported: u32, bodies: &[FunctionBody<'_>]) -> Result<Self, ModuleError> {
        if bodies.is_empty() {
            return Ok(Self { probe: None, bulk: None, guard: None });
        }
        let functions = imported + bodies.len() as u32;
        let probe = Probe::new(types, functions);
        let (types, functions) = (types + probe::ADDED, functions + probe::ADDED);
        let bulk = Bulk::of(types, functions, bodies, probe)?;
        let (of_bulk, by_bulk) = if bulk.is_some() { (1, 2) } else { (0, 0) };
        let guard = Guard::of(wasm, types + of_bulk, functions + by_bulk, imported, probe)?;
        Ok(Self { probe: Some(probe), bulk, guard })
    }

    /// The data of a section with what is added to it. `None` if that is nothing.
    pub(super) fn section(&self, wasm: &[u8], section: &Payload<'_>) -> Option<Vec<u8>> {
        let (count, start, end) = match section {
            Payload::TypeSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::FunctionSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::GlobalSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::CustomSection(section) if section.name() == NAMES => {
                let (_, range) = Payload::CustomSection(section.clone()).as_section()?;
                return Some([slice(wasm, range), &self.guard.as_ref()?.name()].concat());
            }
            _ => return None,
        };
        let added = self.entries(section);
        if added.is_empty() {
            return None;
        }
        let mut data = Vec::new();
        (count + added.len() as u32).encode(&mut data);
        data.extend_from_slice(slice(wasm, start..end));
        data.extend(added.concat());
        Some(data)
    }

    /// What is added to a section.
    fn entries(&self, section: &Payload<'_>) -> Vec<Vec<u8>> {
        let (bulk, guard) = (self.bulk.as_ref(), self.guard.as_ref());
        match section {
            Payload::TypeSection(_) => {
                let of_probe = self.probe.map(Probe::types).into_iter().flatten().map(|parameters| ty(&parameters));
                let of_bulk = bulk.map(|_| ty(&[ValType::I32; 3]));
                of_probe.chain(of_bulk).chain(guard.map(|_| ty(&[]))).collect()
            }
            Payload::FunctionSection(_) => {
                let of_probe = self.probe.map(Probe::functions).into_iter().flatten();
                let of_bulk = bulk.map_or(vec![], |bulk| vec![bulk.ty(); 2]);
                let types = of_probe.chain(of_bulk).chain(guard.map(Guard::ty));
                types
                    .map(|ty| {
                        let mut index = Vec::new();
                        ty.encode(&mut index);
                        index
                    })
                    .collect()
            }
            Payload::GlobalSection(_) => guard.map(Guard::global).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// The section of names, for a module that has none.
    pub(super) fn names(&self) -> Option<CustomSection<'static>> {
        let data = self.guard.as_ref()?.name();
        Some(CustomSection { name: NAMES.into(), data: Cow::Owned(data) })
    }

    /// Adds the code of the functions, in the order of their indices.
    pub(super) fn code(&self, section: &mut CodeSection) {
        if let Some(probe) = self.probe {
            probe.code(section);
        }
        if let Some(bulk) = self.bulk {
            bulk.code(section);
        }
        if let Some(guard) = &self.guard {
            guard.code(section);
        }
    }
}

/// The type of a function that returns nothing.
fn ty(parameters: &[ValType]) -> Vec<u8> {
    const FUNCTION: u8 = 0x60;
    let mut ty = vec![FUNCTION];
    parameters.encode(&mut ty);
    [ValType::I32; 0][..].encode(&mut ty);
    ty
}
