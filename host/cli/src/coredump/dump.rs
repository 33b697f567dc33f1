//! What is in a core dump. It may be any file.

use anyhow::{Context as _, Result, ensure};
use wasmparser::{
    ConstExpr, CoreDumpInstance, CoreDumpStackFrame, DataKind, KnownCustom, Operator, Parser, Payload, Validator,
};

/// What is in a dump.
#[derive(Debug, Default)]
pub(super) struct Dump<'a> {
    pub(super) plugin: &'a str,
    pub(super) threads: Vec<Thread<'a>>,
    /// The bytes of the memory.
    pub(super) memory: u64,
    /// Where each part of the memory belongs.
    pub(super) segments: Vec<(u64, &'a [u8])>,
    /// What each thread has to itself.
    pub(super) instances: Vec<CoreDumpInstance>,
    pub(super) globals: Vec<String>,
}

/// A thread that was running.
#[derive(Debug)]
pub(super) struct Thread<'a> {
    pub(super) name: &'a str,
    /// The innermost comes first.
    pub(super) frames: Vec<Frame>,
    instance: u32,
}

/// A function by its index, and an offset in its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) function: u32,
    pub(super) offset: u32,
}

impl<'a> Dump<'a> {
    /// # Errors
    /// Why the file is no core dump.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        const PAGE: u64 = 64 << 10;
        ensure!(Parser::is_core_wasm(bytes), "it is no core dump: it doesn't begin as WebAssembly does");
        // All indices are right then.
        Validator::new().validate_all(bytes).context("it is no core dump, or it is damaged")?;
        let mut dump = Self::default();
        let mut plugin = None;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::CoreDump(core) => plugin = Some(core.name),
                    KnownCustom::CoreDumpInstances(all) => dump.instances = all.instances,
                    KnownCustom::CoreDumpStack(stack) => {
                        // A thread has the instance of its place. One with functions says so itself.
                        let place = dump.threads.len() as u32;
                        let instance = stack.frames.first().map_or(place, |frame| frame.instanceidx);
                        let frames = stack.frames.iter().map(frame).collect();
                        dump.threads.push(Thread { name: stack.name, frames, instance });
                    }
                    _ => {}
                },
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        dump.memory = memory?.initial.saturating_mul(PAGE);
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        dump.globals.push(value(&global?.init_expr)?);
                    }
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        if let DataKind::Active { offset_expr, .. } = segment.kind
                            && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
                        {
                            dump.segments.push((u64::from(value as u32), segment.data));
                        }
                    }
                }
                _ => {}
            }
        }
        dump.plugin = plugin.context("it is WebAssembly, and no core dump: it has no section `core`")?;
        Ok(dump)
    }

    /// What the globals of a thread were, as far as there are such.
    pub(super) fn globals_of(&self, thread: &Thread<'_>) -> Vec<&str> {
        let instance = self.instances.get(thread.instance as usize);
        let indices = instance.into_iter().flat_map(|instance| &instance.globals);
        indices.filter_map(|global| self.globals.get(*global as usize)).map(String::as_str).collect()
    }
}

fn frame(frame: &CoreDumpStackFrame) -> Frame {
    Frame { function: frame.funcidx, offset: frame.codeoffset }
}

/// What a global was. Its bits, for a number with a point.
fn value(expression: &ConstExpr<'_>) -> Result<String> {
    Ok(match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => value.to_string(),
        Operator::I64Const { value } => value.to_string(),
        Operator::F32Const { value } => f32::from_bits(value.bits()).to_string(),
        Operator::F64Const { value } => f64::from_bits(value.bits()).to_string(),
        Operator::V128Const { value } => format!("{:#034x}", value.i128()),
        _ => "a reference".to_owned(),
    })
}
