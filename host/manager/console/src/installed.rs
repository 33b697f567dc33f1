//! A plugin that is installed: its module, and what a person says to its requests.

use crate::error::ConsoleError;
use crate::meter::Meter;
use plugix_host::{Engine, Module};
use plugix_manager::store::ContentHash;
use plugix_manager::store::grants::requests::{Item, Request};
use plugix_manager::store::grants::{Allowed, Coverage, Decision, Grant, Grants, Origin};
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

/// A plugin that is installed, whether it runs or not.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    /// What runs, or would run.
    pub(crate) current: Version,
    /// What takes its place when somebody has answered what it asks for.
    pub(crate) next: Option<Version>,
    pub(crate) meter: Arc<Meter>,
}

/// A module that was checked, and the configuration that came with it.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) module: Module,
    pub(crate) hash: ContentHash,
    pub(crate) config: Option<Value>,
}

/// What a person says to one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) allow: bool,
    /// The host's folder, if the request is for one.
    #[serde(default)]
    pub(crate) folder: Option<PathBuf>,
}

impl Version {
    /// Checks a module as any other, and compiles it: what is broken is known before anything is changed.
    pub(crate) fn new(engine: &Engine, wasm: Vec<u8>, config: Option<Value>) -> Result<Self, ConsoleError> {
        let hash = ContentHash::of(&wasm);
        let module = engine.load(wasm).map_err(ConsoleError::Load)?;
        module.info().check_plugin().map_err(ConsoleError::NotAPlugin)?;
        module.compile().map_err(ConsoleError::Load)?;
        Ok(Self { module, hash, config })
    }

    /// The name that the module states.
    pub(crate) fn stated_name(&self) -> String {
        let about = self.module.info().about.as_ref();
        about.map_or_else(|| self.module.name().to_owned(), |about| about.name.clone())
    }

    /// What is kept of the module's requests.
    pub(crate) fn coverage(&self, name: &str, grants: &Grants) -> Coverage {
        grants.check(&origin(name), &self.hash, &self.module.info().requests)
    }

    /// What answers make of the requests: one for each, in their order.
    pub(crate) fn grant(&self, answers: &[Answer]) -> Result<Grant, ConsoleError> {
        let requests = &self.module.info().requests;
        let (asked, answered) = (requests.len(), answers.len());
        if asked != answered {
            return Err(ConsoleError::Answers { asked, answered });
        }
        let mut grant = Grant::new();
        for (Request { item, .. }, answer) in requests.iter().zip(answers) {
            if matches!(item, Item::Unknown { .. }) {
                continue;
            }
            let decision = match answer.allow {
                true => Allowed::as_asked(item, answer.folder.as_deref()).map(Decision::Allowed),
                false => Ok(Decision::Refused),
            };
            let decided = decision.and_then(|decision| grant.decide(item.clone(), decision));
            decided.map_err(ConsoleError::Grant)?;
        }
        Ok(grant)
    }
}

/// What was granted, whether or not that suffices.
pub(crate) fn granted(coverage: Coverage) -> Grant {
    match coverage {
        Coverage::Covered { grant, .. } => grant,
        Coverage::Asks { granted, .. } | Coverage::Refused { granted, .. } => granted,
    }
}

/// Where a plugin is from that a person has put onto the page. Its versions have one name, and so one origin.
pub(crate) fn origin(name: &str) -> Origin {
    format!("console:{name}").parse().expect("a name that was checked makes an origin")
}

/// Whether a name can be that of a file, and part of an address.
pub(crate) fn check_name(name: &str) -> Result<(), ConsoleError> {
    let is_fine = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    match !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(is_fine) {
        true => Ok(()),
        false => Err(ConsoleError::Name(name.chars().take(100).collect())),
    }
}
