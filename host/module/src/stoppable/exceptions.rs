//! Tells the host of each exception before it is thrown, and whether any earlier one can still be reached.
//!
//! The engine keeps what is thrown until the host frees it. A reference to an exception lives in the frames of functions
//! that caught it by reference, and nowhere else: globals and tables of them are refused. So the module gets a global,
//! which is 1 while such a frame may be there. It is set where an exception is caught by reference. Where one is caught
//! by value, all frames above are gone. There the global gets the value again that it had when the function began,
//! unless the function has a reference itself (see `held`).
//!
//! A function that catches by reference and returns leaves the 1 behind. A catch by value further down clears it.
//! Functions and tags with references among their types pass references on: then the global isn't added, and the host is
//! told that all exceptions are held.

mod held;

use super::edits::Edit;
use super::memories::CONTROL;
use crate::ModuleError;
use held::Landings;
use wasm_encoder::{Encode, InstructionSink};
use wasmparser::{
    AbstractHeapType, CompositeInnerType, FuncType, FunctionBody, HeapType, Operator, Parser, Payload, TypeRef, ValType,
};

/// What `memory.grow` of the control memory is told before a `throw`. No table is as large.
pub const THROWS: u32 = 0xffff_fff0;

/// The same, if a frame may hold an exception.
pub const THROWS_WHILE_HELD: u32 = THROWS | HELD;

/// The value of the global when a frame may hold an exception.
const HELD: u32 = 1;

/// How many instructions are added before a `throw`, at the begin of a function, and where it catches.
const TELL: u32 = 5;
pub(super) const BEGIN: u32 = 2;
pub(super) const CATCH: u32 = 2;

/// How many instructions come before an operator.
pub(super) fn work(operator: &Operator<'_>) -> u32 {
    if let Operator::Throw { .. } = operator { TELL } else { 0 }
}

/// What is added to a module that throws.
#[derive(Debug)]
pub(super) struct Exceptions {
    /// How many parameters each function with a body has.
    parameters: Vec<u32>,
    /// The global's index. `None` if anything may have a reference to an exception.
    held: Option<u32>,
}

/// What is added to the code of a function.
#[derive(Default)]
pub(super) struct OfFunction {
    /// A local.
    pub(super) local: Vec<Edit>,
    /// What the local is set to at the function's begin, behind the check.
    pub(super) begin: Option<Edit>,
    /// Behind instructions, and behind the checks there.
    pub(super) catches: Vec<Edit>,
    /// Before each `throw`.
    pub(super) tells: Vec<Edit>,
}

impl OfFunction {
    /// How many instructions that comes to.
    pub(super) fn work(&self) -> u32 {
        let of = |edits: usize, work: u32| (edits as u32).saturating_mul(work);
        let begin = of(self.begin.iter().len(), BEGIN);
        begin.saturating_add(of(self.catches.len(), CATCH)).saturating_add(of(self.tells.len(), TELL))
    }
}

impl Exceptions {
    /// For a module with so many globals. `None` if it never throws.
    pub(super) fn of(wasm: &[u8], globals: u32, bodies: &[FunctionBody<'_>]) -> Result<Option<Self>, ModuleError> {
        if !throws(bodies)? {
            return Ok(None);
        }
        let types = Types::of(wasm)?;
        let held = (!types.passed).then_some(globals);
        Ok(Some(Self { parameters: types.parameters, held }))
    }

    /// What is added to a function. `at` is its index among the bodies.
    pub(super) fn edits(&self, body: &FunctionBody<'_>, at: usize) -> Result<OfFunction, ModuleError> {
        let mut found = OfFunction::default();
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            if let (Operator::Throw { .. }, at) = reader.read_with_offset()? {
                found.tells.push((at..at, self.tell()));
            }
        }
        let Some(held) = self.held else { return Ok(found) };
        let parameters = self.parameters.get(at).copied().unwrap_or(0);
        let landings = Landings::of(body, parameters)?;
        let set = |value: &dyn Fn(&mut InstructionSink<'_>)| {
            let mut code = Vec::new();
            let mut sink = InstructionSink::new(&mut code);
            value(&mut sink);
            sink.global_set(held);
            code
        };
        for at in &landings.by_reference {
            let code = set(&|code| {
                code.i32_const(HELD as i32);
            });
            found.catches.push((*at..*at, code));
        }
        if landings.clearing.is_empty() {
            return Ok(found);
        }
        let saved = parameters.saturating_add(landings.locals);
        for at in &landings.clearing {
            let code = set(&|code| {
                code.local_get(saved);
            });
            found.catches.push((*at..*at, code));
        }
        let code = body.get_operators_reader()?.original_position();
        found.local = local(body, code)?;
        let mut begin = Vec::new();
        InstructionSink::new(&mut begin).global_get(held).local_set(saved);
        found.begin = Some((code..code, begin));
        Ok(found)
    }

    /// Appends the call of the host. Nothing of the guest's own can make it: no instruction of its names that memory.
    fn tell(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut code = InstructionSink::new(&mut bytes);
        match self.held {
            Some(held) => code.global_get(held).i32_const(THROWS as i32).i32_or(),
            None => code.i32_const(THROWS_WHILE_HELD as i32),
        };
        code.memory_grow(CONTROL).drop();
        bytes
    }

    /// The entry of the global in the section of globals, if there is one.
    pub(super) fn global(&self) -> Option<Vec<u8>> {
        const MUTABLE: u8 = 1;
        self.held?;
        let mut entry = vec![I32, MUTABLE];
        InstructionSink::new(&mut entry).i32_const(0).end();
        Some(entry)
    }
}

/// How `i32` is encoded.
const I32: u8 = 0x7f;

/// Adds a local behind the others, where the code begins.
fn local(body: &FunctionBody<'_>, code: u64) -> Result<Vec<Edit>, ModuleError> {
    let locals = body.get_locals_reader()?;
    let mut count = Vec::new();
    locals.get_count().saturating_add(1).encode(&mut count);
    Ok(vec![(body.range().start..locals.original_position(), count), (code..code, vec![1, I32])])
}

fn throws(bodies: &[FunctionBody<'_>]) -> Result<bool, ModuleError> {
    for body in bodies {
        for operator in body.get_operators_reader()? {
            if let Operator::Throw { .. } = operator? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What has to be known of a module's types.
#[derive(Default)]
struct Types {
    all: Vec<Option<FuncType>>,
    /// How many parameters each function with a body has.
    parameters: Vec<u32>,
    /// Whether functions or tags take or give references to exceptions.
    passed: bool,
}

impl Types {
    fn of(wasm: &[u8]) -> Result<Self, ModuleError> {
        let mut types = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        types.all.extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                            CompositeInnerType::Func(function) => Some(function),
                            _ => None,
                        }));
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if let TypeRef::Func(ty) = import?.ty {
                            types.uses(ty);
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    for ty in functions {
                        let parameters = types.uses(ty?);
                        types.parameters.push(parameters);
                    }
                }
                Payload::TagSection(tags) => {
                    for tag in tags {
                        types.uses(tag?.func_type_idx);
                    }
                }
                _ => {}
            }
        }
        Ok(types)
    }

    /// A function or a tag has this type. Returns how many parameters it has.
    fn uses(&mut self, ty: u32) -> u32 {
        let Some(Some(ty)) = self.all.get(ty as usize) else { return 0 };
        self.passed |= ty.params().iter().chain(ty.results()).any(is_exception);
        ty.params().len() as u32
    }
}

/// Whether values of the type are references to exceptions.
fn is_exception(ty: &ValType) -> bool {
    let ValType::Ref(ty) = ty else { return false };
    matches!(ty.heap_type(), HeapType::Abstract { ty: AbstractHeapType::Exn | AbstractHeapType::NoExn, .. })
}
