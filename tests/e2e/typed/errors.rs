//! A method's own errors, and panics.

use super::store::TestStore;
use super::{builder, typed};
use anyhow::{Context, Result, bail};
use plugix_e2e::{assert_matches, told};
use plugix_e2e_contract::typed::{DivideError, Typed};
use plugix_host::Error;
use plugix_host::error::{CallError, Panic};

const SOURCE: &str = include_str!("../../guests/typed/src/lib.rs");

fn panic_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Result<Panic> {
    match outcome {
        Err(Error::Panic(panic)) => Ok(*panic),
        other => bail!("no panic, but {other:?}"),
    }
}

#[test]
fn a_methods_own_errors_have_their_type() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    assert_matches!(client.divide(7, -2), Ok(-3));
    assert_matches!(client.divide(7, 0), Err(CallError::Returned(DivideError::ByZero)));
    let overflow = client.divide(i64::MIN, -1);
    assert_matches!(overflow, Err(CallError::Returned(DivideError::Overflow { dividend: i64::MIN })));
    Ok(())
}

#[test]
fn a_panic_tells_what_and_where_and_the_plugin_goes_on() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    let panic = panic_of(client.panic("äh"))?;
    let line = SOURCE.lines().position(|line| line.contains("panic!(\"{message}\")")).context("the line")? + 1;
    assert_eq!((panic.report.message.as_str(), panic.report.line as usize), ("äh", line));
    assert!(panic.report.file.ends_with("typed/src/lib.rs"), "{panic:?}");
    assert_eq!(panic.frames, [], "no backtrace was asked for");
    let text = told(&Error::Panic(Box::new(panic)));
    assert!(
        text.starts_with(&format!("the plugin `{}` panicked in `Typed/panic`: äh at ", plugin.module().name())),
        "{text}"
    );
    assert_matches!(client.divide(7, 1), Ok(7));
    Ok(())
}

#[test]
fn a_lock_that_was_held_is_poisoned() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    assert!(!client.poison(false)?);
    assert_eq!(panic_of(client.poison(true))?.report.message, "poisoned on purpose");
    assert!(client.poison(false)?);
    Ok(())
}

#[test]
fn backtraces_name_the_methods() -> Result<()> {
    let plugin = builder(&TestStore::default()).backtraces(true).start()?;
    let client = plugin.bind::<dyn Typed>()?;
    let panic = panic_of(client.panic("at once"))?;
    let names: Vec<_> = panic.frames.iter().map(|frame| frame.function.as_str()).collect();
    assert!(names.iter().any(|name| name.contains("Typed") && name.contains("panic")), "{names:#?}");
    // A stack is that of its own panic.
    let again = panic_of(client.poison(true))?;
    assert!(again.frames.iter().any(|frame| frame.function.contains("poison")), "{again}");
    Ok(())
}
