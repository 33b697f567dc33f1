//! Which proposals of WebAssembly a module may use: one table, which the validator and the compiler both read.
//!
//! A row that is off is refused before anything is compiled. So the compiler never meets what it has no code for, and
//! the error names the module as it was given.

use wasmparser::WasmFeatures;

/// A switch of the engine's compiler. The host maps each to the engine's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineSwitch {
    /// Several memories; the rewriting adds one to each module.
    MultiMemory,
    /// Several results, and blocks with parameters.
    MultiValue,
    /// `externref`, and instructions for tables.
    ReferenceTypes,
    /// `memory.copy` and its like.
    BulkMemory,
    /// Vectors of 128 bits.
    Simd,
    /// Vectors whose results may differ between processors.
    RelaxedSimd,
    /// Shared memories and atomic instructions.
    Threads,
    /// `try_table` and `throw_ref`.
    Exceptions,
    /// Additions in constant expressions.
    ExtendedConst,
    /// Additions and multiplications of 128 bits.
    WideArithmetic,
}

/// One proposal.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// Its name, as the WebAssembly group writes it.
    pub name: &'static str,
    /// The name by which wasmparser sorts the proposal's operators.
    pub(crate) operators: &'static str,
    /// What the validator is told.
    pub(crate) flag: WasmFeatures,
    /// Whether a module may use it, or why not.
    pub guest: Guest,
    /// What the compiler is told; none where it has no switch, or no code.
    pub engine: Option<EngineSwitch>,
}

/// What a module may do with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// Use it.
    Uses,
    /// Not use it; this is the reason, and what to do.
    Refused(&'static str),
}

const fn on(name: &'static str, operators: &'static str, flag: WasmFeatures) -> Proposal {
    Proposal { name, operators, flag, guest: Guest::Uses, engine: None }
}

const fn switched(name: &'static str, operators: &'static str, flag: WasmFeatures, switch: EngineSwitch) -> Proposal {
    Proposal { name, operators, flag, guest: Guest::Uses, engine: Some(switch) }
}

const fn off(name: &'static str, operators: &'static str, flag: WasmFeatures, why: &'static str) -> Proposal {
    Proposal { name, operators, flag, guest: Guest::Refused(why), engine: None }
}

pub(crate) const NO_CODE: &str =
    "the compiler (wasmer 7.4.2, Cranelift) has no code for it: build the module without it";
const ONE_MEMORY: &str = "a module has one memory: link everything into one";
const LEGACY: &str = "the compiler takes `try_table` only: build with `plugix-toolchain`, or with `cargo wasix`, which \
    rewrites it, or rewrite the module with `wasm-opt --all-features --translate-to-exnref`";

/// All proposals. Those that are on come first.
pub const PROPOSALS: [Proposal; 26] = [
    on("mvp", "mvp", WasmFeatures::FLOATS),
    on("mutable-global", "", WasmFeatures::MUTABLE_GLOBAL),
    on("sign-extension", "sign_extension", WasmFeatures::SIGN_EXTENSION),
    on("nontrapping-float-to-int", "saturating_float_to_int", WasmFeatures::SATURATING_FLOAT_TO_INT),
    on("host references", "", WasmFeatures::GC_TYPES), // wasmparser asks for it where there is an `externref`
    switched("threads", "threads", WasmFeatures::THREADS, EngineSwitch::Threads),
    switched("reference-types", "reference_types", WasmFeatures::REFERENCE_TYPES, EngineSwitch::ReferenceTypes),
    switched("simd", "simd", WasmFeatures::SIMD, EngineSwitch::Simd),
    switched("relaxed-simd", "relaxed_simd", WasmFeatures::RELAXED_SIMD, EngineSwitch::RelaxedSimd),
    switched("bulk-memory", "bulk_memory", WasmFeatures::BULK_MEMORY, EngineSwitch::BulkMemory),
    switched("multi-value", "", WasmFeatures::MULTI_VALUE, EngineSwitch::MultiValue),
    switched("exceptions", "exceptions", WasmFeatures::EXCEPTIONS, EngineSwitch::Exceptions),
    switched("extended-const", "", WasmFeatures::EXTENDED_CONST, EngineSwitch::ExtendedConst),
    switched("wide-arithmetic", "wide_arithmetic", WasmFeatures::WIDE_ARITHMETIC, EngineSwitch::WideArithmetic),
    Proposal {
        engine: Some(EngineSwitch::MultiMemory),
        ..off("multi-memory", "", WasmFeatures::MULTI_MEMORY, ONE_MEMORY)
    },
    off("tail-call", "tail_call", WasmFeatures::TAIL_CALL, NO_CODE),
    off("legacy-exceptions", "legacy_exceptions", WasmFeatures::LEGACY_EXCEPTIONS, LEGACY),
    off("memory64", "", WasmFeatures::MEMORY64, "addresses have 32 bits: build for `wasm32-wasmer-wasi`"),
    off("function-references", "function_references", WasmFeatures::FUNCTION_REFERENCES, NO_CODE),
    off("gc", "gc", WasmFeatures::GC, NO_CODE),
    off("memory-control", "memory_control", WasmFeatures::MEMORY_CONTROL, NO_CODE),
    off("custom-page-sizes", "", WasmFeatures::CUSTOM_PAGE_SIZES, NO_CODE),
    off("stack-switching", "stack_switching", WasmFeatures::STACK_SWITCHING, NO_CODE),
    off("shared-everything-threads", "shared_everything_threads", WasmFeatures::SHARED_EVERYTHING_THREADS, NO_CODE),
    off("compact-imports", "", WasmFeatures::COMPACT_IMPORTS, NO_CODE),
    off("custom-descriptors", "custom_descriptors", WasmFeatures::CUSTOM_DESCRIPTORS, NO_CODE),
];

impl Proposal {
    /// Whether a module may use it.
    pub const fn is_on(&self) -> bool {
        matches!(self.guest, Guest::Uses)
    }

    /// The proposal whose operators wasmparser sorts by that name.
    pub(crate) fn of_operators(operators: &str) -> Option<&'static Self> {
        PROPOSALS.iter().find(|proposal| proposal.operators == operators)
    }
}

/// What the validator is told.
pub(crate) fn features() -> WasmFeatures {
    PROPOSALS.iter().filter(|proposal| proposal.is_on()).fold(WasmFeatures::empty(), |all, one| all | one.flag)
}

/// The proposal without which a module, which is invalid, would be valid.
pub(crate) fn missing(is_valid: impl Fn(WasmFeatures) -> bool) -> Option<&'static Proposal> {
    let mut features = features();
    // Some build on others that are off as well: those come before them.
    PROPOSALS.iter().filter(|proposal| !proposal.is_on()).find(|proposal| {
        if is_valid(self::features() | proposal.flag) {
            return true;
        }
        features |= proposal.flag;
        is_valid(features)
    })
}

/// The switches of the compiler that are on, with the names of their proposals, in the order of the table.
pub fn engine_switches() -> impl Iterator<Item = (&'static str, EngineSwitch)> {
    PROPOSALS.iter().filter_map(|proposal| proposal.engine.map(|switch| (proposal.name, switch)))
}
