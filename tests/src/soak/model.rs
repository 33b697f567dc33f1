//! What must be there of an installed plugin: its version, its grants, its state, its answers.

use std::collections::BTreeSet;

/// A plugin as it must be.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    /// The version that is installed: 0 or 1.
    pub(super) installed: Option<usize>,
    /// The versions that were granted something.
    pub(super) granted: BTreeSet<usize>,
    /// The state on disk.
    pub(super) saved: Option<State>,
    /// What it has counted, if it runs.
    pub(super) count: Option<u64>,
}

/// A state, and the version that saved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) count: u64,
    pub(super) by: usize,
}

impl State {
    /// What a version makes of it. Version 1 adds 1,000 to what another one of its kind has saved.
    pub(super) fn restored(self, version: usize) -> u64 {
        self.count + if self.by == 1 && version == 1 { 1000 } else { 0 }
    }
}

impl Model {
    /// How many requests of a version nobody has answered. Each asks for threads, and version 1 for a variable as well.
    pub(super) fn open(&self, version: usize) -> usize {
        match (self.granted.is_empty(), version) {
            _ if self.granted.contains(&version) => 0,
            (true, version) => 1 + version,
            (false, 1) => 1,
            (false, _) => 0,
        }
    }

    /// A version is answered.
    pub(super) fn grant(&mut self, version: usize) {
        self.granted.insert(version);
    }

    /// It is started, or started again.
    pub(super) fn begin(&mut self) {
        let version = self.installed.expect("it is installed");
        self.count = Some(self.saved.map_or(0, |state| state.restored(version)));
    }

    /// Its state is saved.
    pub(super) fn save(&mut self) {
        let by = self.installed.expect("it is installed");
        self.saved = self.count.map(|count| State { count, by });
    }
}
