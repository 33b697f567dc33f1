//! The system calls that take what they get without measuring it: here they are measured first.
//!
//! A plugin could otherwise make the host copy paths of gigabytes, or hold descriptors without end: wasmer-wasix limits
//! which numbers may be asked for, and not how many there are (`fs/fd_list.rs`).

mod call;
mod descriptors;
mod rules;

use super::is_wasi;
use crate::Policy;
use crate::events::Events;
use call::BoundedCall;
use descriptors::Descriptors;
use rules::{RULES, Rule};
use std::sync::Arc;
use wasmer::{Extern, Function, FunctionEnv, FunctionEnvMut, Imports, Module, StoreMut};

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
    pub(super) fn apply(&self, module: &Module, store: &mut StoreMut<'_>, imports: &mut Imports) -> anyhow::Result<()> {
        let env = FunctionEnv::new(store, ());
        for import in module.imports().functions() {
            let rules = RULES.iter().find(|(name, _)| *name == import.name()).map(|(_, rules)| *rules);
            let rules = match rules {
                Some([Rule::LosesErrors { .. }]) if !self.files => continue,
                Some(rules) if is_wasi(import.module()) => rules,
                _ => continue,
            };
            // What isn't provided is refused when the module is linked.
            if let Some(Extern::Function(original)) = imports.get_export(import.module(), import.name()) {
                let signature = original.ty(store);
                let call = BoundedCall::new(original, rules, self, import.module(), store, imports)?;
                let run = move |mut env: FunctionEnvMut<'_, ()>, args: &[_]| call.run(&mut env, args);
                imports.define(import.module(), import.name(), Function::new_with_env(store, &env, signature, run));
            }
        }
        Ok(())
    }
}
