//! Host functions for a plugin that is in another process: what comes is bytes, and what goes is bytes.

use super::HostFunctions;
use super::buffer::Buffer;
use super::frame::{Aligned, limit, run_rewritten};
use super::results::panicked;
use super::taken::{CallProcess, while_process_waits};
use super::wait::with_halt;
use crate::running::memory::decoded;
use crate::stop::Halt;
use plugix_abi::Status;
use plugix_abi::interface::Interface as _;
use plugix_abi::services::Services;
use plugix_module::ModuleInfo;
use plugix_module::interface::Rewrites;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Runs a method over arguments in memory that begin at a multiple of 16.
pub(crate) type Run = Box<dyn Fn(&[u8], &mut Buffer) -> Status + Send + Sync>;

/// A method that the host provides to a plugin in another process.
pub(crate) struct HostMethod {
    run: Run,
    name: String,
    rewrites: Option<Arc<Rewrites>>,
    /// How many bytes the arguments may have.
    pub(crate) limit: u32,
}

/// How a method has ended, with its payload.
pub(crate) type Replied = (Status, Vec<u8>);

impl HostFunctions {
    /// What is behind the methods that the module wants: by its interfaces, and by their methods. The last are the host's own
    /// services. `None` where the host lacks one.
    pub(crate) fn methods(&self, module: &ModuleInfo) -> Vec<Vec<Option<HostMethod>>> {
        let of = |interface: &str, method: &str| {
            let (provided, fit) = self.fitting(interface, method)?;
            let limit = limit(interface, self.argument_limit);
            Some(HostMethod {
                run: provided.run(method, &fit)?,
                name: method.to_owned(),
                rewrites: fit.rewrites,
                limit,
            })
        };
        let of_all = module
            .uses
            .iter()
            .map(|wanted| wanted.methods.iter().map(|method| of(&wanted.name, &method.name)).collect());
        let services = <dyn Services>::METHODS.iter().map(|method| of(<dyn Services>::NAME, method.name)).collect();
        of_all.chain([services]).collect()
    }
}

impl HostMethod {
    /// Runs the method, for a thread of the plugin's that waits in its process. `call` reaches that thread.
    pub(crate) fn answer(
        &self,
        (plugin, halt): (&str, &Halt),
        functions: &HostFunctions,
        args: &[u8],
        call: &CallProcess<'_>,
    ) -> Replied {
        let mut aligned = vec![Aligned::ZERO; args.len().div_ceil(size_of::<Aligned>())];
        let room = &mut bytemuck::cast_slice_mut(&mut aligned)[..args.len()];
        room.copy_from_slice(args);
        let mut result = Buffer::new(Vec::new(), decoded(self.limit), self.rewrites.clone());
        let run = || {
            catch_unwind(AssertUnwindSafe(|| {
                with_halt(halt, || match &self.rewrites {
                    None => (self.run)(room, &mut result),
                    Some(rewrites) => run_rewritten(&self.run, rewrites, room, &mut result),
                })
            }))
        };
        let outcome = while_process_waits(call, functions.streams(), self.limit, run);
        match outcome {
            Ok(status) => (status, result.bytes),
            Err(panic) => (Status::Panic, panicked(plugin, &self.name, panic)),
        }
    }
}

impl fmt::Debug for HostMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostMethod").field("name", &self.name).finish_non_exhaustive()
    }
}
