//! Core dumps: what a plugin was when it ended, read by a parser that others made.

mod host;
mod read;

use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, call, engine, failure, guest, guest_path, wait_until};
use plugix_host::dump::Dumps;
use plugix_host::error::StopReason;
use plugix_host::events::Event;
use plugix_host::plugin::Sharing;
use plugix_host::{Error, Module, Plugin, Policy};
use read::{Code, Dump};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Nothing takes so long that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// A host that wants dumps.
struct House {
    folder: tempfile::TempDir,
    dumps: Dumps,
    events: Arc<Mutex<Vec<Event>>>,
}

impl House {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let dumps = Dumps::to(folder.path())?;
        Ok(Self { folder, dumps, events: Arc::default() })
    }

    fn start(&self, module: &Module, policy: Policy, resettable: bool) -> Result<Plugin> {
        let events = self.events.clone();
        let tell = move |_: &str, event: &Event| {
            if matches!(event, Event::Dumped { .. } | Event::NotDumped { .. }) {
                events.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
            }
        };
        let builder = Plugin::builder(module).policy(policy).resettable(resettable);
        Ok(builder.dumps(&self.dumps).on_event(tell).start()?)
    }

    fn plugin(&self) -> Result<Plugin> {
        self.start(&guest("dumps"), Policy::new(), false)
    }

    /// What was told of dumps, when they are written.
    fn told(&self) -> Vec<Event> {
        assert!(self.dumps.wait(PATIENCE), "a dump is never written");
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The only dump that there is, and how many bytes it lacks.
    fn dump(&self) -> Result<(Dump, u64)> {
        let told = self.told();
        let [Event::Dumped { file, left_out }] = &told[..] else { anyhow::bail!("{told:?}") };
        assert_eq!(self.files()?, std::slice::from_ref(file));
        Ok((Dump::read(&std::fs::read(file)?)?, *left_out))
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        Ok(std::fs::read_dir(self.folder.path())?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?)
    }
}

fn addresses(answer: &str) -> Result<[usize; 3]> {
    let all: Vec<usize> = answer.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    all[..].try_into().context("there are three")
}

#[test]
fn a_trap_leaves_frames_memory_and_globals() -> Result<()> {
    // With a way back, the memory is mapped from an image of itself.
    for resettable in [false, true] {
        let house = House::new()?;
        let plugin = house.start(&guest("dumps"), Policy::new(), resettable)?;
        let [kept, constant, local] = addresses(&call(&plugin, "keep", "a mark of this test's")?)?;
        assert_matches!(failure(&plugin, "trap", "")?, Error::Trap(_));
        drop(plugin);
        let (dump, left_out) = house.dump()?;
        assert_eq!((left_out, &*dump.plugin, &dump.modules[..]), (0, "guest_dumps", &["guest_dumps".to_owned()][..]));
        assert_eq!(dump.memory(kept, 21)?, b"a mark of this test's");
        assert_eq!(dump.memory(constant, 32)?, b"what the module has of its own..");

        let wasm = std::fs::read(guest_path("dumps"))?;
        let code = Code::read(&wasm)?;
        let [stack] = &dump.stacks[..] else { anyhow::bail!("{:?}", dump.stacks) };
        assert_eq!(stack.thread, "main");
        // Each frame is at an instruction that can be there, in the module as it was written.
        let frames: Vec<_> = stack.frames.iter().map(|frame| code.at(*frame)).collect::<Result<_>>()?;
        assert!(frames[..4].iter().all(|(name, _)| name.contains("traps_here")), "{frames:?}");
        assert!(!frames[4].0.contains("traps_here"), "{frames:?}");
        assert_eq!(frames[0].1, "Unreachable", "{frames:?}");
        assert!(frames[1..].iter().all(|(_, operator)| operator.starts_with("Call")), "{frames:?}");

        // The first global of such a module is its stack pointer.
        let pointer = usize::try_from(dump.globals(stack)[0])?;
        assert!(pointer.abs_diff(local) < 64 << 10, "{pointer} and {local}");
    }
    Ok(())
}

#[test]
fn the_thread_that_trapped_comes_first() -> Result<()> {
    let house = House::new()?;
    let plugin = house.plugin()?;
    failure(&plugin, "trap_in_a_thread", "")?;
    let (dump, _) = house.dump()?;
    let wasm = std::fs::read(guest_path("dumps"))?;
    let code = Code::read(&wasm)?;
    let [trapped, main] = &dump.stacks[..] else { anyhow::bail!("{:?}", dump.stacks) };
    assert!(trapped.thread.starts_with("thread "), "{trapped:?}");
    assert!(code.at(trapped.frames[0])?.0.contains("traps_here"));
    // The main thread waited for it, in a system call.
    assert_eq!((&*main.thread, trapped.instance == main.instance), ("main", false));
    assert!(main.frames.iter().any(|frame| code.name(frame.0).contains("trap_in_a_thread")), "{main:?}");
    // Each has a stack of its own.
    assert_ne!(dump.globals(trapped)[0], dump.globals(main)[0]);
    Ok(())
}

#[test]
fn a_stop_shows_what_each_thread_was_doing() -> Result<()> {
    let house = House::new()?;
    let policy = Policy::new().call_deadline(Duration::from_secs(3));
    let plugin = house.start(&guest("dumps"), policy, false)?;
    assert_matches!(failure(&plugin, "spin", "")?, Error::Stopped(StopReason::Deadline { .. }));
    let (dump, _) = house.dump()?;
    let wasm = std::fs::read(guest_path("dumps"))?;
    let code = Code::read(&wasm)?;
    assert_eq!(dump.stacks.len(), 2, "{:?}", dump.stacks);
    for stack in &dump.stacks {
        let frames: Vec<_> = stack.frames.iter().map(|frame| code.at(*frame)).collect::<Result<_>>()?;
        assert!(frames[0].0.contains("spins_here") && frames.len() > 1, "{stack:?} {frames:?}");
    }
    Ok(())
}

#[test]
fn a_worker_is_a_thread_of_its_own() -> Result<()> {
    let house = House::new()?;
    let (said, heard) = channel();
    let policy = Policy::new().on_output(move |_, line| said.send(line.to_owned()).unwrap_or_default());
    let shared = house.start(&guest("dumps"), policy, false)?.into_shared(&Sharing::new().workers(2))?;
    // One lane is kept busy, so that the other one gets the next call.
    std::thread::scope(|scope| {
        let spinning = scope.spawn(|| shared.call_bytes("spin", b""));
        assert_eq!(heard.recv_timeout(PATIENCE).as_deref(), Ok("both begin"));
        assert!(shared.call_bytes("trap", b"").is_err());
        assert!(spinning.join().is_ok_and(|outcome| outcome.is_err()));
    });
    let (dump, _) = house.dump()?;
    let names: BTreeSet<_> = dump.stacks.iter().map(|stack| &*stack.thread).collect();
    assert_eq!((dump.stacks.len(), names.len(), names.contains("main")), (3, 3, true), "{:?}", dump.stacks);
    Ok(())
}

/// A compiled module doesn't have its author's code: offsets are those of functions' starts, unless it is said where
/// that is.
#[test]
fn a_compiled_module_has_functions_and_no_offsets() -> Result<()> {
    let artifact = guest("dumps").to_artifact()?;
    let wasm = std::fs::read(guest_path("dumps"))?;
    let code = Code::read(&wasm)?;
    for known in [false, true] {
        let house = House::new()?;
        // SAFETY: this process has just made it.
        let compiled = unsafe { engine().load_artifact(&artifact) }?;
        if known {
            compiled.set_debug_file(guest_path("dumps"));
        }
        failure(&house.start(&compiled, Policy::new(), false)?, "trap", "")?;
        let (dump, _) = house.dump()?;
        let frames = &dump.stacks[0].frames;
        assert!(code.name(frames[0].0).contains("traps_here"), "{frames:?}");
        assert!(frames.iter().all(|(_, offset)| (*offset > 0) == known), "{frames:?}");
    }
    Ok(())
}

#[test]
fn other_ends_leave_none() -> Result<()> {
    let house = House::new()?;
    let plugin = house.plugin()?;
    assert_matches!(failure(&plugin, "panic", "")?, Error::Panic(_));
    assert_matches!(failure(&plugin, "exit", "")?, Error::Exited { .. });
    drop((plugin, house.plugin()?));
    assert_eq!((house.told(), house.files()?), (vec![], vec![]));
    // Nor does a plugin whose host wants none.
    let plugin = Plugin::new(&guest("dumps"), &Policy::new())?;
    failure(&plugin, "trap", "")?;
    assert_eq!(house.files()?, Vec::<PathBuf>::new());
    Ok(())
}

#[test]
fn a_dump_has_nothing_of_another_plugin() -> Result<()> {
    let house = House::new()?;
    let (one, other) = (house.plugin()?, house.plugin()?);
    let mark = |text: &str| text.replace('-', "*");
    let (of_one, of_other) = (mark("one-secret-of-24-letters"), mark("two-secret-of-24-letters"));
    call(&one, "keep", &of_one)?;
    call(&other, "keep", &of_other)?;
    failure(&one, "trap", "")?;
    let (dump, _) = house.dump()?;
    assert!(dump.contains(of_one.as_bytes()) && !dump.contains(of_other.as_bytes()));
    assert!(call(&other, "keep", "")?.contains(' '));
    Ok(())
}

#[test]
fn a_large_memory_is_cut_short() -> Result<()> {
    let mut house = House::new()?;
    house.dumps = house.dumps.limit(4 << 20);
    let plugin = house.plugin()?;
    failure(&plugin, "fill", "16")?;
    let (dump, left_out) = house.dump()?;
    assert!((12 << 20..20 << 20).contains(&left_out), "{left_out}");
    let kept = dump.segments.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    assert!((3 << 20..=4 << 20).contains(&kept), "{kept}");
    assert!(std::fs::metadata(&house.files()?[0])?.len() < 5 << 20);
    Ok(())
}

/// A plugin that dies as often as it can takes no more room than it may, and keeps nobody from calling it.
#[test]
fn many_that_die_leave_as_many_dumps_as_there_may_be() -> Result<()> {
    let mut house = House::new()?;
    house.dumps = house.dumps.files(3);
    for _ in 0..12 {
        let plugin = house.plugin()?;
        assert_matches!(failure(&plugin, "fill", "8")?, Error::Trap(_));
    }
    // Those that were refused because others were being written may still be told.
    wait_until("an end of each", || house.events.lock().is_ok_and(|events| events.len() == 12));
    let told = house.told();
    let (dumped, refused): (Vec<_>, Vec<_>) = told.iter().partition(|event| matches!(event, Event::Dumped { .. }));
    let files = house.files()?;
    assert_eq!((dumped.len(), files.len()), (3, 3), "{told:?}");
    let is_told = |event: &&Event| event.to_string().starts_with("left no core dump: ");
    assert!(refused.iter().all(is_told) && refused.len() == 9, "{refused:?}");
    for file in files {
        Dump::read(&std::fs::read(file)?)?;
    }
    Ok(())
}

#[test]
fn a_dump_that_cant_be_written_is_told() -> Result<()> {
    let house = House::new()?;
    let plugin = house.plugin()?;
    let folder = house.folder.path().to_owned();
    std::fs::remove_dir(&folder)?;
    assert_matches!(failure(&plugin, "trap", "")?, Error::Trap(_));
    let told = house.told();
    assert_matches!(told[..], [Event::NotDumped { cause }] if cause.starts_with("can't write "));
    assert!(Dumps::to(Path::new("/proc/no-such-folder")).is_err());
    Ok(())
}
