//! Plugins behind a fleet: calls of pools, what fails in them, and releases of real modules.

use anyhow::{Context as _, Result};
use plugix_e2e::{assert_matches, engine, guest, guest_path, wait_until};
use plugix_e2e_contract::counting::{Counting, Gate};
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_e2e_contract::spans::Traced;
use plugix_e2e_contract::typed::{DivideError, Typed};
use plugix_fleet::host::{Plugins, PoolBackend, services};
use plugix_fleet::serve::{Served, Server};
use plugix_fleet::ship::{Deployments, Host, Hosts, Release, Signed, Trust};
use plugix_fleet::{Error, FailureKind, Fleet};
use plugix_host::abi::CallError;
use plugix_host::isolated::Isolation;
use plugix_host::plugin::PluginBuilder;
use plugix_host::pool::Pool;
use plugix_host::{Plugin, Policy};
use plugix_nats::Server as Nats;
use plugix_store::ContentHash;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The program that runs plugins in processes of their own.
const CHILD: &str = env!("CARGO_BIN_EXE_child");

struct Answers;

impl Oracle for Answers {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

/// Serves a pool of so many instances as the plugin `plugin`.
fn serve(
    fleet: &Fleet,
    name: &str,
    max: usize,
    make: impl Fn(PluginBuilder) -> PluginBuilder + Send + Sync + 'static,
) -> Result<Served> {
    let module = guest(name);
    let from = module.clone();
    let pool = Pool::builder(engine(), move || make(Plugin::builder(&from)).start()).max(max).build()?;
    let server = Server::builder(fleet, "host").build()?;
    Ok(server.serve("plugin", PoolBackend::new(&module, &pool))?)
}

fn shared(builder: PluginBuilder) -> PluginBuilder {
    builder.provide(<dyn Oracle>::provider(Answers))
}

#[test]
fn plugins_answer_as_in_the_process() -> Result<()> {
    let nats = Nats::start()?;
    let fleet = Fleet::connect(&nats.url())?;
    let store = crate::typed::store::TestStore::default();
    let _served = {
        let module = guest("typed");
        let pool = Pool::builder(engine(), move || crate::typed::builder(&store).start()).max(2).build()?;
        Server::builder(&fleet, "host").build()?.serve("plugin", PoolBackend::new(&module, &pool))?
    };
    let client = fleet.bind::<dyn Typed>()?;
    assert_eq!(client.text("ü€")?, "ü€");
    assert_eq!(client.fraction(0.25)?, 0.25);
    assert_eq!(client.divide(7, 2).ok(), Some(3));
    assert_matches!(client.divide(1, 0), Err(CallError::Returned(DivideError::ByZero)));
    let Err(Error::Failed(failure)) = client.panic("by the test") else { panic!("it panics") };
    assert_eq!((failure.kind, &*failure.plugin, &*failure.host), (FailureKind::Panicked, "plugin", "host"));
    assert!(failure.message.contains("by the test"), "{failure}");
    assert_eq!(client.text("still there")?, "still there");
    Ok(())
}

#[test]
fn streams_are_refused() -> Result<()> {
    let nats = Nats::start()?;
    let fleet = Fleet::connect(&nats.url())?;
    let store = crate::typed::store::TestStore::default();
    let module = guest("typed");
    let pool = Pool::builder(engine(), move || crate::typed::builder(&store).start()).max(1).build()?;
    let _served = Server::builder(&fleet, "host").build()?.serve("plugin", PoolBackend::new(&module, &pool))?;
    let client = fleet.bind::<dyn Typed>()?;
    assert_matches!(client.count_to(3).map(drop), Err(Error::Arguments { method: "count_to", problem }) if problem.contains("one machine"));
    let sum = client.sum(plugix_host::abi::Stream::new(0..3_u64));
    assert_matches!(sum, Err(CallError::Failed(Error::Arguments { method: "sum", .. })));
    Ok(())
}

#[test]
fn deadlines_and_cancelling_reach_the_plugin() -> Result<()> {
    let nats = Nats::start()?;
    let fleet = Fleet::connect(&nats.url())?;
    let served = serve(&fleet, "shared", 1, shared)?;
    let client = fleet.calls().deadline(Duration::from_millis(300)).bind::<dyn Shared>()?;
    let error = client.spin().unwrap_err();
    assert!(matches!(error, Error::Deadline { .. }) || error.failure() == Some(FailureKind::Deadline), "{error}");
    // The only instance was stopped, and another one is made.
    let client = fleet.bind::<dyn Shared>()?;
    wait_until("another instance", || client.nothing().is_ok());
    let calls = fleet.calls();
    let (cancel, spinning) = (calls.cancel_handle(), calls.bind::<dyn Shared>()?);
    thread::scope(|scope| {
        let spinning = scope.spawn(move || spinning.spin());
        wait_until("the call", || served.running() == 1);
        cancel.cancel();
        assert_matches!(spinning.join().expect("it doesn't panic"), Err(Error::Cancelled));
    });
    wait_until("another instance", || client.nothing().is_ok());
    Ok(())
}

#[test]
fn ends_are_told_apart_and_full_pools_say_so() -> Result<()> {
    let nats = Nats::start()?;
    let fleet = Fleet::connect(&nats.url())?;
    let served = serve(&fleet, "shared", 1, shared)?;
    let client = fleet.bind::<dyn Shared>()?;
    let Err(Error::Failed(failure)) = client.trap() else { panic!("it traps") };
    assert_eq!(failure.kind, FailureKind::Died, "{failure}");
    assert!(failure.kind.may_have_run() && failure.message.contains("trapped"), "{failure}");
    wait_until("another instance", || client.nothing().is_ok());
    let calls = fleet.calls();
    let (cancel, busy) = (calls.cancel_handle(), calls.bind::<dyn Shared>()?);
    thread::scope(|scope| {
        scope.spawn(move || busy.spin().unwrap_err());
        wait_until("the call", || served.running() == 1);
        let Err(Error::Failed(failure)) = client.nothing() else { panic!("there is no room") };
        assert_eq!(failure.kind, FailureKind::Full, "{failure}");
        cancel.cancel();
    });
    Ok(())
}

#[test]
fn the_callers_trace_is_the_plugins() -> Result<()> {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let nats = Nats::start()?;
    let fleet = Fleet::connect(&nats.url())?;
    let _served = serve(&fleet, "spans", 1, |builder| builder.policy(Policy::new().threads(1)).services(services()))?;
    let client = fleet.calls().trace_parent(|| Some(TRACE.to_owned())).bind::<dyn Traced>()?;
    let text = client.work(&[7; 100]).map_err(|error| anyhow::anyhow!("{error}"))?;
    assert!(text.starts_with(TRACE), "{text}");
    assert!(!fleet.bind::<dyn Traced>()?.work(&[7; 100]).unwrap_or_default().contains(TRACE));
    Ok(())
}

/// The release of a fixture, as this version of the plugin `counting`.
fn release(version: &str, fixture: &str, policy: &str) -> Result<(Signed, Vec<u8>)> {
    let module = fs::read(guest_path(fixture))?;
    let (plugin, hash) = ("counting".to_owned(), ContentHash::of(&module));
    let policy = policy.to_owned();
    let release =
        Release { plugin, version: version.to_owned(), module: hash, hosts: Hosts::All, instances: 2, policy };
    Ok((Signed { text: release.to_text()?, signatures: Vec::new() }, module))
}

#[test]
fn hosts_run_releases_and_exchange_them() -> Result<()> {
    for isolated in [false, true] {
        let nats = Nats::start()?;
        let fleet = Fleet::connect(&nats.url())?;
        let deployments = Deployments::open(&fleet)?;
        let mut plugins =
            Plugins::new(engine()).prepare(|_, builder| builder.config("").provide(<dyn Gate>::provider(Open)));
        if isolated {
            plugins = plugins.isolated(&Isolation::new(CHILD));
        }
        let server = Server::builder(&Fleet::connect(&nats.url())?, "host").build()?;
        let host = Host::builder(&server, Arc::new(plugins)).trust(Trust::Anybody).start()?;
        let apply = |version: &str, fixture: &str, policy: &str| -> Result<(u64, bool)> {
            let (signed, module) = release(version, fixture, policy)?;
            let revision = deployments.apply(&signed, &module)?.revision;
            Ok((revision, deployments.wait("counting", revision, Duration::from_secs(120), |_| {})?))
        };
        let (first, serves) = apply("1.0", "stateful", "")?;
        assert!(serves, "{:?}", host.health());
        let client = fleet.bind::<dyn Counting>()?;
        assert_eq!(client.generation()?, 1);
        let (_, serves) = apply("2.0", "stateful-next", "")?;
        assert!(serves, "{:?}", host.health());
        assert_eq!(client.generation()?, 2);
        // A policy that is none, and a module without a plugin in it.
        for (fixture, policy, said) in [("stateful", "[limits]\nmemory = \"much\"", "memory"), ("command", "", "")] {
            let (revision, serves) = apply("3.0", fixture, policy)?;
            assert!(!serves && revision > first);
            let overview = deployments.overview()?;
            let problem = overview.plugins[0].bad.clone().context("it is bad")?;
            assert!(problem.starts_with("host: ") && problem.contains(said), "{problem}");
            assert_eq!(client.generation()?, 2);
        }
        host.stop();
    }
    Ok(())
}
