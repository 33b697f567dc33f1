//! Panics are errors that tell where; the plugin goes on.

use anyhow::{Context, Result, bail};
use plugix_e2e::{call, failure, plugin};
use plugix_host::abi::PanicReport;
use plugix_host::{Error, Plugin, Policy};

const SOURCE: &str = include_str!("../guests/panics/src/lib.rs");

fn panics() -> Plugin {
    plugin("panics", &Policy::new())
}

fn report(plugin: &Plugin, method: &str, args: &str) -> Result<PanicReport> {
    match failure(plugin, method, args)? {
        Error::Panic(panic) => Ok(panic.report),
        other => bail!("{method}: {other:?}"),
    }
}

/// The line of the plugin's source that has this text.
fn line_of(text: &str) -> Result<u32> {
    let line = SOURCE.lines().position(|line| line.contains(text)).with_context(|| format!("no line has {text}"))?;
    Ok(u32::try_from(line)? + 1)
}

#[test]
fn a_panic_tells_what_and_where() -> Result<()> {
    let plugin = panics();
    let report = report(&plugin, "panic", "luck")?;
    assert_eq!((report.message.as_str(), report.line), ("out of luck", line_of("out of {}")?));
    assert!(report.file.ends_with("panics/src/lib.rs") && report.column > 0, "{report:?}");
    let stderr = String::from_utf8(plugin.take_output().stderr)?;
    assert!(stderr.contains("out of luck"), "{stderr}");
    Ok(())
}

#[test]
fn the_plugin_goes_on_after_a_panic() -> Result<()> {
    let plugin = panics();
    for times in 1..=100 {
        assert_eq!(report(&plugin, "panic", &times.to_string())?.message, format!("out of {times}"));
        // What the call had on its stack was dropped.
        assert_eq!(call(&plugin, "dropped", "")?, times.to_string());
    }
    Ok(())
}

#[test]
fn panics_of_the_languages_own() -> Result<()> {
    let report = report(&panics(), "index", "abc")?;
    assert_eq!(report.message, "index out of bounds: the len is 3 but the index is 3");
    assert_eq!(report.line, line_of("at[at.len()]")?);
    Ok(())
}

#[test]
fn a_payload_that_is_no_text() -> Result<()> {
    let report = report(&panics(), "panic_with_a_number", "")?;
    assert_eq!((report.message.as_str(), report.line), ("", line_of("panic_any(42)")?));
    Ok(())
}

#[test]
fn the_plugin_can_catch_its_panics() -> Result<()> {
    let plugin = panics();
    assert_eq!(call(&plugin, "catch", "")?, "caught");
    assert_eq!(call(&plugin, "join", "")?, "in a thread");
    assert_eq!(call(&plugin, "catch", "")?, "caught");
    Ok(())
}

#[test]
fn a_panic_about_a_thread_is_the_callers() -> Result<()> {
    let plugin = panics();
    let report = report(&plugin, "panic_for_a_thread", "")?;
    assert!(report.message.starts_with("the thread is well"), "{report:?}");
    let stderr = String::from_utf8(plugin.take_output().stderr)?;
    assert!(stderr.contains("unlucky") && stderr.contains("in a thread"), "{stderr}");
    Ok(())
}

#[test]
fn a_lock_that_was_held_is_poisoned() -> Result<()> {
    let plugin = panics();
    assert_eq!(call(&plugin, "is_poisoned", "")?, "false");
    assert_eq!(report(&plugin, "poison", "")?.message, "with the lock");
    assert_eq!(call(&plugin, "is_poisoned", "")?, "true");
    Ok(())
}
