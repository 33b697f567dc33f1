//! What a plugin reaches of its host: files, the network, its output. Each of them knows its own rules.
//!
//! The sandbox knows nothing of WebAssembly, of threads of plugins, or of how a plugin is called.

pub(crate) mod files;
pub(crate) mod network;
pub(crate) mod output;
