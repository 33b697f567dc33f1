//! Who is there when a plugin attacks: the host with its folder, and a sibling.

use crate::capture;
use anyhow::{Result, bail, ensure};
use plugix_e2e::{call, failure, guest, snapshot, told, wait_until};
use plugix_host::error::{CallError, LoadError};
use plugix_host::events::{Event, LimitKind};
use plugix_host::policy::Access;
use plugix_host::{Error, Plugin, Policy};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::{TempDir, tempdir};

/// What a hostile plugin is called in events.
const NAME: &str = "attacker";

pub(super) const MEMORY: u64 = 64 << 20;
pub(super) const THREADS: usize = 16;
pub(super) const FILES: u32 = 64;
pub(super) const OUTPUT: usize = 64 << 10;
pub(super) const SCRATCH: u64 = 1 << 20;

/// A folder of the host's, with what is in it.
pub(super) struct House {
    folder: TempDir,
    before: BTreeMap<String, String>,
}

impl House {
    pub(super) fn new() -> Result<Self> {
        let folder = tempdir()?;
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("data/folder/empty"))?;
        fs::write(at("secret"), "the host's")?;
        fs::write(at("data/file"), "as it was")?;
        fs::write(at("data/program.wasm"), wat::parse_str(r#"(module (func (export "_start")))"#)?)?;
        for (target, link) in [
            ("file", "link"),
            ("../secret", "relative"),
            ("relative", "chain"),
            ("..", "parent"),
            ("/", "root"),
            ("/etc/passwd", "absolute"),
            ("/proc/self/root", "process"),
            ("/proc/self/cwd", "directory"),
            ("/proc/self/fd", "descriptors"),
            ("loop", "loop"),
        ] {
            symlink(target, at("data").join(link))?;
        }
        symlink(at("secret"), at("data/to-secret"))?;
        let before = snapshot(folder.path())?;
        Ok(Self { folder, before })
    }

    /// The whole of it on the host.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What an attacker may do: read a part of the house, write to scratch memory, and compute.
    pub(super) fn policy(&self) -> Policy {
        self.without_mounts().mount(self.path().join("data"), "/data", Access::ReadOnly).scratch("/scratch", SCRATCH)
    }

    /// The same, but it may change that part of the house.
    pub(super) fn writable(&self) -> Policy {
        self.without_mounts().mount(self.path().join("data"), "/data", Access::ReadWrite)
    }

    fn without_mounts(&self) -> Policy {
        Policy::new()
            .memory(MEMORY)
            .threads(THREADS)
            .max_open_files(FILES)
            .output_limit(OUTPUT)
            // For tests that fail.
            .call_deadline(Duration::from_secs(60))
    }

    /// Fails if anything has changed.
    pub(super) fn check(&self) -> Result<()> {
        let now = snapshot(self.path())?;
        ensure!(now == self.before, "the folder has changed from {:#?} to {now:#?}", self.before);
        Ok(())
    }
}

/// A plugin whose call is held halfway until the end.
pub(super) struct Sibling {
    gate: Arc<Gate>,
    call: JoinHandle<Result<String>>,
}

#[derive(Default)]
struct Gate {
    /// How many wait, and whether they may go on.
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Sibling {
    /// Returns when its call is in the middle.
    pub(super) fn start() -> Result<Self> {
        const WORKERS: usize = 2;
        let gate = Arc::new(Gate::default());
        let own = gate.clone();
        let policy = Policy::new().on_output(move |_, line| {
            if line == "half" {
                own.pass();
            }
        });
        let plugin = Plugin::builder(&guest("hostile")).name("sibling").policy(policy).start()?;
        let call = move || call(&plugin, "work_together", WORKERS.to_string());
        let call = std::thread::Builder::new().name("sibling/call".into()).spawn(call)?;
        let waiting = gate.changed.wait_while(gate.state.lock().expect("no panic"), |state| state.0 == 0);
        drop(waiting.expect("no panic"));
        Ok(Self { gate, call })
    }

    /// What it has come to.
    pub(super) fn finish(self) -> Result<String> {
        self.gate.state.lock().expect("no panic").1 = true;
        self.gate.changed.notify_all();
        self.call.join().expect("the sibling's thread is well")
    }
}

impl Gate {
    fn pass(&self) {
        let mut state = self.state.lock().expect("no panic");
        state.0 += 1;
        self.changed.notify_all();
        drop(self.changed.wait_while(state, |state| !state.1));
    }
}

/// A hostile plugin, and what the host learns of it.
pub(super) struct Attacker {
    pub(super) plugin: Plugin,
    pub(super) seen: Seen,
}

/// What the host learns of a plugin.
#[derive(Clone, Default)]
pub(super) struct Seen {
    events: Arc<Mutex<Vec<Event>>>,
    /// Threads that said that they are there.
    here: Arc<AtomicUsize>,
}

impl Attacker {
    pub(super) fn new(policy: Policy) -> Result<Self> {
        let seen = Seen::default();
        Ok(Self { plugin: seen.start(policy)?, seen })
    }

    /// Runs an attack that the plugin survives. Returns what the plugin was told, or its error. The thread of the call
    /// and another one must come to the same.
    pub(super) fn attack(&self, words: &str) -> Result<Result<String, String>> {
        let outcome = self.once("attack", words)?;
        let other = self.once("attack_on_a_thread", words)?;
        ensure!(outcome == other, "{words}: {outcome:?}, and {other:?} on a thread");
        Ok(outcome)
    }

    /// The same on one thread.
    pub(super) fn once(&self, method: &str, words: &str) -> Result<Result<String, String>> {
        match self.plugin.call_bytes(method, words.as_bytes()) {
            Ok(answer) => Ok(Ok(String::from_utf8(answer)?)),
            Err(CallError::Returned(error)) => Ok(Err(String::from_utf8(error)?)),
            Err(CallError::Failed(error)) => bail!("{words}: {error}"),
        }
    }

    /// Runs an attack that must fail with an error.
    pub(super) fn refused(&self, words: &str, error: &str) -> Result<()> {
        let outcome = self.attack(words)?;
        ensure!(outcome == Err(error.to_owned()), "{words}: {outcome:?} and not {error}");
        Ok(())
    }

    /// Runs an attack that ends the plugin. Returns the call's error. The plugin is dead then.
    pub(super) fn fatal(&self, method: &str, words: &str) -> Result<Error> {
        let error = failure(&self.plugin, method, words)?;
        ensure!(error.is_fatal(), "{words}: {error}");
        let later = failure(&self.plugin, "work", "")?;
        ensure!(matches!(later, Error::Dead(_)), "{words}, later: {later}");
        wait_until("the end of all threads", || self.plugin.live_threads() == 0);
        Ok(error)
    }
}

impl Seen {
    /// Starts a hostile plugin.
    pub(super) fn start(&self, policy: Policy) -> Result<Plugin, LoadError> {
        self.builder(&guest("hostile"), policy).start()
    }

    /// Prepares to start one of another module.
    pub(super) fn builder(&self, module: &plugix_host::Module, policy: Policy) -> plugix_host::plugin::PluginBuilder {
        let events = self.events.clone();
        let here = self.here.clone();
        let policy = policy.on_output(move |_, line| {
            here.fetch_add(usize::from(line == "here"), Ordering::SeqCst);
        });
        Plugin::builder(module).name(NAME).policy(policy).on_event(move |plugin, event| {
            assert_eq!(plugin, NAME);
            events.lock().expect("no panic").push(event.clone());
        })
    }

    /// Waits until that many threads of the plugin's are in their places.
    pub(super) fn wait_for(&self, threads: usize) {
        wait_until("the start of the threads", || self.here.load(Ordering::SeqCst) >= threads);
    }

    /// Fails unless the event happened, and unless the log has each event under the plugin's name.
    pub(super) fn saw(&self, event: &Event) -> Result<()> {
        // The end of a plugin may be reported a moment after the call that it ended has returned.
        wait_until(&format!("the event {event:?} among {:?}", self.events), || self.has(event));
        let logged = capture::records_of(NAME, "plugix::events");
        let text = event.to_string();
        let found = logged.iter().any(|record| record.fields.get("message").is_some_and(|message| *message == text));
        ensure!(found, "{text} is not in the log: {logged:?}");
        Ok(())
    }

    fn has(&self, event: &Event) -> bool {
        self.events.lock().expect("no panic").contains(event)
    }

    pub(super) fn saw_denied(&self, operation: &'static str, target: impl Into<String>) -> Result<()> {
        self.saw(&Event::Denied { operation, target: target.into() })
    }

    pub(super) fn saw_limit(&self, limit: LimitKind, allowed: u64) -> Result<()> {
        self.saw(&Event::LimitReached { limit, allowed })
    }

    pub(super) fn saw_death(&self, cause: &Error) -> Result<()> {
        match cause {
            Error::Exited { code } => self.saw(&Event::Exited { code: *code }),
            other => self.saw(&Event::Died { cause: told(other) }),
        }
    }

    /// Whether anything was reported.
    pub(super) fn events(&self) -> Vec<Event> {
        self.events.lock().expect("no panic").clone()
    }
}
