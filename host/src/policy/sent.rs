//! A policy on its way to a plugin's process.

use super::{Mount, Policy};
use plugix_system::{Network, Source};
use serde::{Deserialize, Serialize};
use std::io;
use std::time::Duration;

/// What a plugin's process has to know of a policy. The rest is the host's: input, output, deadlines and configuration.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    mounts: Vec<(String, Source)>,
    current_folder: String,
    max_open_files: u32,
    env: Vec<(String, String)>,
    args: Vec<String>,
    result_limit: u32,
    argument_limit: u32,
    memory: u64,
    stack: usize,
    table_entries: u32,
    exceptions: u64,
    network: Network,
    threads: usize,
    start_deadline: Option<Duration>,
}

impl Policy {
    /// What a process with another current folder has to know of it.
    ///
    /// # Errors
    /// If the host's own current folder is gone, and a mount is relative to it.
    pub(crate) fn to_sent(&self) -> io::Result<Sent> {
        // The fields are named one by one, so that no new field is forgotten.
        let Self {
            mounts,
            current_folder,
            max_open_files,
            env,
            args,
            stdin: _,
            output_limit: _,
            forward: _,
            result_limit,
            argument_limit,
            memory,
            stack,
            table_entries,
            exceptions,
            network,
            threads,
            start_deadline,
            call_deadline: _,
            #[cfg(feature = "toml")]
                config: _,
        } = self;
        let mounts = mounts.iter().map(|Mount { guest, source }| {
            let source = match source {
                Source::Folder { host, access, limit } => {
                    Source::Folder { host: std::path::absolute(host)?, access: *access, limit: *limit }
                }
                other => other.clone(),
            };
            Ok((guest.clone(), source))
        });
        Ok(Sent {
            mounts: mounts.collect::<io::Result<_>>()?,
            current_folder: current_folder.clone(),
            max_open_files: *max_open_files,
            env: env.clone(),
            args: args.clone(),
            result_limit: *result_limit,
            argument_limit: *argument_limit,
            memory: *memory,
            stack: *stack,
            table_entries: *table_entries,
            exceptions: *exceptions,
            network: network.clone(),
            threads: *threads,
            start_deadline: *start_deadline,
        })
    }
}

impl From<Sent> for Policy {
    fn from(sent: Sent) -> Self {
        let Sent { mounts, current_folder, max_open_files, env, args, result_limit, argument_limit, .. } = sent;
        let Sent { memory, stack, table_entries, exceptions, network, threads, start_deadline, .. } = sent;
        Self {
            mounts: mounts.into_iter().map(|(guest, source)| Mount { guest, source }).collect(),
            current_folder,
            max_open_files,
            env,
            args,
            result_limit,
            argument_limit,
            memory,
            stack,
            table_entries,
            exceptions,
            network,
            threads,
            start_deadline,
            ..Self::new()
        }
    }
}
