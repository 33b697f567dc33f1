//! The configuration that a plugin's constructor receives.

#[cfg(feature = "json")]
use super::json;
use crate::module::ModuleInfo;
use crate::policy::Policy;
use serde::Serialize;
#[cfg(feature = "json")]
use serde_json::Value;

/// Where the configuration is from.
#[derive(Debug, Default)]
pub(super) enum Config {
    /// Nobody has set one, so that it is the policy's, if that has one.
    #[default]
    Policy,
    /// The host has set one. It may have failed to.
    Set(Result<Vec<u8>, String>),
}

impl Config {
    pub(super) fn of<C: Serialize + ?Sized>(config: &C) -> Self {
        Self::Set(postcard::to_allocvec(config).map_err(|error| error.to_string()))
    }

    #[cfg(feature = "json")]
    pub(super) fn of_json(config: &Value, info: &ModuleInfo) -> Self {
        Self::Set(encode(config, info))
    }

    /// As the constructor takes it: nothing if there is none.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    pub(super) fn encode(self, policy: &Policy, info: &ModuleInfo) -> Result<Vec<u8>, String> {
        match self {
            Self::Set(config) => config,
            Self::Policy => of_policy(policy, info),
        }
    }
}

#[cfg(feature = "toml")]
fn of_policy(policy: &Policy, info: &ModuleInfo) -> Result<Vec<u8>, String> {
    match policy.config::<Value>().map_err(|error| error.to_string())? {
        Some(config) => encode(&config, info).map_err(|problem| format!("`[config]` of the policy: {problem}")),
        None => Ok(Vec::new()),
    }
}

/// A policy that was no text has no configuration.
#[cfg(not(feature = "toml"))]
fn of_policy(_: &Policy, _: &ModuleInfo) -> Result<Vec<u8>, String> {
    Ok(Vec::new())
}

#[cfg(feature = "json")]
fn encode(config: &Value, info: &ModuleInfo) -> Result<Vec<u8>, String> {
    let plugin = info.plugin.as_ref().ok_or("the plugin doesn't say of which type its configuration is")?;
    json::encode_value(&plugin.config, config)
}

/// What to say of a plugin that couldn't read its configuration.
pub(super) fn unreadable(config: &[u8], info: &ModuleInfo, said: String) -> String {
    match &info.plugin {
        Some(plugin) if config.is_empty() => format!(
            "it got none, and needs a `{}`: `PluginBuilder::config`, or `[config]` in the policy's file",
            plugin.config
        ),
        _ => said,
    }
}
