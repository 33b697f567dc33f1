//! What an instance costs, and its threads, against wasmer-wasix as it comes. Run by `cargo xtask bench`.

use anyhow::{Context, Result, ensure};
use plugix_e2e::bench::{Pair, Report, Unit, compare, median, seconds};
use plugix_e2e::{engine, guest, guest_path, images_kib, resident_kib};
use plugix_e2e_contract::remains::Remains;
use plugix_host::code::{Artifact, Cache};
use plugix_host::pool::Pool;
use plugix_host::raw::Command;
use plugix_host::{Engine, Plugin, Policy};
use std::hint::black_box;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Runtime;
use wasmer::sys::EngineBuilder;
use wasmer::{Instance, Module, Store};
use wasmer_compiler_cranelift::Cranelift;
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::{PluggableRuntime, WasiEnvBuilder, WasiFunctionEnv};

/// Threads that one run of the program starts.
const SPAWNS: u32 = 200;

/// Instances that are there at once.
const INSTANCES: usize = 100;

// Whose memory is measured.
const PLAIN: &str = "plain";
const RESETTABLE: &str = "resettable";
const STOCK: &str = "stock";

/// A module that does nothing.
const EMPTY: &str = r#"(module (memory (export "memory") 1))"#;

/// wasmer-wasix as its documentation has it.
struct Stock {
    io: Runtime,
    engine: wasmer::Engine,
    runtime: Arc<PluggableRuntime>,
}

impl Stock {
    fn new() -> Result<Self> {
        let io = Runtime::new()?;
        let guard = io.enter();
        let engine: wasmer::Engine = EngineBuilder::new(Cranelift::new()).engine().into();
        let mut runtime = PluggableRuntime::new(Arc::new(TokioTaskManager::new(io.handle().clone())));
        runtime.set_engine(engine.clone());
        drop(guard);
        Ok(Self { io, engine, runtime: Arc::new(runtime) })
    }

    fn compile(&self, guest: &str) -> Result<Module> {
        Ok(Module::new(&self.engine, std::fs::read(guest_path(guest))?)?)
    }

    fn instantiate(&self, module: &Module, args: &[String]) -> Result<(Store, Instance, WasiFunctionEnv)> {
        let _io = self.io.enter();
        let mut store = Store::new(self.engine.clone());
        let builder = WasiEnvBuilder::new("stock").args(args).runtime(self.runtime.clone());
        let (instance, env) = builder.instantiate(module.clone(), &mut store)?;
        Ok((store, instance, env))
    }

    fn run(&self, module: &Module, args: &[String]) -> Result<()> {
        let _io = self.io.enter();
        let (mut store, instance, _env) = self.instantiate(module, args)?;
        Ok(instance.exports.get_typed_function::<(), ()>(&store, "_start")?.call(&mut store)?)
    }
}

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    if let [idle, of, file] = &args[..]
        && idle == "--idle"
    {
        return measure_idle(of, file);
    }
    let mut report = Report::new("instances");
    let size = std::fs::metadata(guest_path("compute"))?.len() as f64 / 1e6;
    report.time("load from the cache, for 1 MB of WebAssembly", Unit::Milliseconds, load_from_cache()? / size, 5.0);
    let pair = load_artifact()?;
    report.time("load an artifact, for 1 MB of WebAssembly", Unit::Milliseconds, pair.ours / size, 5.0);
    report.ratio("load an artifact, with its hash / wasmer's own file, unchecked", Unit::Milliseconds, pair, 1.5);

    // `WasiEnvBuilder::instantiate` makes each of its 374 functions in each store, whatever the module imports
    // (wasmer-wasix 0.704.2, `import_object_for_all_wasi_versions` in `lib.rs`). Nobody starts for less.
    let stock = Stock::new()?;
    let empty = Module::new(&stock.engine, wat::parse_str(EMPTY)?)?;
    let calls = guest("calls");
    let pair = compare(
        1,
        || Plugin::new(&calls, &Policy::new()).expect("the plugin starts"),
        || stock.instantiate(&empty, &[]).expect("the module starts"),
    );
    report.time("start and drop a plugin", Unit::Microseconds, pair.ours, 60.0);
    report.ratio("the same / an empty module in wasmer-wasix as it comes", Unit::Microseconds, pair, 1.5);

    let (idle_plain, idle_shared, idle_empty) = (idle(PLAIN)?, idle(RESETTABLE)?, idle(STOCK)?);
    report.size("memory of an idle instance", idle_plain, 200.0);
    report.size("memory of an idle instance that can be reset, with its image", idle_shared, 60.0);
    let pair = Pair { ours: idle_shared, baseline: idle_empty };
    report.ratio("the same / an empty module in wasmer-wasix as it comes", Unit::Kibibytes, pair, 1.5);

    let make = || Plugin::builder(&guest("remains")).resettable(true).start();
    let pool = Pool::builder(engine(), make).min(1).max(1).reset(true).build()?;
    let take = || pool.take().expect("there is one");
    let idle = seconds(100, || drop(black_box(take())));
    report.time("take from the pool and give back, with a reset", Unit::Microseconds, idle, 4.0);
    // What a call costs without a reset is taken off.
    let held = Plugin::builder(&guest("remains")).resettable(true).start()?;
    for (pages, goal) in [(8, 3.0 + 8.0 * 0.3), (200, 3.0 + 200.0 * 0.3)] {
        let touch = |plugin: &Plugin| {
            plugin.bind::<dyn Remains>().and_then(|client| client.touch(pages)).expect("the call works");
        };
        let pair = compare(100, || touch(&take()), || touch(&held));
        let name = format!("a reset, with a call that writes to {pages} pages, without that call");
        report.time(&name, Unit::Microseconds, pair.ours - pair.baseline, goal);
    }

    let spawns = guest("spawns");
    let bare = stock.compile("spawns")?;
    let command = Command::new(&spawns, &Policy::new())?;
    let pair = compare(
        1,
        || command.run().expect("the program runs"),
        || stock.run(&bare, &[]).expect("the program runs on wasmer-wasix as it comes"),
    );
    report.ratio("start and end a program that does nothing", Unit::Microseconds, pair, 1.0);

    let args = [SPAWNS.to_string()];
    let command = Command::new(&spawns, &Policy::new().arg(&args[0]))?;
    let mut rounds = (Vec::new(), Vec::new());
    for _ in 0..11 {
        let start = Instant::now();
        command.run()?;
        rounds.0.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        stock.run(&bare, &args).context("the program runs on wasmer-wasix as it comes")?;
        rounds.1.push(start.elapsed().as_secs_f64());
    }
    let pair = Pair { ours: median(rounds.0), baseline: median(rounds.1) }.per(SPAWNS);
    report.ratio("spawn a thread and join it", Unit::Microseconds, pair, 0.25);
    report.finish()
}

/// KiB of an instance, in a process that has compiled nothing. Otherwise the instance would first take what the
/// compiler gave back.
fn idle(of: &str) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("calls.plugix");
    guest("calls").to_artifact()?.write_file(&file)?;
    let output = Process::new(std::env::current_exe()?).args(["--idle", of]).arg(&file).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn measure_idle(of: &str, file: &str) -> Result<()> {
    // SAFETY: the parent has made it.
    let calls = unsafe { Engine::new()?.load_artifact(&Artifact::read_file(file)?) }?;
    let start = || Plugin::builder(&calls).resettable(of == RESETTABLE).start();
    let stock = Stock::new()?;
    let empty = Module::new(&stock.engine, wat::parse_str(EMPTY)?)?;
    let kib = match of {
        STOCK => each(|| stock.instantiate(&empty, &[])),
        _ => each(|| Ok(start()?)),
    };
    println!("{}", kib?);
    Ok(())
}

/// How many KiB one more takes.
fn each<T>(make: impl Fn() -> Result<T>) -> Result<f64> {
    let taken = || Ok::<_, anyhow::Error>(resident_kib()? + images_kib()?);
    let first = make()?;
    let before = taken()?;
    let many = (0..INSTANCES).map(|_| make()).collect::<Result<Vec<_>>>()?;
    let all = taken()? - before;
    drop((first, many));
    Ok(all as f64 / INSTANCES as f64)
}

/// How many seconds it takes to load a module that an earlier process has compiled.
fn load_from_cache() -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let cache = Cache::at(folder.path().join("modules"));
    let wasm = std::fs::read(guest_path("compute"))?;
    let engine = Engine::builder().cache(cache).build()?;
    engine.load(wasm.clone())?.compile()?;
    let load = || engine.load(wasm.clone()).and_then(|module| module.compile()).expect("the module is kept");
    Ok(few(load))
}

/// The same of an artifact, and of what wasmer makes of the same module.
fn load_artifact() -> Result<Pair> {
    let folder = tempfile::tempdir()?;
    let (file, bare) = (folder.path().join("compute.plugix"), folder.path().join("compute.bin"));
    guest("compute").to_artifact()?.write_file(&file)?;
    let engine = Engine::new()?;
    let load = || {
        let artifact = Artifact::read_file(&file).expect("the file is whole");
        // SAFETY: it was written above.
        unsafe { engine.load_artifact(&artifact) }.expect("it is of this host")
    };
    let stock = Stock::new()?;
    stock.compile("compute")?.serialize_to_file(&bare)?;
    // SAFETY: as above.
    let load_bare = || unsafe { Module::deserialize_from_file(&stock.engine, &bare) }.expect("it is of this engine");
    Ok(Pair { ours: few(load), baseline: few(load_bare) })
}

/// The median of a few rounds. There are few, because an engine keeps all code that it ever loaded.
fn few<T>(mut run: impl FnMut() -> T) -> f64 {
    let mut times = Vec::new();
    for _ in 0..21 {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64());
    }
    median(times)
}
