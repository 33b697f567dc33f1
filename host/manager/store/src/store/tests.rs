//! Plugins are added, updated and removed as a whole or not at all, from each kind of source.

mod crashes;
mod lies;
mod restore;
mod sources;

use crate::{Disk, Plugin, PluginName, Source, Store, StoreError};
use plugix_e2e_registry::{Fault, Faults, module};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A store in a folder of the test's own, and files beside it.
struct Case(TempDir);

impl Case {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn home(&self) -> PathBuf {
        self.0.path().join("home")
    }

    fn open(&self) -> Store {
        Store::open(self.home()).unwrap()
    }

    fn open_on(&self, faults: &Faults) -> Result<Store, StoreError> {
        Store::open_on(self.home(), disk(faults))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file beside the store.
    fn write(&self, name: &str, bytes: &[u8]) -> Source {
        fs::write(self.file(name), bytes).unwrap();
        Source::file(self.file(name)).unwrap()
    }
}

/// A disk with faults.
fn disk(faults: &Faults) -> Disk {
    let faults = faults.clone();
    Disk::before_each_step(move || faults.step())
}

fn name(text: &str) -> PluginName {
    text.parse().unwrap()
}

fn add(store: &mut Store, source: &Source) -> Result<(PluginName, Plugin), StoreError> {
    store.add(None, source.clone(), &mut |_| {})
}

fn update(store: &mut Store, text: &str) -> Result<super::Updated, StoreError> {
    store.update(&name(text), &mut |_| {})
}

fn words(version: &str) -> Vec<u8> {
    module("words", version, 50_000)
}
