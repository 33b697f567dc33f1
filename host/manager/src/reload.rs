//! Puts another version of a plugin in its place, while it is called.

use crate::entry::{Age, Entry, Known, Serving};
use crate::error::{ReloadError, ReloadStep};
use crate::lock::lock;
use crate::managed::Managed;
use crate::restart::Deaths;
use crate::spec::Spec;
use crate::status::{Health, What};
use crate::surroundings::Providers;
use plugix_host::error::{Chain, Refusal, ReplaceError};
use plugix_host::module::ModuleInfo;
use plugix_host::plugin::{Carry, ReplaceOptions, Replaceable, Replaced, SavedState, check_carry, is_stateful};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// What a reload did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// The version before, as it states it.
    pub from: String,
    /// The version now.
    pub to: String,
    /// How long no call could begin. It is zero if the plugin has no state to take over.
    pub pause: Duration,
    /// The size of the state that was taken over, in bytes.
    pub state: Option<usize>,
    /// Whether the calls that ran on the old version ended in time.
    pub drained: bool,
}

/// Writes down that the new version is the plugin from now on.
pub(crate) type Agree<'a> = &'a mut dyn FnMut() -> Result<(), Arc<Refusal>>;

impl Entry {
    /// Puts another spec in the place of the present one.
    pub(crate) fn reload(&self, spec: Spec, links: Providers, agree: Agree<'_>) -> Result<Reloaded, ReloadError> {
        let outcome = self.try_reload(spec, links, agree);
        let outcome = outcome.map_err(|step| ReloadError { name: self.name.clone(), step });
        match &outcome {
            Ok(Reloaded { from, to, pause, .. }) => {
                let what = What::Reloaded { from: from.clone(), to: to.clone(), pause: *pause };
                self.surroundings.tell(&self.name, what);
            }
            Err(error) => {
                let error = Chain(error).to_string();
                lock(&self.record).note(&error);
                self.surroundings.tell(&self.name, What::NotReloaded { error });
            }
        }
        outcome
    }

    fn try_reload(&self, spec: Spec, links: Providers, agree: Agree<'_>) -> Result<Reloaded, ReloadStep> {
        // Compiling needs nothing of the plugin, and takes longest.
        spec.module.compile().map_err(|error| ReloadStep::Compile(Box::new(error)))?;
        let mut current = lock(&self.current);
        if current.stopped {
            return Err(ReloadStep::Stopped);
        }
        let (old, new) = (current.spec.module.info(), spec.module.info());
        let (from, to) = (version(old), version(new));
        let number = current.number + 1;
        let start = |error| ReloadStep::Start(Box::new(error));
        let replaced = match &self.serving {
            Serving::One(plugin) => {
                let carry = self.carry(plugin, old, new)?;
                let next = self.surroundings.start(&spec, &links, number).map_err(start)?;
                let options = ReplaceOptions::new().carry(carry).pause(spec.pause).drain(spec.drain);
                let instance = plugin.replacements();
                let retiring = plugin.replace_if(next, &options, |_| agree()).map_err(ReloadStep::Replace)?;
                if let Some(state) = retiring.state() {
                    // Before the new one can die. Its own states are later ones, and stay.
                    self.keep_after(state, Age { instance, is_last: true });
                }
                Some(retiring.drain())
            }
            Serving::Many(pool) => {
                let next = self.surroundings.pool(&spec, &links, number).map_err(start)?;
                agree().map_err(|refusal| ReloadStep::Replace(ReplaceError::Refused(refusal)))?;
                let old = std::mem::replace(&mut *pool.write().unwrap_or_else(PoisonError::into_inner), next);
                // Instances that callers have end when they are given back.
                drop(old);
                None
            }
        };
        let promise = spec.restart.is_ever();
        *lock(&self.known) = Known::of(&self.surroundings, &spec, &links);
        (current.spec, current.links, current.number) = (spec, links, number);
        drop(current);
        *lock(&self.deaths) = Deaths::default();
        self.promise(promise);
        self.set_health(Health::Serving);
        lock(&self.record).reloads += 1;
        let state = replaced.as_ref().and_then(|replaced| replaced.state.as_ref());
        let (pause, drained) =
            replaced.as_ref().map_or((Duration::ZERO, true), |Replaced { pause, drained, .. }| (*pause, *drained));
        Ok(Reloaded { from, to, pause, state: state.map(SavedState::size), drained })
    }

    /// Which state the new version gets, and whether it can take it.
    fn carry(&self, plugin: &Replaceable, old: &ModuleInfo, new: &ModuleInfo) -> Result<Carry, ReloadStep> {
        if !is_stateful(old) {
            return Ok(Carry::Nothing);
        }
        check_carry(old, new).map_err(ReloadStep::Fit)?;
        if plugin.current().is_alive() {
            return Ok(Carry::Saved);
        }
        // A plugin that died gives nothing any more.
        let kept = self.kept().map_err(|error| ReloadStep::Start(Box::new(error)))?;
        match kept {
            Some(state) => state.check(new).map(|()| Carry::Given(state)).map_err(ReloadStep::Fit),
            None => Ok(Carry::Nothing),
        }
    }

    /// Keeps the state that a reload has carried over. The plugin serves already: it is no failure of the reload.
    fn keep_after(&self, state: &SavedState, age: Age) {
        if let Err(error) = self.keep(state, age) {
            let error = Chain(&error).to_string();
            lock(&self.record).note(&error);
            self.surroundings.tell(&self.name, What::NotSaved { error });
        }
    }

    /// Starts the plugin again after its death, if it is still the instance of this number. Returns whether it has its
    /// state.
    pub(crate) fn restart(&self, number: u64) -> Result<Option<bool>, ReloadStep> {
        let mut current = lock(&self.current);
        let Serving::One(plugin) = &self.serving else { return Ok(None) };
        if current.stopped || current.number != number {
            return Ok(None);
        }
        let start = |error| ReloadStep::Start(Box::new(error));
        let state = if is_stateful(current.spec.module.info()) { self.kept().map_err(start)? } else { None };
        current.number += 1;
        let next = self.surroundings.start(&current.spec, &current.links, current.number).map_err(start)?;
        let has_state = state.is_some();
        let options = ReplaceOptions::new().carry(state.map_or(Carry::Nothing, Carry::Given));
        plugin.replace(next, &options).map_err(ReloadStep::Replace)?;
        self.set_health(Health::Serving);
        lock(&self.record).restarts += 1;
        Ok(Some(has_state))
    }

    /// The number of the instance that runs, or that died.
    pub(crate) fn number(&self) -> u64 {
        lock(&self.current).number
    }
}

impl Managed {
    /// Takes the plugin out of service: its calls end as they would before a reload, and then it is unloaded.
    pub(crate) fn stop(&self) {
        let mut current = lock(&self.0.current);
        current.stopped = true;
        let drain = current.spec.drain;
        drop(current);
        self.0.promise(false);
        if let Serving::One(plugin) = &self.0.serving {
            plugin.current().retire(drain);
        }
        self.0.set_health(Health::Stopped);
        self.0.surroundings.tell(&self.0.name, What::Stopped);
    }
}

pub(crate) fn version(info: &ModuleInfo) -> String {
    info.about.as_ref().map(|about| about.version.clone()).unwrap_or_default()
}
