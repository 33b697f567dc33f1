//! What a profile has found, with names.

use super::Origin;
use super::sampler::{Sampled, Stack, ThreadName};
use crate::error::{StackFrame, Symbols, stack_frame};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::PoisonError;
use std::time::Duration;
use wasmer_compiler::FRAME_INFO;

/// Where processor time went, by thread and function.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// For how long the samples were taken.
    pub duration: Duration,
    /// How many samples found the module's code, or what it had called.
    pub samples: u64,
    /// The stacks that were found, those with the most time first.
    pub stacks: Vec<ProfileStack>,
    /// The processor time of stacks that found no room: more than 65,536 different ones are not kept.
    pub other: Duration,
}

/// One of a thread's stacks, and the time that the thread computed there.
#[derive(Clone, Debug)]
pub struct ProfileStack {
    /// The thread: `thread N` for a plugin's own, and `calls on NAME` for one of the host's that calls the plugin.
    pub thread: String,
    /// The plugin's functions, innermost first; 128 at most, the innermost. The offset is that of a sample.
    pub frames: Vec<StackFrame>,
    /// What the innermost function had called: `[system] NAME` for a system call, `[host] NAME` for a host function,
    /// `[engine]` for the engine's own code. `None` if the function itself was running.
    pub host: Option<String>,
    /// How long the thread computed there.
    pub time: Duration,
}

impl Profile {
    pub(super) fn new(sampled: Sampled, duration: Duration, symbols: &Symbols) -> Self {
        let Sampled { threads, stacks, other, samples } = sampled;
        let threads = names(&threads);
        let frames = resolve(stacks.keys().flat_map(|stack| &*stack.addresses).copied().collect(), symbols);
        let stack = |(stack, time): (Stack, u64)| ProfileStack {
            thread: threads[stack.thread].clone(),
            frames: stack.addresses.iter().filter_map(|address| frames.get(address)).flatten().cloned().collect(),
            host: stack.host.map(|(origin, name)| match origin {
                Origin::System => format!("[system] {name}"),
                Origin::Host => format!("[host] {name}"),
                Origin::Engine => "[engine]".to_owned(),
            }),
            time: Duration::from_nanos(time),
        };
        let mut stacks: Vec<_> = stacks.into_iter().map(stack).filter(|stack| !stack.frames.is_empty()).collect();
        stacks.sort_by_key(|stack| std::cmp::Reverse(stack.time));
        Self { duration, samples, stacks, other: Duration::from_nanos(other) }
    }

    /// The processor time that was found.
    pub fn time(&self) -> Duration {
        self.stacks.iter().map(|stack| stack.time).sum::<Duration>() + self.other
    }

    /// The profile as text that tools for flame graphs read: a line for each stack, with the thread, the functions from
    /// the outermost to the innermost with their files, the line where that is known, and the microseconds.
    pub fn folded(&self) -> String {
        let mut lines: BTreeMap<String, u128> = BTreeMap::new();
        for stack in &self.stacks {
            let frames = stack.frames.iter().rev().map(label);
            let inner = stack.frames.first().and_then(line).into_iter().chain(stack.host.clone());
            let all: Vec<_> = [stack.thread.clone()].into_iter().chain(frames).chain(inner).collect();
            let line: Vec<_> = all.iter().map(|name| printable(name)).collect();
            *lines.entry(line.join(";")).or_default() += stack.time.as_nanos();
        }
        let mut text = String::new();
        for (line, time) in lines {
            // Less than one is as much as nothing to those tools.
            let _ = writeln!(text, "{line} {}", time.div_ceil(1000));
        }
        text
    }

    /// The profile as a picture in SVG that a browser shows.
    ///
    /// # Errors
    /// If there is nothing to show.
    #[cfg(feature = "flamegraph")]
    pub fn flame_graph(&self, title: &str) -> std::io::Result<Vec<u8>> {
        let mut options = inferno::flamegraph::Options::default();
        options.title = title.to_owned();
        options.count_name = "µs".to_owned();
        let folded = self.folded();
        let mut svg = Vec::new();
        inferno::flamegraph::from_lines(&mut options, folded.lines(), &mut svg)?;
        Ok(svg)
    }
}

/// A function in a line, with its file.
fn label(frame: &StackFrame) -> String {
    match &frame.location {
        Some(location) => format!("{} ({})", frame.function, location.file),
        None => frame.function.clone(),
    }
}

/// Which of the innermost function's lines it was.
fn line(frame: &StackFrame) -> Option<String> {
    frame.location.as_ref().map(|location| format!("line {}", location.line))
}

/// A name that means nothing to those who read lines.
fn printable(name: &str) -> String {
    name.chars().map(|char| if char == ';' || char.is_control() { '_' } else { char }).collect()
}

/// The names of threads, each different from the others.
fn names(threads: &[ThreadName]) -> Vec<String> {
    let mut owners = Vec::new();
    let mut taken: HashMap<String, u32> = HashMap::new();
    let name = |thread: &ThreadName| {
        let name = match thread {
            ThreadName::Guest { owner, tid } => {
                let of = owners.iter().position(|known| known == owner).unwrap_or_else(|| {
                    owners.push(*owner);
                    owners.len() - 1
                });
                if of == 0 { format!("thread {tid}") } else { format!("thread {tid} of instance {}", of + 1) }
            }
            ThreadName::Host(_, name) => format!("calls on {name}"),
        };
        let count = taken.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} #{count}") }
    };
    threads.iter().map(name).collect()
}

/// The functions at each address, innermost first.
fn resolve(addresses: HashSet<usize>, symbols: &Symbols) -> HashMap<usize, Vec<StackFrame>> {
    let all = FRAME_INFO.read().unwrap_or_else(PoisonError::into_inner);
    let known = addresses.iter().filter_map(|address| Some((*address, stack_frame(&all.lookup_frame_info(*address)?))));
    let (addresses, frames): (Vec<_>, Vec<_>) = known.unzip();
    drop(all);
    addresses.into_iter().zip(symbols.resolve_each(frames)).collect()
}
