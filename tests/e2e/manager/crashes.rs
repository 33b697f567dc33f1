//! A kill and a full disk at each step of what is done with an installed plugin: the old or the new is there as a whole, with
//! its grant and its state, and it runs.

use super::builder_on;
use anyhow::{Context, Result, bail, ensure};
use plugix_e2e::{guest_path, with_requests};
use plugix_e2e_contract::counting::Counting;
use plugix_e2e_registry::{Fault, Faults};
use plugix_host::code::Cache;
use plugix_host::{Engine, Policy};
use plugix_manager::store::grants::requests::Request;
use plugix_manager::store::grants::{Allowed, Coverage, Decision, Fixed, Grants, Prompt};
use plugix_manager::store::{ContentHash, Disk, PluginName, Source, Store};
use plugix_manager::{Installed, Spec};
use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{env, fs, io};
use tempfile::TempDir;

/// What the child process is told: what it does, the step at which it dies, and where.
const CHANGE: &str = "PLUGIX_CRASH_CHANGE";
const STEP: &str = "PLUGIX_CRASH_STEP";
const FOLDER: &str = "PLUGIX_CRASH_FOLDER";
const CODE: &str = "PLUGIX_CRASH_CODE";

/// What the plugin's versions ask for.
const ASKS: [&str; 2] = [
    "[[limits]]\nthreads = 8\nreason = \"counts\"",
    "[[limits]]\nthreads = 8\nreason = \"counts\"\n[[env]]\nname = \"LANG\"\nvalue = \"C\"\nreason = \"counts in words\"",
];

/// A folder in which a plugin is installed, or is to be.
struct Case {
    folder: PathBuf,
    /// Compiled code, for all processes.
    code: PathBuf,
}

impl Case {
    fn new(folder: &TempDir) -> Self {
        static CODE: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("there is room"));
        Self { folder: folder.path().to_owned(), code: CODE.path().to_owned() }
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn file(&self) -> PathBuf {
        self.folder.join("plugin.wasm")
    }

    fn open(&self, faults: &Faults) -> Result<Installed> {
        let faults = faults.clone();
        let disk = Disk::before_each_step(move || faults.step());
        let engine = Engine::builder().cache(Cache::at(&self.code)).build()?;
        let manager = builder_on(&engine).states(self.home().join("states")).disk(disk.clone()).build()?;
        Ok(Installed::with(Store::open_on(self.home(), disk)?, &manager, Policy::new())?)
    }

    /// Puts a version where the plugin is installed from. Returns its hash.
    fn deliver(&self, version: usize) -> Result<ContentHash> {
        let guest = guest_path(["stateful", "stateful-next"][version]);
        let module = with_requests(fs::read(guest)?, ASKS[version])?;
        fs::write(self.file(), &module)?;
        Ok(ContentHash::of(&module))
    }

    /// Installs the plugin. It has counted to 5, and was saved.
    fn prepare(&self) -> Result<()> {
        let installed = self.open(&Faults::default())?;
        installed.add(Some(&name()), Source::file(self.file())?, &mut |_| {})?;
        let plugin = installed.start(&name(), &mut all(), counting)?;
        plugin.bind::<dyn Counting>()?.add(5)?;
        plugin.save()?;
        Ok(())
    }

    fn change(&self, installed: &Installed, what: &str) -> Result<()> {
        let manager = installed.manager();
        match what {
            "install" => {
                installed.add(Some(&name()), Source::file(self.file())?, &mut |_| {})?;
                drop(installed.start(&name(), &mut all(), counting)?);
            }
            "update" => drop(installed.update(&name(), &mut |_| {}, &mut all(), counting)?),
            "reload" => {
                let module = manager.engine().load_file(self.file())?;
                manager.reload(counting(Spec::new("counter", &module)))?;
            }
            "save" => drop(manager.get("counter").context("it runs")?.save()?),
            "revoke" => installed.revoke(&name())?,
            "remove" => installed.remove(&name())?,
            other => bail!("nobody knows how to {other}"),
        }
        Ok(())
    }

    /// Whether grants and a state are kept.
    fn left(&self) -> Result<(bool, bool)> {
        let grants = Grants::open(self.home().join("grants.toml"))?;
        Ok((grants.iter().count() > 0, self.home().join("states/counter.state").exists()))
    }
}

fn name() -> PluginName {
    "counter".parse().expect("it is a name")
}

/// Somebody who allows everything.
fn all() -> impl Prompt {
    Fixed::new(|request: &Request| Ok(Decision::Allowed(Allowed::as_asked(&request.item, None)?)))
}

/// Nobody is asked.
fn nobody() -> impl Prompt {
    Fixed::new(|request: &Request| panic!("nobody is to be asked for {request:?}"))
}

fn counting(spec: Spec) -> Spec {
    spec.config(json!(""))
}

/// Starts the plugin. Returns its count and its generation.
fn run(installed: &Installed, prompt: &mut dyn Prompt) -> Result<(u64, u32)> {
    let client = installed.start(&name(), prompt, counting)?.bind::<dyn Counting>()?;
    Ok((client.add(0)?, client.generation()?))
}

/// Has a process die at each step of a change, and looks at what it leaves.
fn killed(what: &str, check: impl Fn(&Case, &Installed) -> Result<()>) -> Result<()> {
    for step in 0.. {
        let folder = tempfile::tempdir()?;
        let case = Case::new(&folder);
        case.deliver(0)?;
        if what != "install" {
            case.prepare()?;
        }
        if what == "update" {
            case.deliver(1)?;
        }
        let mut child = Command::new(env::current_exe()?);
        child.args(["manager::crashes::dies_in_a_child", "--exact", "--quiet"]).stdout(Stdio::null());
        child.env(CHANGE, what).env(STEP, step.to_string()).env(FOLDER, &case.folder).env(CODE, &case.code);
        let ended = child.status()?;
        // Who is killed has no exit code.
        ensure!(ended.success() || ended.code().is_none(), "{what}, step {step}: {ended}");
        let checked = case.open(&Faults::default()).and_then(|installed| check(&case, &installed));
        checked.with_context(|| format!("{what}, step {step}, {ended}"))?;
        if ended.success() {
            ensure!(step > 3, "{what} has more steps than {step}");
            return Ok(());
        }
    }
    Ok(())
}

/// In the child it makes the change and dies at its step. Otherwise it has nothing to do.
#[test]
fn dies_in_a_child() -> Result<()> {
    let (Some(folder), Some(code)) = (env::var_os(FOLDER), env::var_os(CODE)) else { return Ok(()) };
    let (what, step) = (env::var(CHANGE)?, env::var(STEP)?.parse()?);
    let (case, faults) = (Case { folder: folder.into(), code: code.into() }, Faults::default());
    let installed = case.open(&faults)?;
    if what != "install" {
        installed.start(&name(), &mut nobody(), counting)?.bind::<dyn Counting>()?.add(1)?;
    }
    faults.set(Fault::Abort, step);
    case.change(&installed, &what)
}

#[test]
fn a_killed_install() -> Result<()> {
    killed("install", |case, installed| {
        if installed.list().is_empty() {
            installed.add(Some(&name()), Source::file(case.file())?, &mut |_| {})?;
        }
        ensure!(run(installed, &mut all())? == (0, 1), "it is another one");
        Ok(())
    })
}

#[test]
fn a_killed_update() -> Result<()> {
    killed("update", |case, installed| {
        let (old, new) = (case.deliver(0)?, case.deliver(1)?);
        let found = installed.list()[0].plugin.hash;
        ensure!([old, new].contains(&found), "it is neither the old nor the new");
        let generation = if found == new { 2 } else { 1 };
        let (count, running) = run(installed, &mut nobody())?;
        // The new one has the state that it was given, if there was time to keep it.
        ensure!(running == generation && (count == 5 || count == 6 && found == new), "{running} counted to {count}");
        let client = installed.manager().get("counter").context("it runs")?.bind::<dyn Counting>()?;
        installed.update(&name(), &mut |_| {}, &mut all(), counting)?;
        ensure!((client.add(0)?, client.generation()?) == (count, 2), "the update can't be made again");
        Ok(())
    })
}

#[test]
fn a_killed_reload_and_a_killed_save() -> Result<()> {
    for what in ["reload", "save"] {
        killed(what, |_, installed| {
            let (count, generation) = run(installed, &mut nobody())?;
            ensure!((5..=6).contains(&count) && generation == 1, "{generation} counted to {count}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_killed_revocation() -> Result<()> {
    killed("revoke", |_, installed| {
        let covered = matches!(installed.list()[0].coverage, Some(Coverage::Covered { .. }));
        let counted = if covered { run(installed, &mut nobody())? } else { run(installed, &mut all())? };
        ensure!(counted == (5, 1), "it counted to {counted:?}");
        Ok(())
    })
}

#[test]
fn a_killed_removal() -> Result<()> {
    killed("remove", |case, installed| {
        if let Some(plugin) = installed.list().first() {
            if matches!(plugin.coverage, Some(Coverage::Covered { .. })) {
                ensure!(run(installed, &mut nobody())? == (5, 1), "it is there, and not as it was");
            }
            // It can be ended.
            installed.remove(&name())?;
        }
        ensure!(case.left()? == (false, false), "something is left to the next one of its name: {:?}", case.left()?);
        Ok(())
    })
}

#[test]
fn an_update_on_a_full_disk() -> Result<()> {
    for step in 0.. {
        let folder = tempfile::tempdir()?;
        let (case, faults) = (Case::new(&folder), Faults::default());
        let old = case.deliver(0)?;
        case.prepare()?;
        let new = case.deliver(1)?;
        let installed = case.open(&faults)?;
        let client = installed.start(&name(), &mut nobody(), counting)?.bind::<dyn Counting>()?;
        client.add(1)?;
        faults.set(Fault::Full, step);
        let updated = case.change(&installed, "update");
        let was_full = faults.count() > step;
        faults.set(Fault::None, 0);
        let runs = (installed.list()[0].plugin.hash, client.generation()?);
        match updated {
            Ok(()) => ensure!(runs == (new, 2), "step {step}: {runs:?}"),
            Err(error) => {
                let is_full = |cause: &io::Error| cause.kind() == io::ErrorKind::StorageFull;
                ensure!(error.chain().any(|cause| cause.downcast_ref().is_some_and(is_full)), "step {step}: {error:?}");
                ensure!(runs == (old, 1), "step {step}: {runs:?} after {error:#}");
                case.change(&installed, "update")?;
            }
        }
        ensure!((client.add(0)?, client.generation()?) == (6, 2), "step {step}: the state was lost");
        if !was_full {
            ensure!(step > 10, "an update has more steps than {step}");
            return Ok(());
        }
    }
    Ok(())
}
