//! One module, from its bytes to its end, and how late each step of it was.

use super::setup::Setup;
use anyhow::{Context as _, Result, bail};
use plugix_e2e::engine;
use plugix_e2e_contract::host::{Store, StoreError};
use plugix_host::abi::Interface as _;
use plugix_host::abi::interface::descriptor::section;
use plugix_host::error::{CallError, LoadError};
use plugix_host::module::Form;
use plugix_host::plugin::{CancelHandle, Services};
use plugix_host::raw::{Command, CommandError, RawPlugin};
use plugix_host::{Error, Module, Plugin};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How one module went.
pub(super) struct Outcome {
    /// How each step ended.
    pub(super) ends: String,
    /// How much later than its deadline the latest step ended.
    pub(super) late: Duration,
    /// The whole time.
    pub(super) time: Duration,
}

/// What was done, and how late.
struct Steps {
    began: Instant,
    ends: Vec<String>,
    late: Duration,
}

impl Steps {
    /// Does a step that may take so long.
    fn step<T>(&mut self, allowed: Duration, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.late = self.late.max(began.elapsed().saturating_sub(allowed));
        result
    }

    fn end(&mut self, end: impl Into<String>) {
        self.ends.push(end.into());
    }
}

/// Runs a module, as the host application would. An error is a failure of the host's.
pub(super) fn attack(text: &str, setup: &Setup, seed: u64) -> Result<Outcome> {
    let began = Instant::now();
    let mut steps = Steps { began, ends: Vec::new(), late: Duration::ZERO };
    let mut wasm = wat::parse_str(text).context("the generator made no module")?;
    if text.contains("\"plugix:Store\"") {
        let uses = [<dyn Store>::DESCRIPTOR, <dyn plugix_host::abi::services::Services>::DESCRIPTOR].concat();
        wasm = plugix_e2e::with_section(wasm, section::USES, &uses);
    }
    let loaded = steps.step(Duration::ZERO, || {
        let module = engine().load(wasm)?;
        module.compile().map(|()| module)
    });
    match loaded {
        // It would have compiled what was checked.
        Err(error @ (LoadError::Engine(_) | LoadError::Compiler(_))) => bail!("the compiler refuses it: {error}"),
        Err(error) => steps.end(of_load(&error)),
        Ok(module) => run(&module, setup, seed, &mut steps),
    }
    Ok(Outcome { ends: steps.ends.join(", "), late: steps.late, time: steps.began.elapsed() })
}

fn run(module: &Module, setup: &Setup, seed: u64, steps: &mut Steps) {
    let Setup { policy, limit, .. } = setup;
    match (module.info().form, module.info().uses.is_empty()) {
        (Form::Command, _) => {
            let command = Command::new(module, policy).expect("it is one");
            // It starts and is called.
            match steps.step(*limit * 2, || command.run()) {
                Ok(exit) => steps.end(format!("exit {}", exit.code.min(2))),
                Err(CommandError::Start(error)) => steps.end(of_load(&error)),
                Err(CommandError::Failed { error, .. }) => steps.end(of_call(&error)),
                Err(other) => steps.end(format!("{other:?}")),
            }
        }
        (_, true) => match steps.step(*limit, || RawPlugin::new(module, policy)) {
            Err(error) => steps.end(of_load(&error)),
            Ok(mut plugin) => {
                for name in ["run", "again"] {
                    let cancelled = cancel(seed, plugin.cancel_handle());
                    let outcome = steps.step(*limit, || plugin.call::<(), ()>(name, ()));
                    cancelled.map(std::thread::JoinHandle::join);
                    steps.end(outcome.map_or_else(|error| of_call(&error), |()| "well".to_owned()));
                }
                steps.step(Duration::ZERO, || drop((plugin.usage(), plugin.take_output(), plugin)));
            }
        },
        (_, false) => {
            let services = Services::new().log(tracing::Level::INFO).on_progress(|_| {});
            let builder = Plugin::builder(module).policy(policy.clone()).services(services);
            match steps.step(*limit, || builder.provide(<dyn Store>::provider(Shelf)).start()) {
                Err(error) => steps.end(of_load(&error)),
                Ok(plugin) => {
                    for _ in 0..2 {
                        match steps.step(*limit, || plugin.call_bytes("run", b"some arguments")) {
                            Err(CallError::Failed(error)) => steps.end(of_call(&error)),
                            Err(CallError::Returned(_)) => steps.end("returned"),
                            Ok(_) => steps.end("well"),
                        }
                    }
                    steps.step(Duration::ZERO, || drop((plugin.usage(), plugin.take_output(), plugin)));
                }
            }
        }
    }
}

/// Some are cancelled from another thread at some time.
fn cancel(seed: u64, handle: CancelHandle) -> Option<std::thread::JoinHandle<()>> {
    (seed % 16 == 5).then(|| {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(seed % 5_000));
            handle.cancel();
        })
    })
}

fn of_load(error: &LoadError) -> String {
    match error {
        LoadError::Start(error) => format!("start: {}", of_call(error)),
        other => first_word(other),
    }
}

fn of_call(error: &Error) -> String {
    match error {
        Error::Trap(trap) => format!("trap: {}", trap.message.chars().take(24).collect::<String>()),
        Error::Dead(_) => "dead".to_owned(),
        other => first_word(other),
    }
}

/// The name of the variant.
fn first_word(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '(').collect()
}

/// What the host provides.
struct Shelf;

impl Store for Shelf {
    fn put(&self, key: &str, value: Vec<u8>) -> u64 {
        (key.len() + value.len()) as u64
    }
    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::Missing { key: key.to_owned() })
    }
    fn list(&self) -> BTreeMap<String, u64> {
        (0..100).map(|i| (format!("key {i}"), i)).collect()
    }
    fn panic(&self, message: &str) -> u64 {
        message.len() as u64
    }
    fn call_back(&self) -> String {
        String::new()
    }
}
