//! One system call that is measured.

use super::rules::Rule;
use super::{Bounds, Descriptors};
use crate::running::memory::read_word;
use crate::running::system_calls::Imported;
use crate::sandbox::files::{MAX_PATH, forget_refusal, report_refusal, take_unheard_error};
use anyhow::Context;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use wasmer::{Extern, Function, FunctionEnvMut, Imports, Memory, RuntimeError, StoreMut, TypedFunction, Value};
use wasmer_wasix::wasmer_wasix_types::wasi::{Errno, Rights};

/// The type of `fd_advise`. That call does nothing, and says whether a descriptor is open.
pub(super) type Advise = TypedFunction<(i32, i64, i64, i32), i32>;

/// A system call, and what is measured of it.
#[derive(Debug)]
pub(super) struct BoundedCall {
    original: Function,
    rules: &'static [Rule],
    descriptors: Arc<Descriptors>,
    advise: Advise,
    /// `fd_sync`: it makes wasmer-wasix look how long a file is.
    sync: TypedFunction<i32, i32>,
    memory: Option<Memory>,
}

impl BoundedCall {
    pub(super) fn new(
        call: &Imported,
        rules: &'static [Rule],
        bounds: &Bounds,
        store: &StoreMut<'_>,
        imports: &Imports,
    ) -> anyhow::Result<Self> {
        let function = |name: &str| match imports.get_export(&call.namespace, name) {
            Some(Extern::Function(function)) => Ok(function),
            _ => Err(anyhow::anyhow!("wasmer-wasix has no `{name}` in `{}`", call.namespace)),
        };
        let memory = match imports.get_export("env", "memory") {
            Some(Extern::Memory(memory)) => Some(memory),
            _ => None,
        };
        Ok(Self {
            original: call.function.clone(),
            rules,
            descriptors: bounds.descriptors.clone(),
            advise: function("fd_advise")?.typed(store).context("fd_advise")?,
            sync: function("fd_sync")?.typed(store).context("fd_sync")?,
            memory,
        })
    }

    /// Refuses the call, or makes it.
    pub(super) fn run(&self, store: &mut FunctionEnvMut<'_, ()>, args: &[Value]) -> Result<Vec<Value>, RuntimeError> {
        for rule in self.rules {
            if let Some(error) = self.refusal(*rule, store, args)? {
                return Ok(answer(error));
            }
        }
        take_unheard_error();
        forget_refusal();
        // wasmer-wasix panics on some of what a plugin can ask for, such as a link below a file. That is a mistake of
        // the plugin, and becomes an error for the plugin.
        let Ok(results) = catch_unwind(AssertUnwindSafe(|| self.original.call(store, args))) else {
            return Ok(answer(Errno::Io));
        };
        let results = results?.into_vec();
        let &[Value::I32(errno)] = &results[..] else { return Ok(results) };
        let lost = self.rules.iter().any(|rule| matches!(*rule, Rule::LosesErrors { into } if errno == into as i32));
        match take_unheard_error() {
            Some(error) if lost => return Ok(answer(error)),
            _ if errno == Errno::Success as i32 => self.opened(store, args)?,
            _ if self.wants_to_write(args) => report_refusal(),
            _ => {}
        }
        Ok(results)
    }

    fn refusal(
        &self,
        rule: Rule,
        store: &mut FunctionEnvMut<'_, ()>,
        args: &[Value],
    ) -> Result<Option<Errno>, RuntimeError> {
        Ok(match rule {
            Rule::Path { len } if number(args, len) > MAX_PATH as u64 => Some(Errno::Nametoolong),
            Rule::Most { arg, most } if number(args, arg) > most => Some(Errno::Inval),
            Rule::Number { arg, error } if number(args, arg) >= self.descriptors.limit().into() => Some(error),
            Rule::Opens if !self.descriptors.has_room(store, &self.advise)? => Some(Errno::Mfile),
            _ => None,
        })
    }

    /// Whether the plugin opens a file to change it. (wasmer-wasix asks for that right in any case.)
    fn wants_to_write(&self, args: &[Value]) -> bool {
        self.rules.iter().any(|rule| match *rule {
            Rule::OpensFile { rights, .. } => {
                Rights::from_bits_truncate(number(args, rights)).contains(Rights::FD_WRITE)
            }
            _ => false,
        })
    }

    /// Makes wasmer-wasix look how long a file is that was opened. Otherwise wasmer-wasix would go by the length before
    /// the opening, even if the opening cut the file off, and would append behind that length.
    fn opened(&self, store: &mut FunctionEnvMut<'_, ()>, args: &[Value]) -> Result<(), RuntimeError> {
        let pointer = self.rules.iter().find_map(|rule| match *rule {
            Rule::OpensFile { at, .. } => Some(number(args, at)),
            _ => None,
        });
        if let (Some(pointer), Some(memory)) = (pointer, &self.memory) {
            // Another thread may have put another number there. Then wasmer-wasix looks at that descriptor.
            if let Some(descriptor) = read_word(memory, store, pointer) {
                self.sync.call(store, descriptor)?;
            }
        }
        Ok(())
    }
}

/// An argument that is a number or an address.
fn number(args: &[Value], index: usize) -> u64 {
    match args.get(index) {
        Some(Value::I32(value)) => u64::from(*value as u32),
        Some(Value::I64(value)) => *value as u64,
        _ => u64::MAX,
    }
}

fn answer(error: Errno) -> Vec<Value> {
    vec![Value::I32(error as i32)]
}
