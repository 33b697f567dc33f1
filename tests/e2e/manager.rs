//! Plugins that a manager keeps. The plugins are `guests/stateful`, `guests/stateful-next` and `guests/linked`.

mod crashes;
mod installed;
mod links;
mod reload;
mod supervise;

use anyhow::Result;
use plugix_e2e::{engine, guest};
use plugix_e2e_contract::counting::Gate;
use plugix_host::Engine;
use plugix_host::plugin::Sharing;
use plugix_manager::{Happened, What};
use plugix_manager::{Manager, ManagerBuilder, Mode, Restart, Spec};
use serde_json::json;
use std::path::Path;
use tokio::sync::broadcast::Receiver;

/// A gate that is open.
struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

fn builder() -> ManagerBuilder {
    builder_on(engine())
}

fn builder_on(engine: &Engine) -> ManagerBuilder {
    Manager::builder(engine).provide(<dyn Gate>::provider(Open))
}

fn manager() -> Result<Manager> {
    Ok(builder().build()?)
}

/// A manager that keeps states in a folder.
fn keeping(folder: &Path) -> Result<Manager> {
    Ok(builder().states(folder).build()?)
}

/// A plugin that counts. It is told what not to do.
fn counter(guest_name: &str, refuses: &str) -> Spec {
    let spec = Spec::new("counter", &guest(guest_name)).config(json!(refuses)).restart(Restart::ALWAYS);
    spec.mode(Mode::Shared(Sharing::new().workers(2)))
}

/// Waits until something happened.
fn wait_for<T>(events: &mut Receiver<Happened>, mut is: impl FnMut(&What) -> Option<T>) -> Result<T> {
    loop {
        if let Some(found) = is(&events.blocking_recv()?.what) {
            return Ok(found);
        }
    }
}
