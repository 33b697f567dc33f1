//! Functions that are small, and that a compiler takes long for: each kind grows with one number.

use wasm_encoder::{
    BlockType, Catch, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, Instruction as I, MemArg, MemorySection, MemoryType, Module, RefType, TableSection, TableType, TagKind,
    TagSection, TagType, TypeSection, ValType,
};

/// The types of the functions and blocks in [`module`]: nothing, and so many numbers that are taken and returned.
const MANY: u32 = 100;
const TAKES_MANY: u32 = 1;
const RETURNS_MANY: u32 = 2;

/// Exceptions of the module.
const TAGS: u32 = 500;

/// The function that takes and returns [`MANY`] numbers.
const PASSES: u32 = 0;

const WORD: MemArg = MemArg { offset: 0, align: 2, memory_index: 0 };

/// A kind of function that grows with a number.
pub type Kind = (&'static str, fn(u32) -> Function);

/// Constants that are added to each other.
const SUM: [I<'static>; 8] =
    [I::LocalGet(0), I::I32Const(7), I::I32Add, I::I32Const(9), I::I32Add, I::I32Const(5), I::I32Add, I::LocalSet(0)];

/// All kinds.
pub const KINDS: [Kind; 22] = [
    ("loops in each other, locals", |n| loops(n, 10 * n)),
    ("a few loops, many locals", |n| loops(8, 20 * n)),
    ("many loops, a few locals", |n| loops(8 * n, 20)),
    ("blocks in each other, jumps out, locals", |n| exits(n, 5 * n)),
    ("jump tables out of blocks, locals", |n| tables(n, n, n)),
    ("jump tables with many targets", |n| tables(30, 1, 1_000 * n)),
    ("results of `if`, values that live on", |n| choices(50 * n, 50 * n, 10)),
    ("values on the stack", |n| stack(100 * n)),
    ("locals that live across blocks", |n| choices(0, 50 * n, 20 * n)),
    ("locals that are read straight after", |n| temporaries(100 * n, 1)),
    ("locals that are read straight after, at the same time", |n| temporaries(1, 100 * n)),
    ("`try_table`, locals", |n| tries(10 * n, 2 * n)),
    ("`try_table` in each other, calls", |n| tries_in_each_other(n, 5 * n)),
    ("loops in each other, arithmetic", |n| arithmetic(n, 5 * n)),
    ("loops in each other, and others in them", |n| others(n, 5 * n)),
    ("constants that are added", |n| repeated(100 * n, &SUM)),
    ("rotations", |n| {
        repeated(100 * n, &[I::LocalGet(0), I::LocalGet(0), I::I32Rotl, I::LocalGet(0), I::I32Rotl, I::LocalSet(0)])
    }),
    ("calls with many values", |n| calls(n)),
    ("loops with many parameters", |n| parameters(n, true)),
    ("blocks with many parameters", |n| parameters(n, false)),
    ("native code", |n| repeated(20 * n, &[I::MemorySize(0), I::Drop])),
    ("loads", |n| repeated(100 * n, &[I::LocalGet(0), I::I32Load(WORD), I::LocalSet(0)])),
];

/// A module with these functions.
pub fn module(functions: &[Function]) -> Vec<u8> {
    let many = || (0..MANY).map(|_| ValType::I32);
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function(many(), many());
    types.ty().function([], many());
    let (mut section, mut code) = (FunctionSection::new(), CodeSection::new());
    section.function(TAKES_MANY);
    let mut passes = Function::new([]);
    for at in 0..MANY {
        passes.instruction(&I::LocalGet(at));
    }
    code.function(passes.instruction(&I::End));
    for function in functions {
        section.function(0);
        code.function(function);
    }
    let mut tables = TableSection::new();
    let table = TableType { element_type: RefType::FUNCREF, table64: false, minimum: 1, maximum: None, shared: false };
    tables.table(table);
    let mut memories = MemorySection::new();
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    memories.memory(memory);
    let mut tags = TagSection::new();
    for _ in 0..TAGS {
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx: 0 });
    }
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&section)
        .section(&tables)
        .section(&memories)
        .section(&tags)
        .section(&globals)
        .section(&exports);
    module.section(&code);
    module.finish()
}

/// Loops in each other. The innermost writes each local.
pub fn loops(depth: u32, locals: u32) -> Function {
    let mut body = Body::new(locals);
    (0..depth).for_each(|_| body.add(&[I::Loop(BlockType::Empty)]));
    (0..locals).for_each(|local| body.increase(local));
    (0..depth).for_each(|_| body.add(&[I::LocalGet(0), I::BrIf(0), I::End]));
    body.finish(0)
}

/// Blocks in each other, which the innermost leaves from places where the locals differ.
fn exits(depth: u32, locals: u32) -> Function {
    let mut body = Body::new(locals);
    (0..depth).for_each(|_| body.add(&[I::Block(BlockType::Empty)]));
    for level in 0..depth {
        body.add(&[I::LocalGet(0), I::BrIf(level)]);
        (level * locals / depth..(level + 1) * locals / depth).for_each(|local| body.increase(local));
    }
    (0..depth).for_each(|_| body.add(&[I::End]));
    body.finish(locals)
}

/// Jump tables to blocks in each other, and a local that differs each time.
fn tables(depth: u32, jumps: u32, targets: u32) -> Function {
    let mut body = Body::new(jumps);
    (0..depth).for_each(|_| body.add(&[I::Block(BlockType::Empty)]));
    for jump in 0..jumps {
        body.increase(jump);
        let targets: Vec<_> = (0..targets).map(|target| 1 + target % depth).collect();
        body.add(&[I::Block(BlockType::Empty), I::LocalGet(jump), I::BrTable(targets.into(), 0), I::End]);
    }
    (0..depth).for_each(|_| body.add(&[I::End]));
    body.finish(jumps)
}

/// Values that come from two places, and then locals that live across blocks.
fn choices(choices: u32, blocks: u32, locals: u32) -> Function {
    let mut body = Body::new(locals);
    for _ in 0..choices {
        body.add(&[I::LocalGet(0), I::LocalGet(0), I::If(BlockType::Result(ValType::I32)), I::LocalGet(0), I::Else]);
        body.add(&[I::I32Const(2), I::End, I::I32Store(WORD)]);
    }
    (0..locals).for_each(|local| body.increase(local));
    for block in 0..blocks {
        body.add(&[I::LocalGet(block % locals), I::If(BlockType::Empty)]);
        body.add(&[I::I32Const(0), I::LocalGet(0), I::I32Store(WORD), I::End]);
    }
    body.finish(locals)
}

/// Blocks in which locals of their own are written and then read, as in code that nobody optimized.
fn temporaries(blocks: u32, locals: u32) -> Function {
    let mut body = Body(Function::new([(blocks * locals, ValType::I32)]));
    for block in 0..blocks {
        let own = || block * locals..(block + 1) * locals;
        body.add(&[I::Block(BlockType::Empty)]);
        own().for_each(|local| body.add(&[I::I32Const(64), I::I32Load(WORD), I::LocalSet(local)]));
        body.add(&[I::I32Const(0)]);
        own().for_each(|local| body.add(&[I::LocalGet(local), I::I32Xor]));
        body.add(&[I::BrIf(0), I::End]);
    }
    body.finish(0)
}

/// Values that are all on the stack at once.
fn stack(values: u32) -> Function {
    let mut body = Body::new(1);
    for value in 0..values {
        body.add(&[I::LocalGet(0), I::I32Load(MemArg { offset: u64::from(4 * value), ..WORD })]);
    }
    (1..values).for_each(|_| body.add(&[I::I32Add]));
    body.add(&[I::LocalSet(0)]);
    body.finish(1)
}

fn tries(tries: u32, locals: u32) -> Function {
    let mut body = Body::new(locals);
    for attempt in 0..tries {
        let catch = vec![Catch::All { label: 0 }].into();
        body.add(&[I::Block(BlockType::Empty), I::TryTable(BlockType::Empty, catch), I::Call(1)]);
        body.increase(attempt % locals);
        body.add(&[I::Call(1), I::End, I::End]);
    }
    body.finish(locals)
}

/// Each catches another exception, so that all of them are handlers of each call.
fn tries_in_each_other(depth: u32, calls: u32) -> Function {
    let mut body = Body::new(1);
    for level in 0..depth {
        let catch = vec![Catch::One { tag: level % TAGS, label: 0 }].into();
        body.add(&[I::Block(BlockType::Empty), I::TryTable(BlockType::Empty, catch)]);
    }
    (0..calls).for_each(|_| body.add(&[I::Call(1)]));
    (0..depth).for_each(|_| body.add(&[I::End, I::End]));
    body.finish(1)
}

/// Loops in each other, with what could be moved out of them.
fn arithmetic(depth: u32, steps: u32) -> Function {
    let mut body = Body::new(1);
    (0..depth).for_each(|_| body.add(&[I::Loop(BlockType::Empty)]));
    for _ in 0..steps {
        body.add(&[I::LocalGet(0), I::I32Load(WORD), I::LocalGet(0), I::I32Add, I::LocalSet(0)]);
    }
    (0..depth).for_each(|_| body.add(&[I::LocalGet(0), I::BrIf(0), I::End]));
    body.finish(1)
}

/// Loops in each other, and loops beside each other within them.
fn others(depth: u32, others: u32) -> Function {
    let mut body = Body::new(1);
    (0..depth).for_each(|_| body.add(&[I::Loop(BlockType::Empty)]));
    (0..others).for_each(|_| body.add(&[I::Loop(BlockType::Empty), I::LocalGet(0), I::BrIf(0), I::End]));
    (0..depth).for_each(|_| body.add(&[I::LocalGet(0), I::BrIf(0), I::End]));
    body.finish(1)
}

fn calls(calls: u32) -> Function {
    let mut body = Body::new(1);
    (0..MANY).for_each(|_| body.add(&[I::LocalGet(0)]));
    (0..calls).for_each(|_| body.add(&[I::Call(PASSES)]));
    (0..MANY).for_each(|_| body.add(&[I::Drop]));
    body.finish(0)
}

fn parameters(blocks: u32, loops: bool) -> Function {
    let mut body = Body::new(1);
    (0..MANY).for_each(|_| body.add(&[I::LocalGet(0)]));
    for _ in 0..blocks {
        body.add(&match loops {
            true => [I::Loop(BlockType::FunctionType(TAKES_MANY)), I::LocalGet(0), I::BrIf(0), I::End],
            false => [I::Block(BlockType::FunctionType(TAKES_MANY)), I::LocalGet(0), I::BrIf(0), I::End],
        });
    }
    (0..MANY).for_each(|_| body.add(&[I::Drop]));
    body.add(&[I::Block(BlockType::FunctionType(RETURNS_MANY))]);
    (0..MANY).for_each(|_| body.add(&[I::LocalGet(0)]));
    body.add(&[I::End]);
    (0..MANY).for_each(|_| body.add(&[I::Drop]));
    body.finish(0)
}

fn repeated(count: u32, instructions: &[I<'_>]) -> Function {
    let mut body = Body::new(1);
    (0..count).for_each(|_| body.add(instructions));
    body.finish(1)
}

/// A function whose locals come from memory.
struct Body(Function);

impl Body {
    fn new(locals: u32) -> Self {
        let mut body = Self(Function::new([(locals, ValType::I32)]));
        for local in 0..locals {
            let address = MemArg { offset: u64::from(4 * local), ..WORD };
            body.add(&[I::LocalGet(0), I::I32Load(address), I::LocalSet(local)]);
        }
        body
    }

    fn add(&mut self, instructions: &[I<'_>]) {
        for instruction in instructions {
            self.0.instruction(instruction);
        }
    }

    fn increase(&mut self, local: u32) {
        self.add(&[I::LocalGet(local), I::I32Const(1), I::I32Add, I::LocalSet(local)]);
    }

    /// Writes so many locals to memory, so that the compiler can't leave them out.
    fn finish(mut self, used: u32) -> Function {
        for local in 0..used {
            let address = MemArg { offset: u64::from(4 * local), ..WORD };
            self.add(&[I::I32Const(0), I::LocalGet(local), I::I32Store(address)]);
        }
        self.add(&[I::End]);
        self.0
    }
}
