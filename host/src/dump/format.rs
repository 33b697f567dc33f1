//! The bytes of a dump: a WebAssembly module, as the tool conventions have it.

use super::Remains;
use super::memory::{Memory, PAGE, Parts};
use std::io::{self, Write};
use std::time::Instant;
use wasm_encoder::{
    ConstExpr, CoreDumpInstancesSection, CoreDumpModulesSection, CoreDumpSection, CoreDumpStackSection, Encode,
    GlobalSection, GlobalType, Ieee32, Ieee64, MemorySection, MemoryType, Module, SectionId, ValType,
};

/// A thread, and the instance of the module that it has to itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    pub(crate) name: String,
    /// Innermost first.
    pub(crate) frames: Vec<Frame>,
    /// The values of its globals, as their bits.
    pub(crate) globals: Vec<u128>,
}

/// A function that was running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The function's index in the module.
    pub(crate) function: u32,
    /// Where in the function, in bytes from the begin of its body. 0 if that isn't known.
    pub(crate) offset: u32,
}

/// What is written.
pub(super) struct Contents<'a> {
    /// All sections but the memory's contents.
    head: Vec<u8>,
    memory: &'a dyn Memory,
    parts: Parts,
}

impl<'a> Contents<'a> {
    /// At most `most` bytes are of the memory.
    pub(super) fn of(remains: &Remains<'a>, most: u64, until: Instant) -> Self {
        let parts = Parts::of(remains.memory, most, until);
        Self { head: head(remains), memory: remains.memory, parts }
    }

    pub(super) fn left_out(&self) -> u64 {
        self.parts.left_out
    }

    /// Writes everything. No more than a page of the memory is copied at a time.
    ///
    /// # Errors
    /// What the writer says, and [`io::ErrorKind::TimedOut`].
    pub(super) fn write(&self, file: &mut dyn Write, until: Instant) -> io::Result<()> {
        file.write_all(&self.head)?;
        let ranges = &self.parts.ranges;
        // A section without a segment is more than tools expect.
        if ranges.is_empty() {
            return Ok(());
        }
        let begins: Vec<_> = ranges.iter().map(|range| begin(range.start, range.end - range.start)).collect();
        let mut count = Vec::new();
        (ranges.len() as u32).encode(&mut count);
        let of_memory: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        let size = of_memory as usize + count.len() + begins.iter().map(Vec::len).sum::<usize>();
        let mut section = vec![SectionId::Data as u8];
        size.encode(&mut section);
        section.extend(count);
        file.write_all(&section)?;
        let mut page = vec![0; PAGE];
        for (begin, range) in begins.iter().zip(ranges) {
            file.write_all(begin)?;
            for at in range.clone().step_by(PAGE) {
                if Instant::now() > until {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                self.memory.read(at, &mut page);
                file.write_all(&page)?;
            }
        }
        Ok(())
    }
}

/// What stands before the bytes of a segment: where they belong, and how many there are.
fn begin(at: u64, len: u64) -> Vec<u8> {
    // An active segment of the first memory. Addresses are written as signed numbers of the same bits.
    let mut begin = vec![0];
    ConstExpr::i32_const(at as u32 as i32).encode(&mut begin);
    (len as u32).encode(&mut begin);
    begin
}

fn head(remains: &Remains<'_>) -> Vec<u8> {
    let Remains { plugin, module: name, threads, globals, memory } = remains;
    let mut module = Module::new();
    module.section(&CoreDumpSection::new(*plugin));
    let mut modules = CoreDumpModulesSection::new();
    modules.module(name);
    module.section(&modules);

    let mut instances = CoreDumpInstancesSection::new();
    let mut all_globals = GlobalSection::new();
    for thread in *threads {
        let first = all_globals.len();
        for (ty, value) in globals.iter().zip(&thread.globals) {
            all_globals.global(GlobalType { mutable: false, ..*ty }, &constant(ty.val_type, *value));
        }
        instances.instance(0, [0], (first..all_globals.len()).collect::<Vec<_>>());
    }
    module.section(&instances);
    for (instance, thread) in (0..).zip(*threads) {
        let mut stack = CoreDumpStackSection::new(&*thread.name);
        for Frame { function, offset } in &thread.frames {
            // Compiled code doesn't tell where its locals and operands are.
            stack.frame(instance, *function, *offset, [], []);
        }
        module.section(&stack);
    }

    let mut memories = MemorySection::new();
    let minimum = memory.size() / PAGE as u64;
    let ty = MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None };
    module.section(memories.memory(ty));
    module.section(&all_globals);
    module.finish()
}

/// A value that has these bits. References have no meaning outside of their store.
fn constant(ty: ValType, bits: u128) -> ConstExpr {
    match ty {
        ValType::I32 => ConstExpr::i32_const(bits as u32 as i32),
        ValType::I64 => ConstExpr::i64_const(bits as u64 as i64),
        ValType::F32 => ConstExpr::f32_const(Ieee32::new(bits as u32)),
        ValType::F64 => ConstExpr::f64_const(Ieee64::new(bits as u64)),
        ValType::V128 => ConstExpr::v128_const(bits as i128),
        ValType::Ref(ty) => ConstExpr::ref_null(ty.heap_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump::memory::tests::Pages;
    use std::time::Duration;
    use wasmparser::{
        CoreDumpInstancesSection, CoreDumpStackSection, DataKind, KnownCustom, Operator, Parser, Payload, Validator,
    };

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn written(remains: &Remains<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let contents = Contents::of(remains, u64::MAX, soon());
        contents.write(&mut bytes, soon()).expect("a vector has room");
        bytes
    }

    /// What was written is read by a parser that others made.
    #[test]
    fn it_is_a_module_with_stacks_globals_and_memory() {
        let memory = Pages(vec![0, 7, 0, 0, 9]);
        let global = |val_type| GlobalType { val_type, mutable: true, shared: false };
        let globals = [global(ValType::I32), global(ValType::F64), global(ValType::V128), global(ValType::FUNCREF)];
        let frames = vec![Frame { function: 3, offset: 11 }, Frame { function: 700, offset: 0 }];
        let one =
            Thread { name: "main".into(), frames: frames.clone(), globals: vec![5, 0x4000_0000_0000_0000, 1, 99] };
        let other = Thread { name: "thread 2".into(), frames: Vec::new(), globals: vec![6, 0, 0, 0] };
        let threads = [one, other];
        let remains = Remains { plugin: "p", module: "m", threads: &threads, globals: &globals, memory: &memory };
        let bytes = written(&remains);
        Validator::new().validate_all(&bytes).expect("it is a valid module");

        let (mut stacks, mut segments, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&bytes) {
            match payload.expect("it is well-formed") {
                Payload::CustomSection(section) => match section.as_known() {
                    KnownCustom::CoreDump(core) => assert_eq!(core.name, "p"),
                    KnownCustom::CoreDumpModules(modules) => assert_eq!(modules.modules, ["m"]),
                    KnownCustom::CoreDumpInstances(CoreDumpInstancesSection { instances }) => {
                        let of = |at: usize| (instances[at].memories.clone(), instances[at].globals.clone());
                        assert_eq!([of(0), of(1)], [(vec![0], vec![0, 1, 2, 3]), (vec![0], vec![4, 5, 6, 7])]);
                    }
                    KnownCustom::CoreDumpStack(CoreDumpStackSection { name, frames }) => {
                        let frame = |frame: &wasmparser::CoreDumpStackFrame| {
                            assert!(frame.locals.is_empty() && frame.stack.is_empty());
                            (frame.instanceidx, Frame { function: frame.funcidx, offset: frame.codeoffset })
                        };
                        stacks.push((name.to_owned(), frames.iter().map(frame).collect::<Vec<_>>()));
                    }
                    _ => panic!("a section `{}`", section.name()),
                },
                Payload::MemorySection(memories) => {
                    assert_eq!(memories.into_iter().next().expect("one").expect("it is right").initial, 5);
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        let global = global.expect("it is right");
                        assert!(!global.ty.mutable);
                        values.push(format!("{:?}", global.init_expr.get_operators_reader().read().expect("one")));
                    }
                }
                Payload::DataSection(data) => {
                    for segment in data {
                        let segment = segment.expect("it is right");
                        let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else { panic!() };
                        let at = offset_expr.get_operators_reader().read().expect("a constant");
                        let Operator::I32Const { value } = at else { panic!("{at:?}") };
                        assert!(segment.data.iter().all(|byte| *byte == segment.data[0]));
                        segments.push((value as usize / PAGE, segment.data.len() / PAGE, segment.data[0]));
                    }
                }
                _ => {}
            }
        }
        let main = frames.iter().map(|frame| (0, *frame)).collect();
        assert_eq!(stacks, [("main".to_owned(), main), ("thread 2".to_owned(), Vec::new())]);
        assert_eq!(segments, [(1, 1, 7), (4, 1, 9)]);
        assert_eq!(values.len(), 8);
        assert!(values[0].contains("value: 5") && values[4].contains("value: 6"), "{values:?}");
    }

    #[test]
    fn no_section_is_empty() {
        let memory = Pages(vec![0; 3]);
        let remains = Remains { plugin: "p", module: "m", threads: &[], globals: &[], memory: &memory };
        let bytes = written(&remains);
        Validator::new().validate_all(&bytes).expect("it is a valid module");
        let has_data = |payload| matches!(payload, Ok(Payload::DataSection(_)));
        assert!(!Parser::new(0).parse_all(&bytes).any(has_data));
    }

    #[test]
    fn what_takes_too_long_ends() {
        let memory = Pages(vec![1; 3]);
        let remains = Remains { plugin: "p", module: "m", threads: &[], globals: &[], memory: &memory };
        let contents = Contents::of(&remains, u64::MAX, soon());
        let late = Instant::now() - Duration::from_millis(1);
        let error = contents.write(&mut Vec::new(), late).expect_err("it is late");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
