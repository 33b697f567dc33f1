//! The process of a plugin.

mod forward;
mod serve;
mod speech;
mod talking;
mod wall;

use super::wire::{self, ARGUMENT, Ask, Begin, NotStarted, Received, Tell};
use crate::code::{Artifact, confine};
use crate::engine::Engine;
use crate::error::LoadError;
use crate::module::Module;
use crate::plugin::{Plugin, Sharing, Signal};
use crate::policy::Policy;
use forward::Forwarded;
use plugix_shared::Segment;
use plugix_wall::die_with_parent;
use serve::Served;
use speech::Speech;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// The longest message of the host, in bytes. Most of it is the configuration.
const LONGEST: usize = 1 << 30;

/// Runs a plugin and ends, if a host has started this process for that. Otherwise does nothing.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
pub(crate) unsafe fn run_if_asked() {
    // SAFETY: the caller's promise is passed on.
    unsafe { confine::serve_if_asked(ARGUMENT, run) };
}

/// What came with the first message.
struct Descriptors {
    segment: Segment,
    artifact: File,
    stdin: Option<OwnedFd>,
}

fn run() -> io::Result<()> {
    // The host's socket is standard input.
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let Some(Received { message: begin, descriptors }) = wire::receive::<Begin>(&socket, LONGEST)? else {
        return Ok(());
    };
    if begin.plugix != env!("CARGO_PKG_VERSION") {
        return Err(io::Error::other(format!(
            "this is Plugix {}, and the host is {}",
            env!("CARGO_PKG_VERSION"),
            begin.plugix
        )));
    }
    let missing = || io::Error::other("a descriptor is missing");
    let mut descriptors = descriptors.into_iter();
    let segment = Segment::open(descriptors.next().ok_or_else(missing)?)?;
    let artifact = File::from(descriptors.next().ok_or_else(missing)?);
    let descriptors = Descriptors { segment, artifact, stdin: descriptors.next() };
    die_with_parent(begin.parent)?;
    let speech = Speech::new(socket.try_clone()?);
    match start(begin, descriptors, &speech) {
        Ok((served, lacks)) => {
            speech.say(&Tell::Started { metadata: Box::new(served.metadata().clone()), lacks });
            served.begin()?;
            listen(&socket, &served, &speech)
        }
        Err(error) => {
            speech.say(&Tell::NotStarted(NotStarted::from(&error)));
            Ok(())
        }
    }
}

fn start(begin: Begin, from: Descriptors, speech: &Speech) -> Result<(Served, Vec<String>), LoadError> {
    let Begin { name, policy, config, provides, workers, backtraces, required, memory, .. } = begin;
    let mut policy = Policy::from(policy);
    let enclosed = wall::enclose(&policy, memory, required)?;
    let engine = Engine::new()?;
    let artifact = Artifact::read(&from.artifact)?;
    // SAFETY: the host has made the artifact, and nobody can change it.
    let module = unsafe { engine.load_artifact(&artifact) }?;
    if let Some(stdin) = from.stdin {
        policy = policy.stdin_of(stdin);
    }
    let printed = speech.clone();
    policy = policy.pass_output(move |stream, bytes| printed.print(stream, bytes));
    let forwarded = Forwarded::new(from.segment.clone(), workers, speech.clone());
    // All that is loaded is there. What follows is the plugin's code.
    let lacks = wall::seal(enclosed)?;
    let plugin = plugin(&module, name, policy, config, (&forwarded, &provides, backtraces), speech)?;
    let served = Served::new(plugin, &Sharing::new().workers(workers), from.segment, &forwarded);
    Ok((served.map_err(LoadError::Start)?, lacks))
}

fn plugin(
    module: &Module,
    name: String,
    policy: Policy,
    config: Vec<u8>,
    (forwarded, provides, backtraces): (&Arc<Forwarded>, &[Vec<bool>], bool),
    speech: &Speech,
) -> Result<Plugin, LoadError> {
    let heard = speech.clone();
    let builder = Plugin::builder(module).name(name).policy(policy).on_event(move |_, event| heard.tell_event(event));
    let functions = forwarded.functions(module.info(), provides);
    let stopper = builder.cancel_handle().0;
    speech.watch(stopper);
    builder.backtraces(backtraces).prepare_for(functions, config).start()
}

/// Does what the host asks, until the host lets the socket go.
fn listen(socket: &UnixStream, served: &Served, speech: &Speech) -> io::Result<()> {
    while let Some(asked) = wire::receive::<Ask>(socket, LONGEST)? {
        match asked.message {
            Ask::Usage { number } => speech.say(&Tell::Usage { number, usage: Box::new(served.usage()) }),
            Ask::Signal { number } => {
                if let Some(signal) = Signal::of_number(number) {
                    served.signal(signal);
                }
            }
        }
    }
    Ok(())
}
