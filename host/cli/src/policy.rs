//! The policy of a module: the one that is named, else `plugix.toml` beside the module, else none.

use crate::print;
use anyhow::Result;
use plugix_host::Policy;
use std::path::Path;

/// The name of a policy's file.
const NAME: &str = "plugix.toml";

/// A policy, and what it says of output.
pub(crate) struct Found {
    pub(crate) policy: Policy,
    /// Whether the module prints to standard output by itself.
    inherits: bool,
    /// The folders that are mounted, as the module sees them.
    mounts: Vec<String>,
}

/// Finds the policy of a module.
pub(crate) fn find(named: Option<&Path>, module: &Path) -> Result<Found> {
    let beside = module.with_file_name(NAME);
    let path = match named {
        Some(named) => named,
        None if beside.is_file() => {
            // Nobody should wonder where rights come from.
            print::tell(format_args!("plugix: the policy is {}", beside.display()));
            &beside
        }
        None => return Ok(Found { policy: Policy::new(), inherits: false, mounts: Vec::new() }),
    };
    let policy = Policy::from_toml_file(path)?;
    let table: toml::Table = std::fs::read_to_string(path).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    let inherit = table.get("output").and_then(|output| output.get("inherit")?.as_bool());
    let tables = ["mounts", "scratch"].into_iter().filter_map(|key| table.get(key)?.as_array()).flatten();
    let mounts = tables.filter_map(|table| table.get("guest")?.as_str().map(str::to_owned)).collect();
    Ok(Found { policy, inherits: inherit.unwrap_or(false), mounts })
}

impl Found {
    /// The folders that are mounted, as the module sees them.
    pub(crate) fn mounts(&self) -> Vec<String> {
        self.mounts.clone()
    }

    /// The policy, with which lines are told on standard error as they come: standard output is for results.
    pub(crate) fn telling(self) -> Policy {
        match self.inherits {
            true => self.policy,
            false => self.policy.on_output(|_, line| print::tell(line)),
        }
    }
}
