//! The plugins of an application: a folder of modules, each with what it may do beside it.

use my_plugin_interface::Greets;

use plugix_host::code::Cache;
use plugix_host::error::CallError;
use plugix_host::{Engine, Module, Plugin, Policy};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

/// How long a plugin may take for a call, unless its policy says otherwise.
const DEADLINE: Duration = Duration::from_secs(5);

/// Plugins that run, by the names of their files.
#[derive(Debug)]
pub struct Plugins(BTreeMap<String, Loaded>);

#[derive(Debug)]
struct Loaded {
    module: Module,
    policy: Policy,
    plugin: Plugin,
}

impl Plugins {
    /// Loads all `*.wasm` of a folder. `name.toml` says what `name.wasm` may do. Returns also what can't be loaded, and
    /// why: the application goes on without it.
    ///
    /// # Errors
    /// The folder can't be read, or there is no engine.
    pub fn load(folder: &Path) -> Result<(Self, BTreeMap<String, String>), Box<dyn Error>> {
        // Compiled modules are kept for the next time.
        let engine = Engine::builder().cache(Cache::user()?).build()?;
        let (mut loaded, mut refused) = (BTreeMap::new(), BTreeMap::new());
        for entry in folder.read_dir()? {
            let path = entry?.path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
                continue;
            };
            if path.extension().is_none_or(|extension| extension != "wasm") {
                continue;
            }
            match Loaded::new(&engine, &path) {
                Ok(plugin) => drop(loaded.insert(name.to_owned(), plugin)),
                Err(problem) => drop(refused.insert(name.to_owned(), problem.to_string())),
            }
        }
        Ok((Self(loaded), refused))
    }

    /// The names of the plugins.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Lets a plugin greet somebody. A plugin that trapped or took too long is dead: another one takes its place, and what
    /// it kept is gone.
    ///
    /// # Errors
    /// There is no such plugin, it refuses, or it failed.
    pub fn greet(&mut self, plugin: &str, name: &str) -> Result<String, Box<dyn Error>> {
        let loaded = self.0.get_mut(plugin).ok_or("there is no such plugin")?;
        let greeting = loaded.plugin.bind::<dyn Greets>()?.greet(name);
        if let Err(CallError::Failed(error)) = &greeting
            && error.is_fatal()
        {
            loaded.plugin = Plugin::new(&loaded.module, &loaded.policy)?;
        }
        Ok(greeting?)
    }
}

impl Loaded {
    fn new(engine: &Engine, path: &Path) -> Result<Self, Box<dyn Error>> {
        let module = engine.load_file(path)?;
        // A plugin for another version of the interface is refused before it is compiled.
        module.info().check_interface::<dyn Greets>()?;
        let policy = path.with_extension("toml");
        let policy = match policy.exists() {
            true => Policy::from_toml_file(policy)?,
            false => Policy::new().call_deadline(DEADLINE),
        };
        let plugin = Plugin::new(&module, &policy)?;
        Ok(Self {
            module,
            policy,
            plugin,
        })
    }
}
