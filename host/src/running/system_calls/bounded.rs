//! System calls that would take any amount. They are measured first.
//!
//! Otherwise a plugin could make the host copy paths of gigabytes, or hold descriptors without end. wasmer-wasix limits
//! which numbers a plugin may ask for, and not how many descriptors there are (`fs/fd_list.rs`).

mod call;
mod descriptors;
mod rules;

use super::Imported;
use crate::events::Events;
use crate::policy::Policy;
use call::BoundedCall;
use descriptors::Descriptors;
use rules::{RULES, Rule};
use std::sync::Arc;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Imports, Module, StoreMut};

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

    /// Puts itself between the module and those of these calls that the module imports.
    pub(super) fn apply(&self, module: &Module, store: &mut StoreMut<'_>, imports: &mut Imports) -> anyhow::Result<()> {
        let env = FunctionEnv::new(store, ());
        for call in Imported::of(module, imports) {
            let rules = match RULES.iter().find(|(name, _)| *name == call.name) {
                Some((_, [Rule::LosesErrors { .. }])) if !self.files => continue,
                Some((_, rules)) => rules,
                None => continue,
            };
            let signature = call.function.ty(store);
            let bounded = BoundedCall::new(&call, rules, self, store, imports)?;
            let run = move |mut env: FunctionEnvMut<'_, ()>, args: &[_]| bounded.run(&mut env, args);
            call.replace(imports, Function::new_with_env(store, &env, signature, run));
        }
        Ok(())
    }
}
