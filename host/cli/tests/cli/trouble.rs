//! A plugin in trouble: what it is denied, where it panics and overflows, and what it took.

use crate::author::{begin, build};
use crate::{Outcome, Plugix};
use anyhow::{Context as _, Result};

/// A plugin that does what is asked, however unwise.
const UNWISE: &str = r#"//! Does what is asked.
use plugix_guest::{Plugin, plugin};
use std::fs;
use std::hint::black_box;
use unwise_interface::{GreetError, Greets};

struct Unwise;

#[plugin(description = "Does what is asked")]
impl Plugin for Unwise {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self)
    }
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    if black_box(true) { deeper(depth + 1) + here[3] } else { depth }
}

#[inline(never)]
fn fails(text: &str) {
    panic!("it can't be {text}")
}

#[plugin]
impl Greets for Unwise {
    fn greet(&self, what: &str) -> Result<String, GreetError> {
        match what.split_once(' ') {
            Some(("read", path)) => return Ok(fs::read_to_string(path).unwrap_or_else(|error| error.to_string())),
            Some(("write", path)) => return Ok(fs::write(path, "new").err().map(|error| error.to_string()).unwrap_or_default()),
            Some(("panic", text)) => fails(text),
            Some(("recurse", _)) => return Ok(deeper(0).to_string()),
            _ => {}
        }
        Ok(what.to_owned())
    }

    fn greet_all(&self, names: Vec<String>) -> Result<Vec<String>, GreetError> {
        Ok(names)
    }
}
"#;

#[test]
fn trouble_is_told_with_the_way_out() -> Result<()> {
    let plugix = Plugix::new()?;
    begin(&plugix, "unwise", "plain")?;
    plugix.write("unwise/plugin/src/lib.rs", UNWISE)?;
    let module = build(&plugix, "unwise")?;
    let run = |what: &str, arguments: &[&str]| -> Result<Outcome> {
        plugix.run(&[&["run", &module, "greet", &format!("[{what:?}]")], arguments].concat())
    };
    denials(&plugix, &run)?;
    failures(&run)?;

    let timed = run("hello", &["--time"])?;
    let parts = ["time: start ", ", call ", ", processor ", ", memory ", " at its height\n"];
    assert!(parts.iter().all(|part| timed.stderr.contains(part)), "{}", timed.stderr);
    assert_eq!(timed.succeeded(), "\"hello\"\n");

    let listed = plugix.run(&["run", &module])?.failed();
    let expected = "error: name a method:\n\nGreets 1.0.0\n  Greets people.\n  \
        greet(name: &str) -> Result<String, GreetError>\n      A greeting for somebody.\n";
    assert!(listed.starts_with(expected), "{listed}");

    let page = plugix.run(&["inspect", &module, "--sizes"])?.succeeded();
    for expected in ["name         unwise 0.1.0\n", "does         Does what is asked\n", "\nsize by crate\n", "  std\n"]
    {
        assert!(page.contains(expected), "{page}");
    }
    let described = plugix.run(&["inspect", &module, "--sizes", "--json"])?.succeeded();
    let described: serde_json::Value = serde_json::from_str(&described)?;
    assert_eq!(described["about"]["version"], "0.1.0");
    let functions = described["sizes"]["functions"].as_array().context("functions have sizes")?;
    let has = |name: &str| functions.iter().any(|function| function["name"].as_str() == Some(name));
    assert!(has("unwise::deeper") && functions.len() > 100, "{}", functions.len());
    Ok(())
}

fn denials(plugix: &Plugix, run: &impl Fn(&str, &[&str]) -> Result<Outcome>) -> Result<()> {
    let denied = run("read /etc/passwd", &[])?;
    let expected = "the plugin may not open \"/etc/passwd\"; plugix.toml allows it with\n    [[mounts]]\n    \
        host = \"/etc\" # or any folder of yours\n    guest = \"/etc\"\n    access = \"read-only\"\n";
    assert_eq!(denied.stderr, expected);
    assert!(denied.succeeded().contains("No such file or directory"));

    plugix.write("data/file", "as it was")?;
    plugix.write("policy.toml", "[[mounts]]\nhost = \"data\"\nguest = \"/data\"\n")?;
    let denied = run("write /data/file", &["--policy", "policy.toml"])?;
    let expected = "the plugin may not create or write \"/data/file\"; plugix.toml allows it with\n    \
        access = \"read-write\" # of the mount \"/data\"\n";
    assert_eq!(denied.stderr, expected);
    plugix.write("policy.toml", "[[mounts]]\nhost = \"data\"\nguest = \"/data\"\naccess = \"read-write\"\n")?;
    assert_eq!(run("write /data/file", &["--policy", "policy.toml"])?.stderr, "");
    assert_eq!(std::fs::read_to_string(plugix.file("data/file"))?, "new");
    Ok(())
}

fn failures(run: &impl Fn(&str, &[&str]) -> Result<Outcome>) -> Result<()> {
    let panicked = run("panic so", &[])?.failed_with(4);
    assert!(panicked.contains("panicked in `Greets/greet`: it can't be so at "), "{panicked}");
    let panicked = run("panic so", &["--backtrace"])?.failed_with(4);
    let place = panicked.lines().find(|line| line.starts_with("  in unwise::fails (")).unwrap_or_default();
    assert!(place.ends_with("plugin/src/lib.rs:26)"), "{panicked}");

    let overflowed = run("recurse without end", &[])?.failed_with(4);
    for expected in [
        "trapped in `Greets/greet`: stack overflow",
        "std::thread::Builder::stack_size",
        "limits.stack",
        "`--backtrace` shows",
    ] {
        assert!(overflowed.contains(expected), "{overflowed}");
    }
    let overflowed = run("recurse without end", &["--backtrace"])?.failed_with(4);
    assert!(overflowed.contains("\n  in unwise::deeper ") && overflowed.contains(" more …\n"), "{overflowed}");
    Ok(())
}
