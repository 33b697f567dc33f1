//! Why a plugin didn't start, or a call failed, in the words of whoever typed the command.

use super::Args;
use crate::exit::{self, PLUGIN, RETURNED};
use crate::{advice, fake, load, text};
use anyhow::anyhow;
use plugix_host::error::{CallError, InterfaceError, LoadError, StackFrame};
use plugix_host::module::ModuleInfo;
use plugix_host::{Error, Module};
use serde_json::Value;

/// How a plugin exits that aborts, as when it finds no memory.
const ABORTED: i32 = 134;

/// What a trap says first whose stack is full.
const STACK_OVERFLOW: &str = "stack overflow";

/// Says where a configuration came from that doesn't fit, and what is wanted.
pub(super) fn not_started(args: &Args, module: &Module, has_config: bool, error: LoadError) -> anyhow::Error {
    let wanted = module.info().plugin.as_ref().map(|plugin| plugin.config.to_string());
    match (error, wanted) {
        (LoadError::Configuration { .. }, Some(wanted)) if !has_config => anyhow!(
            "this plugin is configured with {wanted}, and got nothing: give it `--config 'JSON'`, or `[config]` in plugix.toml"
        ),
        (LoadError::Configuration { problem }, _) if args.config.is_some() => anyhow!("--config: {problem}"),
        (LoadError::Configuration { problem }, _) => anyhow!("[config] of the policy: {problem}"),
        (LoadError::Interface(InterfaceError::NotProvided { interface, .. }), _) => {
            anyhow!(fake::advice(args.fake.as_deref(), module.info(), &interface))
        }
        (LoadError::Start(error), _) => {
            let more = more(args, &error);
            exit::with(PLUGIN, anyhow!("{:#}{more}", anyhow!(LoadError::Start(error))))
        }
        (error, _) => load::failed(&args.module, error),
    }
}

/// Says why a call has no result. `out_of_memory` is the limit of memory that was reached.
pub(super) fn of_call(
    args: &Args,
    info: &ModuleInfo,
    method: &str,
    out_of_memory: Option<u64>,
    error: CallError<Value>,
) -> anyhow::Error {
    let error = match error {
        CallError::Returned(error) => return exit::with(RETURNED, anyhow!("`{method}` returned an error: {error:#}")),
        CallError::Failed(error) => error,
    };
    if let Some(advice) = advice::method(info, method, &error) {
        return anyhow!(advice);
    }
    match (&error, out_of_memory) {
        (Error::Exited { code: ABORTED }, Some(allowed)) => {
            let allowed = text::size(allowed);
            let advice = "`limits.memory` in plugix.toml allows more";
            exit::with(PLUGIN, anyhow!("the plugin aborted: it is out of its {allowed} of memory; {advice}"))
        }
        _ if matches!(error, Error::Panic(_)) || error.is_fatal() => {
            let more = more(args, &error);
            exit::with(PLUGIN, anyhow!("{:#}{more}", anyhow!(error)))
        }
        _ => error.into(),
    }
}

/// What there is to add: the plugin's functions, and how a stack is made larger.
fn more(args: &Args, error: &Error) -> String {
    let mut more = String::new();
    let (frames, message) = match error {
        Error::Trap(trap) => (&*trap.frames, &*trap.message),
        // They are part of its text.
        Error::Panic(_) => (&[][..], ""),
        Error::Dead(cause) => return self::more(args, cause),
        _ => (&[][..], ""),
    };
    if message.starts_with(STACK_OVERFLOW) {
        more.push_str(
            "\n  calls are nested too deep, or have too much on the stack. Recursion that ends needs a larger one: \
             `std::thread::Builder::stack_size` in the plugin, and `limits.stack` in plugix.toml (1 MiB without it)",
        );
    }
    match (args.backtrace, frames) {
        (true, frames) => more.push_str(&shown(frames)),
        (false, [_, _, ..]) => more.push_str("\n  `--backtrace` shows the functions that called it"),
        _ => {}
    }
    more
}

/// How many functions of each end of a backtrace are shown: a recursion has very many.
const SHOWN: usize = 20;

fn shown(frames: &[StackFrame]) -> String {
    let line = |frame: &StackFrame| format!("\n  in {}", text::printable(&frame.to_string()));
    match frames.len().checked_sub(2 * SHOWN) {
        None | Some(0) => frames.iter().map(line).collect(),
        Some(left_out) => {
            let first = frames[..SHOWN].iter().map(line);
            let last = frames[SHOWN + left_out..].iter().map(line);
            first.chain([format!("\n  … {left_out} more …")]).chain(last).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_long_backtrace_are_shown() {
        let frame =
            |index: u64| StackFrame { function: format!("f{index}"), offset: index, location: None, inlined: false };
        let frames: Vec<_> = (0..100).map(frame).collect();
        let lines = shown(&frames);
        assert_eq!(lines.lines().count(), 1 + 2 * SHOWN + 1);
        assert!(lines.starts_with("\n  in f0 at 0x0\n") && lines.ends_with("\n  in f99 at 0x63"), "{lines}");
        assert!(lines.contains("\n  in f19 at 0x13\n  … 60 more …\n  in f80 at 0x50\n"), "{lines}");
        assert_eq!(shown(&frames[..1]), "\n  in f0 at 0x0");
    }
}
