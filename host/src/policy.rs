//! What a plugin may do. A new policy allows computing and nothing else.

mod files;
mod output;

pub use files::Access;
pub(crate) use files::{Mount, Source};

use crate::output::Forward;

/// Bytes of each of standard output and standard error that are kept until they are taken.
const OUTPUT_LIMIT: usize = 1 << 20;

/// Bytes that one call may return.
const RESULT_LIMIT: u32 = 1 << 30;

/// What a plugin may do: nothing but compute, until it is told otherwise here.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) mounts: Vec<Mount>,
    pub(crate) max_open_files: u32,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) args: Vec<String>,
    pub(crate) output_limit: usize,
    pub(crate) forward: Forward,
    pub(crate) result_limit: u32,
}

impl Policy {
    /// Allows computing and nothing else.
    pub fn new() -> Self {
        Self {
            mounts: Vec::new(),
            max_open_files: files::OPEN_FILES,
            env: Vec::new(),
            args: Vec::new(),
            output_limit: OUTPUT_LIMIT,
            forward: Forward::default(),
            result_limit: RESULT_LIMIT,
        }
    }

    /// Sets an environment variable. The host's own are never passed on.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Appends an argument, which a command reads after its program's name.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Limits how many bytes of each of standard output and standard error are kept until the host takes them;
    /// 1 MiB unless set. What comes after that is counted and dropped.
    #[must_use]
    pub fn output_limit(mut self, bytes: usize) -> Self {
        self.output_limit = bytes;
        self
    }

    /// Limits how many bytes one call may return; 1 GiB unless set.
    #[must_use]
    pub fn result_limit(mut self, bytes: u32) -> Self {
        self.result_limit = bytes;
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}
