//! Reads dumps, and the module that they are of.

use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use wasmparser::{DataKind, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef, Validator};

/// What is in a dump.
#[derive(Debug, Default)]
pub(super) struct Dump {
    pub(super) plugin: String,
    pub(super) modules: Vec<String>,
    pub(super) stacks: Vec<Stack>,
    /// Where each part of the memory belongs.
    pub(super) segments: Vec<(usize, Vec<u8>)>,
    /// The globals of each instance, by their indices.
    instances: Vec<Vec<u32>>,
    globals: Vec<i64>,
}

#[derive(Debug)]
pub(super) struct Stack {
    pub(super) thread: String,
    pub(super) instance: u32,
    /// The index of a function, and an offset in it.
    pub(super) frames: Vec<(u32, u32)>,
}

impl Dump {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        Validator::new().validate_all(bytes)?;
        let mut dump = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::CoreDump(core) => dump.plugin = core.name.to_owned(),
                    KnownCustom::CoreDumpModules(all) => {
                        dump.modules = all.modules.iter().map(|name| (*name).to_owned()).collect();
                    }
                    KnownCustom::CoreDumpInstances(all) => {
                        dump.instances = all.instances.iter().map(|instance| instance.globals.clone()).collect();
                    }
                    KnownCustom::CoreDumpStack(stack) => dump.stacks.push(Stack {
                        thread: stack.name.to_owned(),
                        instance: stack.frames.first().map_or(0, |frame| frame.instanceidx),
                        frames: stack.frames.iter().map(|frame| (frame.funcidx, frame.codeoffset)).collect(),
                    }),
                    _ => bail!("a section `{}`", section.name()),
                },
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        dump.globals.push(match global?.init_expr.get_operators_reader().read()? {
                            Operator::I32Const { value } => value.into(),
                            Operator::I64Const { value } => value,
                            _ => 0,
                        });
                    }
                }
                Payload::DataSection(data) => {
                    for segment in data {
                        let segment = segment?;
                        let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else { bail!("passive") };
                        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                            bail!("no address")
                        };
                        dump.segments.push((value as u32 as usize, segment.data.to_vec()));
                    }
                }
                _ => {}
            }
        }
        Ok(dump)
    }

    pub(super) fn memory(&self, at: usize, len: usize) -> Result<&[u8]> {
        let within = |(start, bytes): &(usize, Vec<u8>)| {
            let from = at.checked_sub(*start)?;
            (from + len <= bytes.len()).then_some(from)
        };
        let found = self.segments.iter().find_map(|segment| Some((within(segment)?, segment)));
        let (from, (_, bytes)) = found.with_context(|| format!("{at:#x} is not in the dump"))?;
        Ok(&bytes[from..from + len])
    }

    pub(super) fn contains(&self, text: &[u8]) -> bool {
        self.segments.iter().any(|(_, bytes)| bytes.windows(text.len()).any(|window| window == text))
    }

    pub(super) fn globals(&self, stack: &Stack) -> Vec<i64> {
        let instance = &self.instances[stack.instance as usize];
        instance.iter().map(|global| self.globals[*global as usize]).collect()
    }
}

/// A module's functions, as its author has them.
pub(super) struct Code<'a> {
    imported: u32,
    bodies: Vec<FunctionBody<'a>>,
    names: HashMap<u32, String>,
}

impl<'a> Code<'a> {
    pub(super) fn read(wasm: &'a [u8]) -> Result<Self> {
        let mut code = Self { imported: 0, bodies: Vec::new(), names: HashMap::new() };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        code.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => code.bodies.push(body),
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for names in names {
                        let Name::Function(names) = names? else { continue };
                        for name in names {
                            let name = name?;
                            code.names.insert(name.index, name.name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(code)
    }

    pub(super) fn name(&self, function: u32) -> &str {
        self.names.get(&function).map_or("", String::as_str)
    }

    /// The name of a frame's function, and the instruction there.
    pub(super) fn at(&self, (function, offset): (u32, u32)) -> Result<(&str, String)> {
        let body = function.checked_sub(self.imported).and_then(|body| self.bodies.get(body as usize));
        let body = body.with_context(|| format!("there is no function {function}"))?;
        let wanted = body.range().start + u64::from(offset);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let (operator, at) = reader.read_with_offset()?;
            if at == wanted {
                return Ok((self.name(function), format!("{operator:?}")));
            }
        }
        bail!("no instruction begins at {offset} of {}", self.name(function))
    }
}
