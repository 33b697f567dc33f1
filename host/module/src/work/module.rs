//! Sums up the work for a module, and compares it with the limits.

use super::{Counts, Work};
use crate::{ModuleError, ModuleLimits, features};
use std::time::Duration;
use wasmparser::{
    CompositeInnerType, FuncToValidate, FuncType, KnownCustom, Name, Parser, Payload, TypeRef, ValidPayload, Validator,
    ValidatorResources,
};

/// So many functions are compiled at the same time at the most: as many threads the compiler gets.
pub const COMPILER_THREADS: usize = 16;

/// What every module may take, however small it is.
const FREE: Duration = Duration::from_millis(500);

/// Adds up what compiling a module takes, while it is shown one section after the other.
pub(crate) struct Walk {
    /// `None` once the module turned out to be invalid: it isn't compiled then.
    validator: Option<Validator>,
    types: Vec<usize>,
    imported: u32,
    tags: u64,
    functions: u32,
    total: Duration,
    slowest: (u32, Duration),
    /// The functions that take most memory, the largest first.
    largest: Vec<(u32, u64)>,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self {
            validator: Some(Validator::new_with_features(features::features())),
            types: Vec::new(),
            imported: 0,
            tags: 0,
            functions: 0,
            total: Duration::ZERO,
            slowest: (0, Duration::ZERO),
            largest: Vec::new(),
        }
    }

    /// Looks at a section or a function's body. For the latter, returns what checks its operators.
    pub(crate) fn payload(&mut self, payload: &Payload<'_>) -> Option<FuncToValidate<ValidatorResources>> {
        let valid = self.validator.as_mut()?.payload(payload);
        let Ok(valid) = valid else {
            self.validator = None;
            return None;
        };
        match (valid, payload) {
            (ValidPayload::Func(function, _), _) => Some(function),
            (_, Payload::TypeSection(types)) => {
                for ty in types.clone().into_iter().flatten().flat_map(|group| group.into_types()) {
                    let CompositeInnerType::Func(ty) = &ty.composite_type.inner else { continue };
                    self.types.push(operands(ty));
                    self.add(Work::of_trampoline(operands(ty)));
                }
                None
            }
            (_, Payload::ImportSection(imports)) => {
                for import in imports.clone().into_imports().flatten() {
                    match import.ty {
                        TypeRef::Func(ty) => {
                            self.imported += 1;
                            let operands = self.types.get(ty as usize).copied().unwrap_or(0);
                            self.add(Work::of_trampoline(operands));
                        }
                        TypeRef::Tag(_) => self.tags += 1,
                        _ => {}
                    }
                }
                None
            }
            (_, Payload::TagSection(tags)) => {
                self.tags += u64::from(tags.count());
                None
            }
            _ => None,
        }
    }

    /// The tags of exceptions, as far as the walk has come.
    pub(crate) fn tags(&self) -> u64 {
        self.tags
    }

    /// Takes what was counted in the next function. `None` if it is invalid.
    pub(crate) fn end(&mut self, counts: Option<Counts>) {
        match counts {
            Some(counts) => self.add_function(&counts),
            None => self.validator = None,
        }
    }

    /// Whether all that was shown keeps to the rules of the format.
    pub(crate) fn is_valid(&self) -> bool {
        self.validator.is_some()
    }

    fn add_function(&mut self, counts: &Counts) {
        let index = self.imported.saturating_add(self.functions);
        self.functions += 1;
        let work = Work::of(counts);
        self.add(work);
        if work.time > self.slowest.1 {
            self.slowest = (index, work.time);
        }
        let at = self.largest.partition_point(|(_, memory)| *memory >= work.memory);
        if at < COMPILER_THREADS {
            self.largest.insert(at, (index, work.memory));
            self.largest.truncate(COMPILER_THREADS);
        }
    }

    fn add(&mut self, work: Work) {
        self.total = self.total.saturating_add(work.time);
    }

    /// What the module takes: the time of all its functions, and the memory of those that are compiled at the same time.
    pub(crate) fn work(&self) -> Work {
        let memory = self.largest.iter().fold(0, |sum: u64, (_, memory)| sum.saturating_add(*memory));
        Work { time: self.total, memory }
    }

    /// Fails if it is more than the limits allow.
    pub(crate) fn check(&self, limits: &ModuleLimits, wasm: &[u8]) -> Result<(), ModuleError> {
        let (slowest, time) = self.slowest;
        if time > limits.function_work {
            return Err(ModuleError::CompileWork {
                what: "the function",
                function: name(wasm, slowest),
                predicted: time,
                allowed: limits.function_work,
                limit: "function_work",
            });
        }
        let bytes = u32::try_from(wasm.len()).unwrap_or(u32::MAX);
        let (work, allowed) = (self.work(), limits.work_per_byte.saturating_mul(bytes).saturating_add(FREE));
        if work.time > allowed {
            return Err(ModuleError::CompileWork {
                what: "the module, most of all the function",
                function: name(wasm, slowest),
                predicted: work.time,
                allowed,
                limit: "work_per_byte",
            });
        }
        if work.memory > limits.work_memory {
            let function = self.largest.first().map_or(0, |(function, _)| *function);
            return Err(ModuleError::CompileMemory {
                function: name(wasm, function),
                predicted: work.memory,
                allowed: limits.work_memory,
            });
        }
        Ok(())
    }
}

fn operands(ty: &FuncType) -> usize {
    ty.params().len() + ty.results().len()
}

/// How a function is called in an error: by its index, and by its name if the module tells that.
fn name(wasm: &[u8], index: u32) -> String {
    let names = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::CustomSection(section)) => match section.as_known() {
            KnownCustom::Name(names) => Some(names),
            _ => None,
        },
        _ => None,
    });
    let mut functions = names.flatten().filter_map(|name| match name {
        Ok(Name::Function(functions)) => Some(functions),
        _ => None,
    });
    let found = functions.find_map(|map| map.into_iter().flatten().find(|naming| naming.index == index));
    found.map_or_else(|| index.to_string(), |naming| format!("{index} `{}`", naming.name))
}
