//! A folder of modules that is watched. What is told has been read once, and its bytes come along.

mod observer;

use crate::folder::{Folder, chain};
use crate::signature::Signatures;
use crate::{Module, StoreError};
use notify::event::{EventKind, RemoveKind};
use notify::{Event, RecursiveMode, Watcher as _};
use observer::Observer;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A module that came into a folder, or took the place of another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Arrived {
    /// The file that it was read from. It may hold something else by now.
    pub file: PathBuf,
    /// What the module says of itself.
    pub module: Module,
    /// The module's bytes: what `module.hash` is the hash of.
    pub bytes: Arc<[u8]>,
    /// The signatures that were beside it.
    pub signatures: Signatures,
}

/// What happened in a folder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// A module is there, to begin with or anew.
    Arrived(Arrived),
    /// A file stays what is no module.
    Broken {
        /// The file.
        file: PathBuf,
        /// Why it is no module.
        reason: String,
    },
    /// A file is there no more.
    Gone {
        /// The file.
        file: PathBuf,
    },
    /// The folder can't be watched any more.
    Failed {
        /// The reason.
        reason: String,
    },
}

/// How long a folder's files are let alone.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Patience {
    /// A file is read when it hasn't changed for this long; 100 ms by default.
    pub quiet: Duration,
    /// A file that is no module is told of when it stays so for this long; 2 s by default.
    pub broken: Duration,
}

/// Watches a folder until it is dropped.
#[derive(Debug)]
pub struct Watch {
    stop: Sender<News>,
    thread: Option<JoinHandle<()>>,
}

enum News {
    Event(notify::Result<Event>),
    Stop,
}

impl Default for Patience {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(100), broken: Duration::from_secs(2) }
    }
}

impl Patience {
    /// Sets how long a file is let alone before it is read.
    #[must_use]
    pub fn quiet(mut self, quiet: Duration) -> Self {
        self.quiet = quiet;
        self
    }

    /// Sets how long a file may be no module before that is told.
    #[must_use]
    pub fn broken(mut self, broken: Duration) -> Self {
        self.broken = broken;
        self
    }
}

impl Folder {
    /// Watches the folder. First come the modules that are there, then what changes. `on_change` is called on a thread of
    /// the watch.
    ///
    /// # Errors
    /// [`StoreError::Watch`] if the system doesn't watch the folder, [`StoreError::Disk`] if it can't be listed.
    pub fn watch(
        self,
        patience: Patience,
        on_change: impl FnMut(Change) + Send + 'static,
    ) -> Result<Watch, StoreError> {
        let root = self.path().to_owned();
        let failed = |reason| StoreError::Watch { folder: root.clone(), reason };
        let (sender, news) = mpsc::channel();
        let events = sender.clone();
        // After the end of the thread nobody listens.
        let mut watcher =
            notify::recommended_watcher(move |event| drop(events.send(News::Event(event)))).map_err(failed)?;
        watcher.watch(&root, RecursiveMode::NonRecursive).map_err(failed)?;
        let files = self.files()?;
        let mut observer = Observer::new(self, patience);
        files.iter().for_each(|file| observer.begin(file, Instant::now()));
        let run = move || {
            let _watcher = watcher;
            run(&mut observer, &news, on_change);
        };
        let thread = thread::Builder::new().name("plugix-watch".to_owned()).spawn(run);
        let thread = thread.map_err(StoreError::disk("start a thread that watches", &root))?;
        Ok(Watch { stop: sender, thread: Some(thread) })
    }
}

fn run(observer: &mut Observer, news: &mpsc::Receiver<News>, mut on_change: impl FnMut(Change)) {
    loop {
        observer.advance(Instant::now(), &mut on_change);
        let next = match observer.next() {
            Some(next) => news.recv_timeout(next.saturating_duration_since(Instant::now())),
            None => news.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let event = match next {
            Ok(News::Event(event)) => event,
            Err(RecvTimeoutError::Timeout) => continue,
            Ok(News::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        };
        match event {
            Ok(event) if is_end(&event, observer) => {
                return on_change(Change::Failed { reason: "the folder is there no more".to_owned() });
            }
            Ok(event) => {
                // Some events were lost.
                if event.need_rescan() {
                    observer.touch_all(Instant::now());
                }
                if !matches!(event.kind, EventKind::Access(_)) {
                    event.paths.iter().for_each(|path| observer.touch(path, Instant::now()));
                }
            }
            Err(error) => return on_change(Change::Failed { reason: chain(&error) }),
        }
    }
}

/// Whether the folder itself went away.
fn is_end(event: &Event, observer: &Observer) -> bool {
    let gone = matches!(event.kind, EventKind::Remove(RemoveKind::Folder | RemoveKind::Any | RemoveKind::Other));
    gone && event.paths.iter().any(|path| path == observer.root())
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.stop.send(News::Stop);
        // Whoever drops it within its own callback doesn't wait for the callback's end.
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}
