//! What a host says of itself.

use serde::{Deserialize, Serialize};

/// What a host runs. The host writes it every few seconds and when something changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The host's name.
    pub host: String,
    /// Which program it is: another one of the same name has another text here.
    pub instance: String,
    /// The version of Plugix.
    pub plugix: String,
    /// Its plugins, by their names.
    pub plugins: Vec<PluginHealth>,
}

/// How a plugin is on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginHealth {
    /// The plugin's name.
    pub plugin: String,
    /// The version that serves. Empty if none does.
    pub version: String,
    /// The revision of the bucket that it is from. 0 if none serves.
    pub revision: u64,
    /// What the host does with it.
    pub state: State,
    /// What went wrong last.
    pub problem: Option<String>,
    /// How many calls run.
    pub running: usize,
}

/// What a host does with a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// It answers calls.
    Serving,
    /// A version is being fetched, checked and started. The one before serves, if there is one.
    Starting,
    /// The host waits until another one has exchanged the plugin.
    Waiting,
    /// The version that is to run does not. The one before serves, if there is one.
    Failed,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Starting => "starting",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}
