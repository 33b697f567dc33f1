//! What a game server asks of its plugins.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Extends a game server.
#[interface(version = "1.0")]
pub trait ServerPlugin {
    /// What the plugin has done so far.
    fn status(&self) -> Status;

    /// Makes a part of the world on `threads` threads, at least one. Each region becomes a file.
    fn generate(&self, regions: u32, threads: u32) -> Result<World, WorldError>;

    /// Crashes on purpose, so that operators see that their server survives it. It prints the reason and starts a
    /// thread. The thread writes a report into the world's folder and panics. Then `crash` itself panics.
    fn crash(&self, reason: &str);
}

/// What the server configures the plugin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Settings {
    /// The folder of the world's files, as the plugin sees it.
    pub folder: String,
    /// Worlds with the same seed are the same.
    pub seed: u64,
}

/// What the plugin has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Status {
    /// Regions that were made.
    pub regions: u32,
    /// Crashes that were survived.
    pub crashes: u32,
}

/// A part of the world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct World {
    /// Bytes of all files.
    pub bytes: u64,
    /// How high the highest mountain is.
    pub highest: u16,
}

/// Why a part of the world could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum WorldError {
    /// A file that can't be written.
    #[error("can't write {path}: {problem}")]
    Unwritable {
        /// Where it is, as the plugin sees it.
        path: String,
        /// What the system says.
        problem: String,
    },
}
