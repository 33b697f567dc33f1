//! A fleet beside the client of NATS alone, what two hosts gain, and a rolling update under load. Run by `cargo xtask
//! bench`.
//!
//! Hosts are this program itself, started anew: each has a processor of its own then.

use anyhow::{Context as _, Result};
use async_nats::Client;
use futures::StreamExt as _;
use plugix_e2e::bench::{Pair, Report, Unit, compare_long, quantile};
use plugix_e2e::{engine, guest, guest_path};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::host::Adder;
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_fleet::Fleet;
use plugix_fleet::host::{Plugins, PoolBackend};
use plugix_fleet::serve::Server;
use plugix_fleet::ship::{Deployments, Host, Hosts, Release, Signed, Trust};
use plugix_host::Plugin;
use plugix_host::plugin::PluginBuilder;
use plugix_host::pool::Pool;
use plugix_nats::Server as Nats;
use plugix_store::ContentHash;
use std::hint::black_box;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The variable that has the servers, in a host.
const SERVERS: &str = "PLUGIX_BENCH_SERVERS";

/// A call that takes about 20 milliseconds: hosts, client and servers have the same processors here, and whoever computes
/// keeps the others waiting for milliseconds at times.
const ROUNDS: u64 = 12_000_000;

/// The plugins that are updated, and the calls a second meanwhile.
const PLUGINS: usize = 20;
const CALLS: u64 = 500;

/// The threads that make those calls: a call takes longer while plugins are compiled.
const CALLERS: usize = 16;

struct Native;

impl Adder for Native {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

impl Oracle for Native {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

fn main() -> Result<()> {
    if let Ok(servers) = std::env::var(SERVERS) {
        return host(&servers);
    }
    let nats = Nats::start()?;
    let mut report = Report::new("fleet");
    call(&nats, &mut report)?;
    two_hosts(&nats, &mut report)?;
    update(&nats, &mut report)?;
    report.finish()
}

fn prepared(builder: PluginBuilder) -> PluginBuilder {
    builder.config(&7_u32).provide(<dyn Adder>::provider(Native))
}

/// A typed call, beside a request and a reply of the same bytes.
fn call(nats: &Nats, report: &mut Report) -> Result<()> {
    let fleet = Fleet::connect(&nats.url())?;
    let module = guest("bench");
    let from = module.clone();
    let pool = Pool::builder(engine(), move || prepared(Plugin::builder(&from)).start()).max(1).build()?;
    let hosted = Fleet::connect(&nats.url())?;
    let _served = Server::builder(&hosted, "bench").build()?.serve("bench", PoolBackend::new(&module, &pool))?;
    let client = fleet.bind::<dyn Bench>()?;
    // A connection on each side as well, and as many threads as tokio takes for these processors.
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let (answering, asking) = (runtime()?, runtime()?);
    let (there, here) = (connect(&answering, nats)?, connect(&asking, nats)?);
    let mut requests = answering.block_on(there.queue_subscribe("bench.echo", "q".into()))?;
    answering.block_on(there.flush())?;
    answering.spawn(async move {
        while let Some(request) = requests.next().await {
            if let Some(reply) = request.reply {
                let _ = there.publish(reply, request.payload).await;
            }
        }
    });
    for (len, name) in [(64, "64 B"), (16 << 10, "16 KiB")] {
        let bytes = vec![7; len];
        let pair = compare_long(
            201,
            20,
            || black_box(client.echo(black_box(&bytes)).expect("the call works")),
            || {
                let request = here.request("bench.echo", black_box(bytes.clone()).into());
                black_box(asking.block_on(request).expect("the request works"))
            },
        );
        report.ratio(
            &format!("typed call of a fleet, {name} / request and reply by NATS"),
            Unit::Microseconds,
            pair,
            1.3,
        );
    }
    Ok(())
}

fn connect(runtime: &tokio::runtime::Runtime, nats: &Nats) -> Result<Client> {
    Ok(runtime.block_on(async_nats::connect(nats.url()))?)
}

/// Calls that compute, of two hosts by two threads at once, and of one. The quickest rounds count, since both processors
/// were free in them.
fn two_hosts(nats: &Nats, report: &mut Report) -> Result<()> {
    let _hosts = [Started::new(nats)?, Started::new(nats)?];
    let fleet = Fleet::connect(&nats.url())?;
    let named = |name: &str| fleet.calls().plugin(name).bind::<dyn Shared>();
    let bound = |names: [&str; 2]| -> Result<_> {
        let end = Instant::now() + Duration::from_secs(120);
        loop {
            match (named(names[0]), named(names[1])) {
                (Ok(one), Ok(two)) => return Ok([one, two]),
                _ if Instant::now() > end => anyhow::bail!("the hosts don't serve"),
                _ => thread::sleep(Duration::from_millis(20)),
            }
        }
    };
    let ids = [_hosts[0].child.id().to_string(), _hosts[1].child.id().to_string()];
    let clients = bound([&format!("shared-{}", ids[0]), &format!("shared-{}", ids[1])])?;
    let run = |at: usize| (0..5).for_each(|_| drop(black_box(clients[at].work(black_box(ROUNDS)))));
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..15 {
        let begin = Instant::now();
        run(0);
        one.push(begin.elapsed().as_secs_f64() / 5.0);
        let begin = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| run(0));
            run(1);
        });
        two.push(begin.elapsed().as_secs_f64() / 10.0);
    }
    let pair = Pair { ours: quantile(two, 0.1), baseline: quantile(one, 0.1) };
    report.ratio("two hosts of a fleet / one, time of a call of 20 ms", Unit::Microseconds, pair, 1.0 / 1.8);
    Ok(())
}

/// A rolling update of all plugins, under load. What it says is how many calls were lost.
fn update(nats: &Nats, report: &mut Report) -> Result<()> {
    let fleet = Fleet::connect(&nats.url())?;
    let deployments = Deployments::open(&fleet)?;
    let plugins = || Arc::new(Plugins::new(engine()).prepare(|_, builder| prepared(builder)));
    let host = |name: &str| -> Result<_> {
        let server = Server::builder(&Fleet::connect(&nats.url())?, name).build()?;
        Ok(Host::builder(&server, plugins()).trust(Trust::Anybody).start()?)
    };
    let hosts = [host("one")?, host("two")?];
    let apply = |version: &str| -> Result<()> {
        let module = std::fs::read(guest_path("bench"))?;
        let revisions = (0..PLUGINS).map(|at| {
            let (plugin, module_hash) = (format!("bench-{at}"), ContentHash::of(&module));
            let (hosts, policy) = (Hosts::All, String::new());
            let release =
                Release { plugin, version: version.to_owned(), module: module_hash, hosts, instances: 2, policy };
            let signed = Signed { text: release.to_text()?, signatures: Vec::new() };
            Ok((release.plugin, deployments.apply(&signed, &module)?.revision))
        });
        for (plugin, revision) in revisions.collect::<Result<Vec<_>>>()? {
            let serves = deployments.wait(&plugin, revision, Duration::from_secs(120), |_| {})?;
            anyhow::ensure!(serves, "{plugin} doesn't serve");
        }
        Ok(())
    };
    apply("1")?;
    let (end, sent, lost) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let taken = thread::scope(|scope| -> Result<f64> {
        for at in 0..CALLERS {
            let (end, sent, lost) = (&end, &sent, &lost);
            let clients = (0..PLUGINS).map(|at| fleet.calls().plugin(format!("bench-{at}")).bind::<dyn Bench>());
            let clients = clients.collect::<Result<Vec<_>, _>>().context("a plugin has gone")?;
            scope.spawn(move || {
                let mut next = Instant::now();
                for client in clients.iter().cycle().skip(at * PLUGINS / CALLERS) {
                    if end.load(Ordering::SeqCst) {
                        return;
                    }
                    lost.fetch_add(u64::from(client.echo(&[7; 64]).is_err()), Ordering::SeqCst);
                    sent.fetch_add(1, Ordering::SeqCst);
                    next += Duration::from_secs(CALLERS as u64) / CALLS as u32;
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                }
            });
        }
        let begin = Instant::now();
        let applied = apply("2");
        let taken = begin.elapsed().as_secs_f64();
        end.store(true, Ordering::SeqCst);
        applied.map(|()| taken)
    })?;
    hosts.into_iter().for_each(Host::stop);
    let rate = sent.load(Ordering::SeqCst) as f64 / taken;
    eprintln!(
        "{} calls in {taken:.1} s ({rate:.0} a second), of which {} were lost",
        sent.into_inner(),
        lost.load(Ordering::SeqCst)
    );
    report.count("calls lost in a rolling update of 20 plugins on 2 hosts", lost.into_inner(), 0);
    Ok(())
}

/// A host in a process of its own.
struct Started {
    child: Child,
}

impl Started {
    fn new(nats: &Nats) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        // It ends when its standard input does.
        let child = command.env(SERVERS, nats.url()).stdin(Stdio::piped()).spawn()?;
        Ok(Self { child })
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What such a host does.
fn host(servers: &str) -> Result<()> {
    let fleet = Fleet::connect(servers)?;
    let name = format!("shared-{}", std::process::id());
    let module = guest("shared");
    let from = module.clone();
    let make = move || Plugin::builder(&from).provide(<dyn Oracle>::provider(Native)).start();
    let pool = Pool::builder(engine(), make).max(1).build()?;
    let _served = Server::builder(&fleet, &name).build()?.serve(&name, PoolBackend::new(&module, &pool))?;
    std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
    Ok(())
}
