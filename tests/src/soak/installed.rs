//! Plugins that are installed, updated, saved, killed, taken back and removed at random, from a file and from a registry. A
//! model says what must be there after each change.

use super::in_tenths;
use super::model::Model;
use crate::{Random, guest_path, wait_until, with_requests};
use anyhow::{Context, Result, ensure};
use plugix_e2e_contract::counting::{Counting, Gate};
use plugix_e2e_registry::Registry;
use plugix_host::abi::interface::Contract;
use plugix_host::code::Cache;
use plugix_host::plugin::{ReplaceableBound, Sharing};
use plugix_host::{Engine, Error, Policy};
use plugix_manager::store::grants::requests::Request;
use plugix_manager::store::grants::{Allowed, Coverage, Decision, Fixed, Grants, Prompt};
use plugix_manager::store::{ContentHash, PluginName, Source, Store};
use plugix_manager::{Health, Installed, Managed, Manager, Mode, Restart, Spec};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// The plugins, and whether they come from the registry.
const PLUGINS: [(&str, bool); 3] = [("filed", false), ("pulled", true), ("spare", false)];

/// What the versions ask for.
const ASKS: [&str; 2] = [
    "[[limits]]\nthreads = 8\nreason = \"counts\"",
    "[[limits]]\nthreads = 8\nreason = \"counts\"\n[[env]]\nname = \"LANG\"\nvalue = \"C\"\nreason = \"counts in words\"",
];

/// How many threads call while a plugin is updated, and how often each of them does.
const CALLERS: u64 = 2;
const CALLS: u64 = 20;

struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

struct World {
    engine: Engine,
    folder: PathBuf,
    registry: Registry,
    versions: [Vec<u8>; 2],
    /// It is there but for the moment in which the folder is opened anew.
    installed: Option<Installed>,
    models: BTreeMap<&'static str, Model>,
    random: Random,
}

/// Makes so many changes. `tell` gets a line for each tenth.
///
/// # Errors
/// If something is lost, if a step goes wrong, or if the process grows and grows.
pub fn installed(rounds: u32, seed: u64, folder: &Path, tell: impl FnMut(&str)) -> Result<()> {
    let version = |name, asks| with_requests(fs::read(guest_path(name))?, asks);
    let mut world = World {
        engine: Engine::builder().cache(Cache::at(folder.join("cache"))).build()?,
        folder: folder.to_owned(),
        registry: Registry::new(),
        versions: [version("stateful", ASKS[0])?, version("stateful-next", ASKS[1])?],
        installed: None,
        models: PLUGINS.iter().map(|(name, _)| (*name, Model::default())).collect(),
        random: Random::new(seed),
    };
    world.open()?;
    in_tenths(rounds, tell, |round| {
        let what = world.change().with_context(|| format!("round {round} of the seed {seed}"))?;
        world
            .check()
            .with_context(|| format!("round {round} of the seed {seed}, after `{what}`: {:?}", world.models))?;
        // What is compared at the end of each tenth is a process that keeps nothing.
        if round.is_multiple_of(rounds / 10) { world.clear() } else { Ok(()) }
    })
}

impl World {
    fn installed(&self) -> &Installed {
        self.installed.as_ref().expect("it is open")
    }

    /// Opens the folder, as after a restart of the application.
    fn open(&mut self) -> Result<()> {
        self.installed = None;
        let manager = Manager::builder(&self.engine).provide(<dyn Gate>::provider(Open));
        let manager = manager.states(self.folder.join("home/states")).build()?;
        self.installed = Some(Installed::open(self.folder.join("home"), &manager, Policy::new())?);
        self.models.values_mut().for_each(|model| model.count = None);
        Ok(())
    }

    fn clear(&mut self) -> Result<()> {
        for (name, _) in PLUGINS {
            if self.models[name].installed.is_some() {
                self.remove(name)?;
            }
        }
        self.registry.server().forget_requests();
        self.open()
    }

    /// Makes one change, and names it.
    fn change(&mut self) -> Result<&'static str> {
        let (name, _) = self.random.pick(&PLUGINS);
        let Model { installed, count, .. } = self.models[name];
        let what = match (installed, count) {
            (None, _) => self.random.pick(&["add", "add", "add", "open"]),
            (_, None) => self.random.pick(&["start", "start", "start", "update", "revoke", "remove", "open"]),
            _ => {
                let often = ["update", "update", "break", "save", "save", "kill", "kill", "call", "call"];
                if self.random.one_in(4) {
                    self.random.pick(&["stop", "revoke", "remove", "open"])
                } else {
                    self.random.pick(&often)
                }
            }
        };
        match what {
            "add" => self.add(name)?,
            "start" => self.start(name)?,
            "update" => self.update(name)?,
            "break" => self.fail(name)?,
            "save" => self.save(name)?,
            "kill" => self.kill(name)?,
            "call" => self.call(name)?,
            "stop" => self.stop(name)?,
            "revoke" => self.revoke(name)?,
            "remove" => self.remove(name)?,
            _ => self.open()?,
        }
        Ok(what)
    }

    fn model(&mut self, name: &str) -> &mut Model {
        self.models.get_mut(name).expect("it is one of the plugins")
    }

    fn running(&self, name: &str) -> Result<Managed> {
        self.installed().manager().get(name).with_context(|| format!("{name} runs"))
    }

    /// Puts a module where the plugin comes from.
    fn deliver(&self, name: &str, module: &[u8]) -> Result<Source> {
        if PLUGINS.contains(&(name, true)) {
            self.registry.put(name, "latest", module, &[]);
            return Ok(format!("oci://{}:latest", self.registry.reference(name)).parse()?);
        }
        let file = self.folder.join(format!("{name}.wasm"));
        fs::write(&file, module)?;
        Ok(Source::file(file)?)
    }

    fn deliver_any(&mut self, name: &str) -> Result<(usize, Source)> {
        let version = self.random.below(2) as usize;
        Ok((version, self.deliver(name, &self.versions[version])?))
    }

    fn add(&mut self, name: &'static str) -> Result<()> {
        let (version, source) = self.deliver_any(name)?;
        self.installed().add(Some(&name.parse()?), source, &mut |_| {})?;
        self.model(name).installed = Some(version);
        Ok(())
    }

    fn start(&mut self, name: &'static str) -> Result<()> {
        let version = self.models[name].installed.context("it is installed")?;
        self.asked(name, version, |installed, name, prompt| {
            installed.start(name, prompt, counting)?;
            Ok(())
        })?;
        self.model(name).begin();
        Ok(())
    }

    /// Does something that asks for what nobody has answered, and for nothing else.
    fn asked(
        &mut self,
        name: &'static str,
        version: usize,
        run: impl FnOnce(&Installed, &PluginName, &mut dyn Prompt) -> Result<()>,
    ) -> Result<()> {
        let (expected, mut asked) = (self.models[name].open(version), 0);
        let mut prompt = Fixed::new(|request: &Request| {
            asked += 1;
            Ok(Decision::Allowed(Allowed::as_asked(&request.item, None)?))
        });
        run(self.installed(), &name.parse()?, &mut prompt)?;
        ensure!(asked == expected, "{asked} requests were asked, and {expected} were open");
        self.model(name).grant(version);
        Ok(())
    }

    /// Updates a plugin, while threads call it if it runs.
    fn update(&mut self, name: &'static str) -> Result<()> {
        let (version, _) = self.deliver_any(name)?;
        if self.models[name].installed == Some(version) {
            let name = name.parse()?;
            let mut nobody = Fixed::refuse();
            ensure!(
                self.installed().update(&name, &mut |_| {}, &mut nobody, counting)?.reloaded.is_none(),
                "nothing is new"
            );
            return Ok(());
        }
        let running = self.installed().manager().get(name);
        let clients = running.iter().flat_map(|managed| (0..CALLERS).map(|_| managed.bind::<dyn Counting>()));
        let clients = clients.collect::<Result<Vec<_>, _>>()?;
        thread::scope(|scope| {
            let spawn = |client| scope.spawn(move || (0..CALLS).try_for_each(|_| add_one(client)));
            let callers: Vec<_> = clients.iter().map(spawn).collect();
            let updated = self.asked(name, version, |installed, name, prompt| {
                let update = installed.update(name, &mut |_| {}, prompt, counting)?;
                ensure!(update.reloaded.is_none_or(|reloaded| reloaded.drained), "calls were cut off");
                Ok(())
            });
            callers
                .into_iter()
                .try_for_each(|caller| caller.join().expect("a caller doesn't panic"))
                .context("a call was lost")?;
            updated
        })?;
        let model = self.model(name);
        model.installed = Some(version);
        if let Some(count) = &mut model.count {
            *count += CALLERS * CALLS;
            // What was handed on is somewhere in between.
            self.save(name)?;
        }
        Ok(())
    }

    fn save(&mut self, name: &'static str) -> Result<()> {
        self.running(name)?.save()?;
        self.model(name).save();
        Ok(())
    }

    /// An update that can't be.
    fn fail(&mut self, name: &'static str) -> Result<()> {
        self.deliver(name, b"no module")?;
        let updated = self.installed().update(&name.parse()?, &mut |_| {}, &mut Fixed::refuse(), counting);
        ensure!(updated.is_err(), "something that is no module was installed");
        Ok(())
    }

    fn kill(&mut self, name: &'static str) -> Result<()> {
        let client = self.running(name)?.bind::<dyn Counting>()?;
        ensure!(client.trap().is_err(), "it lives");
        // The call waits for the next one.
        client.add(0)?;
        self.model(name).begin();
        Ok(())
    }

    fn call(&mut self, name: &'static str) -> Result<()> {
        let number = self.random.below(100).into();
        self.running(name)?.bind::<dyn Counting>()?.add(number)?;
        self.model(name).count = self.models[name].count.map(|count| count + number);
        Ok(())
    }

    fn stop(&mut self, name: &'static str) -> Result<()> {
        self.installed().manager().stop(name)?;
        self.model(name).count = None;
        Ok(())
    }

    fn revoke(&mut self, name: &'static str) -> Result<()> {
        self.installed().revoke(&name.parse()?)?;
        let model = self.model(name);
        model.granted.clear();
        model.count = None;
        Ok(())
    }

    fn remove(&mut self, name: &'static str) -> Result<()> {
        self.installed().remove(&name.parse()?)?;
        *self.model(name) = Model::default();
        Ok(())
    }

    /// Compares all that is there with the models.
    fn check(&self) -> Result<()> {
        let hashes = self.versions.each_ref().map(|version| ContentHash::of(version));
        let home = self.folder.join("home");
        let (listed, lock) = (self.installed().list(), Store::read(&home)?);
        ensure!(listed.len() == lock.plugins().len(), "the list and the lock file differ");
        let mut granted = BTreeSet::new();
        for (name, model) in &self.models {
            let plugin = listed.iter().find(|plugin| plugin.name.as_str() == *name);
            ensure!(plugin.is_some() == model.installed.is_some(), "{name} is {plugin:?}");
            let saved = home.join("states").join(format!("{name}.state")).exists();
            ensure!(saved == model.saved.is_some(), "the state of {name} is there: {saved}");
            let (Some(plugin), Some(version)) = (plugin, model.installed) else { continue };
            ensure!(plugin.plugin.hash == hashes[version], "{name} is another version");
            ensure!(lock.plugins().get(&plugin.name) == Some(&plugin.plugin), "{name} is another one in the lock file");
            let is_covered = matches!(plugin.coverage, Some(Coverage::Covered { .. }));
            ensure!(is_covered == (model.open(version) == 0), "{name} is {:?}", plugin.coverage);
            ensure!(plugin.running.is_some() == model.count.is_some(), "{name} runs: {:?}", plugin.running);
            granted
                .extend(model.granted.iter().map(|version| (plugin.plugin.source.to_string(), hashes[*version].hex())));
            let (Some(running), Some(count)) = (&plugin.running, model.count) else { continue };
            let client = running.bind::<dyn Counting>()?;
            let answers = (client.add(0)?, client.generation()? as usize);
            ensure!(answers == (count, version + 1), "{name} counted to {answers:?}");
            // A restart says so a moment after it is made.
            wait_until("health", || running.status().health == Health::Serving);
        }
        let kept = Grants::open(home.join("grants.toml"))?;
        let kept: BTreeSet<_> = kept.iter().map(|(origin, hash, _)| (origin.to_string(), hash.hex())).collect();
        let without_tag = |(source, hash): (String, String)| (source.trim_end_matches(":latest").to_owned(), hash);
        ensure!(kept == granted.into_iter().map(without_tag).collect(), "other grants are kept");
        Ok(())
    }
}

type Client = <dyn Counting as Contract>::Client<ReplaceableBound>;

fn add_one(client: &Client) -> Result<(), Error> {
    client.add(1).map(drop)
}

/// How a plugin is run.
fn counting(spec: Spec) -> Spec {
    spec.config(json!("")).restart(Restart::ALWAYS).mode(Mode::Shared(Sharing::new().workers(2)))
}
