//! What a plugin reaches in its host: files, the network, its output. Each of these has its own rules.
//!
//! The sandbox knows nothing of WebAssembly, of the threads of plugins, or of how a plugin is called.

pub(crate) mod files;
pub(crate) mod network;
pub(crate) mod output;
