//! What a plugin sees of its surroundings: what its policy says, and no more.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::Policy;
use std::thread::available_parallelism;

#[test]
fn arguments() -> Result<()> {
    let plugin = plugin("environment", &Policy::new().arg("one").arg("two words").arg(""));
    assert_eq!(call(&plugin, "args", "")?, "one|two words|");
    Ok(())
}

#[test]
fn variables() -> Result<()> {
    let plugin = plugin("environment", &Policy::new().env("COLOUR", "blue").env("EMPTY", "").env("EQUATION", "a=b"));
    assert_eq!(call(&plugin, "vars", "")?, "COLOUR=blue|EMPTY=|EQUATION=a=b");
    assert_eq!(call(&plugin, "var", "COLOUR")?, "blue");
    assert!(call(&plugin, "var", "PATH").is_err());
    Ok(())
}

#[test]
fn nothing_unasked() -> Result<()> {
    let plugin = plugin("environment", &Policy::new());
    assert_eq!((call(&plugin, "args", "")?, call(&plugin, "vars", "")?), (String::new(), String::new()));
    Ok(())
}

#[test]
fn parallelism_is_the_hosts() -> Result<()> {
    let plugin = plugin("environment", &Policy::new());
    assert_eq!(call(&plugin, "parallelism", "")?, available_parallelism()?.to_string());
    Ok(())
}

#[test]
fn standard_input_is_empty() -> Result<()> {
    assert_eq!(call(&plugin("environment", &Policy::new()), "read_line", "")?, r#"Some(0) """#);
    Ok(())
}
