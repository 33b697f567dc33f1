//! Makes a dump of a plugin that has ended, if its host wants one.

use super::quota::Quota;
use crate::dump::{Dumps, Frame, Memory, Remains, Thread, Ticket};
use crate::error::{Chain, DumpError, Error, MAX_FRAMES, StopReason, offset};
use crate::events::{Event, Events};
use crate::stop::{Stopper, Target};
use crate::sync::lock::lock;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::thread::Builder;
use wasm_encoder::{GlobalType, RefType, ValType};
use wasmer::{AsStoreMut as _, FrameInfo, RuntimeError, Store, Type};

/// How many threads are kept, and how many globals of each: both are the plugin's to choose.
const MAX_THREADS: usize = 256;
const MAX_GLOBALS: usize = 1024;

/// Finds where in its function each offset lies, in the module as its author has it. `None` for functions that the author
/// doesn't have. Finds nothing if the module isn't at hand.
type InFunctions = dyn Fn(&[u64]) -> Option<Vec<Option<u64>>> + Send + Sync;

/// What a host wants to know when its plugin has ended.
#[derive(Clone)]
pub(crate) struct Wanted {
    dumps: Dumps,
    module: String,
    in_functions: Arc<InFunctions>,
}

/// Waits for the end of one plugin.
pub(crate) struct PostMortem {
    stopper: Weak<Stopper>,
    state: Mutex<State>,
    case: Arc<Case>,
}

/// What is known of the plugin as long as it lives.
struct Case {
    wanted: Wanted,
    /// Keeps the memory.
    quota: Quota,
    events: Events,
    globals: Vec<GlobalType>,
}

#[derive(Default)]
struct State {
    /// Whether the plugin was told to end.
    ended: bool,
    /// The right to write a dump, once the plugin has ended. It is used once.
    ticket: Option<Result<Ticket, DumpError>>,
    /// In the order in which they ended.
    threads: Vec<Ended>,
}

/// A thread that has ended.
struct Ended {
    name: String,
    /// The index of each function, and an offset in the compiled module.
    frames: Vec<(u32, u64)>,
    globals: Vec<u128>,
}

impl Wanted {
    pub(crate) fn new(
        dumps: &Dumps,
        module: &str,
        in_functions: impl Fn(&[u64]) -> Option<Vec<Option<u64>>> + Send + Sync + 'static,
    ) -> Self {
        Self { dumps: dumps.clone(), module: module.to_owned(), in_functions: Arc::new(in_functions) }
    }
}

impl PostMortem {
    pub(super) fn new(
        wanted: &Wanted,
        stopper: &Arc<Stopper>,
        quota: &Quota,
        events: &Events,
        module: &wasmer::Module,
    ) -> Self {
        // Behind the author's globals are those of the rewriting.
        let globals = module.info().globals.values().take(MAX_GLOBALS).map(|global| global_type(global.ty)).collect();
        let case = Case { wanted: wanted.clone(), quota: quota.clone(), events: events.clone(), globals };
        Self { stopper: Arc::downgrade(stopper), state: Mutex::default(), case: Arc::new(case) }
    }

    /// Keeps where a thread was when an error ended its code. `thread` is `None` for the main thread. `store` is the
    /// thread's.
    #[cold]
    pub(super) fn record(&self, thread: Option<u32>, error: &RuntimeError, store: &mut Store) {
        let frame = |frame: &FrameInfo| (frame.func_index(), offset(frame));
        let frames = error.trace().iter().take(MAX_FRAMES).map(frame).collect();
        let mut globals = store.objects_mut().as_u128_globals();
        globals.truncate(MAX_GLOBALS);
        globals.shrink_to_fit();
        let name = thread.map_or_else(|| "main".to_owned(), |thread| format!("thread {thread}"));
        let mut state = lock(&self.state);
        if state.threads.len() < MAX_THREADS {
            state.threads.push(Ended { name, frames, globals });
        }
    }

    /// Has a dump written, if the plugin's end is one that is dumped. That is done once.
    pub(super) fn begin(&self) {
        let (ticket, threads) = {
            let mut state = lock(&self.state);
            let Some(ticket) = state.ticket.take() else { return };
            (ticket, std::mem::take(&mut state.threads))
        };
        let case = self.case.clone();
        let thread = Builder::new().name("plugix-dump".into());
        if let Err(source) = thread.spawn(move || case.close(ticket, &threads)) {
            self.case.tell_failure(&DumpError::Io { what: "start a thread".into(), source });
        }
    }
}

/// It comes before all targets that end the plugin's code, so that whoever sees the end can wait for the dump.
impl Target for PostMortem {
    fn kill(&self) {
        let mut state = lock(&self.state);
        let stopper = self.stopper.upgrade();
        let Some(cause) = stopper.as_ref().and_then(|stopper| stopper.cause()) else { return };
        if !std::mem::replace(&mut state.ended, true) && is_dumped(cause) {
            state.ticket = Some(self.case.wanted.dumps.admit());
        }
    }

    fn release(&self) {
        self.begin();
    }

    /// What doesn't end is what somebody may want to see most.
    fn give_up(&self) {
        self.begin();
    }
}

/// Whether an end is a fault of the plugin's, or takes the plugin by surprise.
fn is_dumped(cause: &Error) -> bool {
    match cause {
        Error::Stopped(reason) => *reason != StopReason::Unloaded,
        cause => matches!(cause, Error::Trap(_) | Error::Protocol { .. }),
    }
}

impl Case {
    /// Writes the dump, and says what has become of it.
    fn close(&self, ticket: Result<Ticket, DumpError>, threads: &[Ended]) {
        let ticket = match ticket {
            Ok(ticket) => ticket,
            Err(error) => return self.tell_failure(&error),
        };
        match self.write(&ticket, threads) {
            Ok(written) => self.events.report(written),
            Err(error) => self.tell_failure(&error),
        }
        // Now, because whoever has waited for the dump has had the event as well.
        drop(ticket);
    }

    fn write(&self, ticket: &Ticket, threads: &[Ended]) -> Result<Event, DumpError> {
        let Self { wanted, quota, events, globals } = self;
        let memory = quota.shared_memory();
        // A memory that isn't shared goes with its store.
        let lost = if memory.is_none() { quota.used() } else { 0 };
        let memory = memory.as_ref().map_or(&Nothing as &dyn Memory, |memory| memory);
        let (plugin, module) = (events.plugin(), &*wanted.module);
        let threads = &self.located(threads);
        let written = ticket.write(&Remains { plugin, module, threads, globals, memory })?;
        Ok(Event::Dumped { file: written.file, left_out: written.left_out + lost })
    }

    /// The threads with the functions that the module's author knows.
    fn located(&self, threads: &[Ended]) -> Vec<Thread> {
        let offsets: Vec<_> = threads.iter().flat_map(|thread| &thread.frames).map(|(_, offset)| *offset).collect();
        let found = (self.wanted.in_functions)(&offsets);
        let mut found = found.unwrap_or_else(|| vec![Some(0); offsets.len()]).into_iter();
        let mut frame = |(function, _): &(u32, u64)| {
            let offset = found.next().flatten()?;
            Some(Frame { function: *function, offset: u32::try_from(offset).unwrap_or(0) })
        };
        let mut located = |Ended { name, frames, globals }: &Ended| Thread {
            name: name.clone(),
            frames: frames.iter().filter_map(&mut frame).collect(),
            globals: globals.clone(),
        };
        threads.iter().map(&mut located).collect()
    }

    fn tell_failure(&self, error: &DumpError) {
        self.events.report(Event::NotDumped { cause: Chain(error).to_string() });
    }
}

/// No memory.
struct Nothing;

impl Memory for Nothing {
    fn size(&self) -> u64 {
        0
    }

    fn read(&self, _: u64, _: &mut [u8]) {}
}

fn global_type(ty: Type) -> GlobalType {
    let val_type = match ty {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
        Type::F32 => ValType::F32,
        Type::F64 => ValType::F64,
        Type::V128 => ValType::V128,
        Type::FuncRef => ValType::Ref(RefType::FUNCREF),
        Type::ExternRef | Type::ExceptionRef => ValType::Ref(RefType::EXTERNREF),
    };
    GlobalType { val_type, mutable: false, shared: false }
}

impl fmt::Debug for PostMortem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostMortem").field("dumps", &self.case.wanted.dumps).finish_non_exhaustive()
    }
}
