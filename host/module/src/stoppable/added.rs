//! What is added to a module behind its own types, functions and globals, so that no index of its own shifts.

use super::bulk::{self, Bulk};
use super::edits::{Edit, splice};
use super::exceptions::{self, Exceptions};
use super::probe::{self, Probe};
use super::stack::{self, Guard};
use super::thunks::Thunks;
use super::{Parts, names, slice};
use crate::ModuleError;
use std::borrow::Cow;
use wasm_encoder::{CodeSection, CustomSection, Encode, ValType};
use wasmparser::{FunctionBody, Payload};

/// The section of names.
pub(super) const NAMES: &str = "name";

/// What is added, in the order of its indices.
pub(super) struct Added {
    /// For each module with code.
    pub(super) probe: Option<Probe>,
    pub(super) bulk: Option<Bulk>,
    pub(super) guard: Option<Guard>,
    exceptions: Option<Exceptions>,
    pub(super) thunks: Thunks,
}

/// What is added to the code of a function besides the checks.
pub(super) struct OfFunction {
    pub(super) stack: Vec<Edit>,
    pub(super) probes: Vec<Edit>,
    /// How many instructions the probes come to.
    probing: u32,
    pub(super) exceptions: exceptions::OfFunction,
}

impl OfFunction {
    /// How many instructions that comes to.
    pub(super) fn work(&self) -> u32 {
        let of_stack = (self.stack.len() as u32).saturating_mul(stack::WORK);
        of_stack.saturating_add(self.probing).saturating_add(self.exceptions.work())
    }
}

impl Added {
    pub(super) fn of(wasm: &[u8], parts: &Parts<'_>) -> Result<Self, ModuleError> {
        let Parts { types, imported, globals, bodies, .. } = parts;
        let (types, imported) = (types.len() as u32, imported.len() as u32);
        let globals = globals.as_ref().map_or(0, |globals| globals.count());
        if bodies.is_empty() {
            return Ok(Self { probe: None, bulk: None, guard: None, exceptions: None, thunks: Thunks::default() });
        }
        let functions = imported + bodies.len() as u32;
        let probe = Probe::new(types, functions);
        let (types, functions) = (types + probe::ADDED, functions + probe::ADDED);
        let bulk = Bulk::of(types, functions, bodies, probe)?;
        let (of_bulk, by_bulk) = if bulk.is_some() { (1, bulk::ADDED) } else { (0, 0) };
        let guard = Guard::of(wasm, types + of_bulk, functions + by_bulk, imported, probe)?;
        let thunks = Thunks::of(parts, functions + by_bulk + u32::from(guard.is_some()))?;
        let exceptions = Exceptions::of(wasm, globals + u32::from(guard.is_some()), bodies)?;
        Ok(Self { probe: Some(probe), bulk, guard, exceptions, thunks })
    }

    /// What is added to the code of a function, which is that of the body at `at`.
    pub(super) fn of_function(&self, body: &FunctionBody<'_>, at: usize) -> Result<OfFunction, ModuleError> {
        let stack = self.guard.as_ref().map_or(Ok(Vec::new()), |guard| guard.edits(body, at))?;
        let (probes, probing) = self.probe.map_or(Ok(<_>::default()), |probe| probe.edits(body))?;
        let exceptions = self.exceptions.as_ref().map_or(Ok(<_>::default()), |all| all.edits(body, at))?;
        Ok(OfFunction { stack, probes, probing, exceptions })
    }

    /// The data of the section of globals, for a module that has none.
    pub(super) fn globals(&self) -> Option<Vec<u8>> {
        let all = self.all_globals();
        (!all.is_empty()).then(|| [vec![all.len() as u8], all.concat()].concat())
    }

    fn all_globals(&self) -> Vec<Vec<u8>> {
        let of_exceptions = self.exceptions.as_ref().and_then(Exceptions::global);
        self.guard.as_ref().map(Guard::global).into_iter().chain(of_exceptions).collect()
    }

    /// The data of a section with what is added to it. `None` if that is nothing.
    pub(super) fn section(&self, wasm: &[u8], section: &Payload<'_>) -> Option<Vec<u8>> {
        let (count, start, end) = match section {
            Payload::TypeSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::FunctionSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::GlobalSection(section) => (section.count(), section.original_position(), section.range().end),
            Payload::ElementSection(section) => return self.thunks.elements(wasm, section.range()),
            Payload::CustomSection(named) if named.name() == NAMES => {
                let own = self.own_names();
                let section = section.as_section().map(|(_, range)| slice(wasm, range)).unwrap_or_default();
                return Some([names::short(named.data(), section), own].concat());
            }
            _ => return None,
        };
        let added = self.entries(section);
        let edits = match section {
            Payload::GlobalSection(_) => self.thunks.in_globals(),
            _ => &[],
        };
        if added.is_empty() && edits.is_empty() {
            return None;
        }
        let mut data = Vec::new();
        (count + added.len() as u32).encode(&mut data);
        data.extend(splice(wasm, start..end, edits));
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
                let of_bulk = bulk.map_or(vec![], |bulk| vec![bulk.ty(); bulk::ADDED as usize]);
                let types = of_probe.chain(of_bulk).chain(guard.map(Guard::ty)).chain(self.thunks.types());
                types
                    .map(|ty| {
                        let mut index = Vec::new();
                        ty.encode(&mut index);
                        index
                    })
                    .collect()
            }
            Payload::GlobalSection(_) => self.all_globals(),
            _ => Vec::new(),
        }
    }

    /// The section of names, for a module that has none.
    pub(super) fn names(&self) -> Option<CustomSection<'static>> {
        let data = self.own_names();
        (!data.is_empty()).then(|| CustomSection { name: NAMES.into(), data: Cow::Owned(data) })
    }

    fn own_names(&self) -> Vec<u8> {
        names::added(self.guard.as_ref().map(Guard::name).into_iter().chain(self.thunks.names()))
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
        self.thunks.code(section);
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
