//! Files and lines in traps and panics, inlined functions included.

use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, engine, failure, guest_path};
use plugix_host::error::StackFrame;
use plugix_host::{Error, Module, Plugin};
use plugix_module::debug::strip;

const SOURCE: &str = include_str!("../guests/lines/src/lib.rs");

/// The number of the line that has this comment.
fn line(comment: &str) -> u32 {
    1 + SOURCE.lines().position(|line| line.contains(comment)).expect("the line is there") as u32
}

fn start(module: &Module) -> Result<Plugin> {
    Ok(Plugin::builder(module).backtraces(true).start()?)
}

fn trap(module: &Module, method: &str) -> Result<Vec<StackFrame>> {
    match failure(&start(module)?, method, "")? {
        Error::Trap(trap) => Ok(trap.frames),
        Error::Dead(cause) => match *cause {
            Error::Trap(trap) => Ok(trap.frames),
            other => Err(other.into()),
        },
        other => Err(other.into()),
    }
}

/// The two innermost functions: one of them was put into the other.
fn check(frames: &[StackFrame]) -> Result<()> {
    let at = frames.iter().position(|frame| frame.function.ends_with("stops_here")).context(format!("{frames:?}"))?;
    let [inner, outer] = [&frames[at], &frames[at + 1]];
    let (inner_at, outer_at) = (inner.location.as_ref().context("a line")?, outer.location.as_ref().context("a line")?);
    assert!(inner.inlined && !outer.inlined && outer.function.ends_with("goes_on"), "{frames:?}");
    assert!(inner_at.file.ends_with("lines/src/lib.rs") && outer_at.file == inner_at.file, "{frames:?}");
    assert_eq!(
        (inner_at.line, outer_at.line),
        (line("the line of the trap"), line("the line of the call")),
        "{frames:?}"
    );
    assert_eq!(inner.offset, outer.offset);
    assert!(inner.to_string().contains(&format!("lib.rs:{})", inner_at.line)), "{inner}");
    Ok(())
}

#[test]
fn a_trap_has_its_line_and_those_of_its_callers() -> Result<()> {
    let module = engine().load_file(guest_path("lines"))?;
    check(&trap(&module, "trap")?)?;
    check(&trap(&module, "trap_on_a_thread")?)?;
    // Nothing is looked for unless it is wanted.
    let plugin = Plugin::new(&module, &plugix_host::Policy::new())?;
    assert_matches!(failure(&plugin, "trap", "")?, Error::Trap(trap) if trap.frames.iter().all(|frame| frame.location.is_none()));
    Ok(())
}

#[test]
fn a_panics_backtrace_has_lines() -> Result<()> {
    let module = engine().load_file(guest_path("lines"))?;
    let plugin = start(&module)?;
    let Error::Panic(panic) = failure(&plugin, "panic", "abc")? else { anyhow::bail!("it panics") };
    let own = panic.frames.iter().find(|frame| frame.function.ends_with("panics_below")).context("the function")?;
    assert_eq!(own.location.as_ref().context("its line")?.line, line("the line of the panic"));
    assert!(panic.to_string().contains("panics_below ("), "{panic}");
    Ok(())
}

#[test]
fn lines_are_found_beside_the_module() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let whole = std::fs::read(guest_path("lines"))?;
    let stripped = strip(&whole)?;
    assert!(stripped.len() < whole.len());
    let path = folder.path().join("lines.wasm");
    std::fs::write(&path, &stripped)?;
    let module = engine().load_file(&path)?;
    assert!(trap(&module, "trap")?.iter().all(|frame| frame.location.is_none()));
    std::fs::write(folder.path().join("lines.debug.wasm"), &whole)?;
    check(&trap(&module, "trap")?)?;
    // Those of another module are refused.
    std::fs::copy(guest_path("threads"), folder.path().join("lines.debug.wasm"))?;
    assert!(trap(&module, "trap")?.iter().all(|frame| frame.location.is_none()));
    // A compiled module is told where its own is.
    let artifact = module.to_artifact()?;
    // SAFETY: this process has just made it.
    let compiled = unsafe { engine().load_artifact(&artifact) }?;
    assert!(trap(&compiled, "trap")?.iter().all(|frame| frame.location.is_none()));
    compiled.set_debug_file(guest_path("lines"));
    check(&trap(&compiled, "trap")?)
}

/// A plugin's debug information is as much of an allegation as all of it: a trap stays a trap.
#[test]
fn hostile_debug_information_leaves_traps_as_they_are() -> Result<()> {
    let whole = std::fs::read(guest_path("lines"))?;
    let info = whole.windows(11).position(|bytes| bytes == b".debug_info").context("it has some")? + 11;
    for step in 0..12 {
        let mut hostile = whole.clone();
        for byte in hostile[info + step * 7..].iter_mut().take(2000).step_by(13 + step) {
            *byte = byte.wrapping_mul(31).wrapping_add(step as u8);
        }
        let Ok(module) = engine().load(hostile) else { continue };
        let frames = trap(&module, "trap")?;
        assert!(frames.iter().any(|frame| frame.function.ends_with("goes_on")), "{frames:?}");
    }
    Ok(())
}
