//! Replaces the plugin that serves.

use super::Replaceable;
use super::client::Numbered;
use crate::error::{Refusal, ReplaceError};
use crate::plugin::state::{restore, save};
use crate::plugin::{SavedState, SharedPlugin};
use crate::sync::lock::lock;
use std::sync::{Arc, MutexGuard, Weak};
use std::time::{Duration, Instant};

/// How a plugin is replaced.
#[derive(Clone, Debug)]
pub struct ReplaceOptions {
    pause: Duration,
    drain: Duration,
    carry: Carry,
}

/// Which state the new plugin gets.
#[derive(Clone, Debug, Default)]
pub enum Carry {
    /// None.
    #[default]
    Nothing,
    /// What the old plugin saves. Nobody calls the old plugin meanwhile.
    Saved,
    /// This one. The old plugin isn't asked: it may have ended.
    Given(SavedState),
}

/// What a replacement took.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replaced {
    /// What the old plugin saved, if it was asked.
    pub state: Option<SavedState>,
    /// How long no call could begin: from the end of the old plugin's last call until the new plugin served.
    pub pause: Duration,
    /// Whether all calls and streams of the old plugin ended in time. If not, it was stopped in the middle of one.
    pub drained: bool,
}

impl ReplaceOptions {
    /// No state; 10 seconds for the calls that run when the replacement begins, and as much for those that go on after it.
    pub fn new() -> Self {
        Self { pause: Duration::from_secs(10), drain: Duration::from_secs(10), carry: Carry::Nothing }
    }

    /// Sets which state the new plugin gets.
    #[must_use]
    pub fn carry(mut self, carry: Carry) -> Self {
        self.carry = carry;
        self
    }

    /// Limits how long the replacement waits until the old plugin runs no call, for [`Carry::Saved`]. Then it fails, and the
    /// old plugin goes on.
    #[must_use]
    pub fn pause(mut self, limit: Duration) -> Self {
        self.pause = limit;
        self
    }

    /// Limits how long calls and streams of the old plugin go on when the new one serves. Then the old plugin is stopped.
    #[must_use]
    pub fn drain(mut self, limit: Duration) -> Self {
        self.drain = limit;
        self
    }
}

impl Default for ReplaceOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A plugin that another one has replaced. Its calls that run go on to their end. Without [`Retiring::drain`] nobody waits for
/// that, and the plugin is unloaded when nobody holds it any more.
#[must_use]
pub struct Retiring<'r> {
    _alone: MutexGuard<'r, ()>,
    old: SharedPlugin,
    drain: Duration,
    state: Option<SavedState>,
    pause: Duration,
}

impl Replaceable {
    /// Replaces the plugin by another one, which nobody else calls yet. If a step fails, the old plugin goes on.
    ///
    /// With [`Carry::Saved`] the calls that come meanwhile wait in the old plugin's line. Otherwise the calls that run go on
    /// to their end on the old plugin, beside those of the new one. A call that a running call makes of its own plugin, by
    /// way of a host function, doesn't wait: the old plugin runs it.
    ///
    /// This returns when the old plugin is unloaded.
    ///
    /// # Errors
    /// [`ReplaceError`] says which step failed, and why.
    pub fn replace(&self, new: SharedPlugin, options: &ReplaceOptions) -> Result<Replaced, ReplaceError> {
        Ok(self.replace_if(new, options, |_| Ok(()))?.drain())
    }

    /// Does the same for whoever keeps a record of what serves. `agree` is called when nothing else can fail, with the state
    /// that the new plugin has got. It writes the record. If it can't, the old plugin goes on.
    ///
    /// This returns when the new plugin serves.
    ///
    /// # Errors
    /// As for [`Replaceable::replace`].
    pub fn replace_if(
        &self,
        new: SharedPlugin,
        options: &ReplaceOptions,
        agree: impl FnOnce(Option<&SavedState>) -> Result<(), Arc<Refusal>>,
    ) -> Result<Retiring<'_>, ReplaceError> {
        let alone = lock(&self.0.replacing);
        let (old, _) = self.serving();
        let paused = match options.carry {
            Carry::Saved => Some(old.pause(options.pause).map_err(ReplaceError::Pause)?),
            Carry::Nothing | Carry::Given(_) => None,
        };
        let begin = Instant::now();
        let state = paused.as_ref().map(save).transpose().map_err(ReplaceError::Save)?;
        let given = match &options.carry {
            Carry::Given(state) => Some(state),
            Carry::Nothing | Carry::Saved => state.as_ref(),
        };
        given.map_or(Ok(()), |state| restore(&new, state)).map_err(ReplaceError::Restore)?;
        let kept = self.swap(new, || agree(given).map_err(ReplaceError::Refused))?;
        // The callers in the old plugin's line are sent on before a worker of the old one is free again.
        kept.close();
        let pause = if paused.is_some() { begin.elapsed() } else { Duration::ZERO };
        drop(paused);
        Ok(Retiring { _alone: alone, old: kept, drain: options.drain, state, pause })
    }

    /// Has all clients call the new plugin from now on, or none. Returns the old one.
    fn swap(
        &self,
        new: SharedPlugin,
        agree: impl FnOnce() -> Result<(), ReplaceError>,
    ) -> Result<SharedPlugin, ReplaceError> {
        let mut serving = lock(&self.0.serving);
        serving.clients.retain(|client| client.strong_count() > 0);
        let clients = serving.clients.iter().filter_map(Weak::upgrade);
        let bound = clients.map(|client| client.rebind(&new).map(|bound| (client, bound)));
        let bound = bound.collect::<Result<Vec<_>, _>>().map_err(ReplaceError::Interface)?;
        agree()?;
        serving.number += 1;
        let number = serving.number;
        bound.into_iter().for_each(|(client, bound)| client.store(Numbered { number, bound }));
        let old = std::mem::replace(&mut serving.plugin, new);
        drop(serving);
        self.0.number.send_replace(number);
        Ok(old)
    }
}

impl Retiring<'_> {
    /// What the old plugin saved, if it was asked.
    pub fn state(&self) -> Option<&SavedState> {
        self.state.as_ref()
    }

    /// Waits for the end of the old plugin's calls and streams, and unloads it.
    pub fn drain(self) -> Replaced {
        let drained = self.old.retire(self.drain);
        Replaced { state: self.state, pause: self.pause, drained }
    }
}
