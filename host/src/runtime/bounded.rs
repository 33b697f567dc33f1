//! The system calls that take what they get without measuring it: here they are measured first.
//!
//! A plugin could otherwise make the host copy paths of gigabytes, or hold descriptors without end: wasmer-wasix limits
//! which numbers may be asked for, and not how many there are (`fs/fd_list.rs`).

mod descriptors;
mod rules;

use super::is_wasi;
use crate::Policy;
use crate::events::Events;
use crate::files::{MAX_PATH, take_unheard_error};
use descriptors::Descriptors;
use rules::{RULES, Rule};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{Extern, Function, FunctionEnv, FunctionEnvMut, Imports, Module, RuntimeError, StoreMut, Value};
use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// Things to wait for at once: each takes some of the host's memory.
const MAX_EVENTS: u64 = 4096;

/// What one plugin's system calls are measured against.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    descriptors: Arc<Descriptors>,
    /// Whether the plugin sees any files.
    files: bool,
}

impl Bounds {
    pub(crate) fn new(policy: &Policy, events: &Events) -> Self {
        let descriptors = Descriptors::new(policy.max_open_files, events.clone());
        Self { descriptors: Arc::new(descriptors), files: !policy.mounts.is_empty() }
    }

    /// Puts itself before what the module imports of them.
    pub(super) fn apply(&self, module: &Module, store: &mut StoreMut<'_>, imports: &mut Imports) {
        let env = FunctionEnv::new(store, ());
        for import in module.imports().functions() {
            let rules = RULES.iter().find(|(name, _)| *name == import.name()).map(|(_, rules)| *rules);
            let rules = match rules {
                Some([Rule::LosesErrors { .. }]) if !self.files => continue,
                Some(rules) if is_wasi(import.module()) => rules,
                _ => continue,
            };
            if let (Some(Extern::Function(original)), Some(advise)) = (
                imports.get_export(import.module(), import.name()),
                descriptors::advise(import.module(), store, imports),
            ) {
                let (bounds, signature) = (self.clone(), original.ty(store));
                let bounded =
                    Function::new_with_env(store, &env, signature, move |mut env: FunctionEnvMut<'_, ()>, args| {
                        match bounds.refusal(&mut env, rules, args, &advise)? {
                            Some(error) => Ok(answer(error)),
                            None => call(&original, &mut env, args, rules),
                        }
                    });
                imports.define(import.module(), import.name(), bounded);
            }
        }
    }

    /// Why a call isn't made.
    fn refusal(
        &self,
        store: &mut FunctionEnvMut<'_, ()>,
        rules: &[Rule],
        args: &[Value],
        advise: &descriptors::Advise,
    ) -> Result<Option<Errno>, RuntimeError> {
        let arg = |index: usize| match args.get(index) {
            Some(Value::I32(value)) => u64::from(*value as u32),
            Some(Value::I64(value)) => *value as u64,
            _ => u64::MAX,
        };
        for rule in rules {
            let refused = match *rule {
                Rule::Path { len } if arg(len) > MAX_PATH as u64 => Some(Errno::Nametoolong),
                Rule::Events { count } if arg(count) > MAX_EVENTS => Some(Errno::Inval),
                Rule::Number { arg: index, error } if arg(index) >= self.descriptors.limit().into() => Some(error),
                Rule::Opens if !self.descriptors.has_room(store, advise)? => Some(Errno::Mfile),
                _ => None,
            };
            if refused.is_some() {
                return Ok(refused);
            }
        }
        Ok(None)
    }
}

fn answer(error: Errno) -> Vec<Value> {
    vec![Value::I32(error as i32)]
}

/// Makes the call. wasmer-wasix panics on some of what a plugin can ask for, such as a link below a file; that is the
/// plugin's mistake, and an error for it.
fn call(
    original: &Function,
    store: &mut FunctionEnvMut<'_, ()>,
    args: &[Value],
    rules: &[Rule],
) -> Result<Vec<Value>, RuntimeError> {
    take_unheard_error();
    let Ok(results) = catch_unwind(AssertUnwindSafe(|| original.call(store, args))) else {
        return Ok(answer(Errno::Io));
    };
    let results = results?.into_vec();
    let lost = rules.iter().any(|rule| match *rule {
        Rule::LosesErrors { into } => matches!(results[..], [Value::I32(error)] if error == into as i32),
        _ => false,
    });
    match take_unheard_error() {
        Some(error) if lost => Ok(answer(error)),
        _ => Ok(results),
    }
}
