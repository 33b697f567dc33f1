//! What a plugin sees of its surroundings: what its policy says, and no more.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::Policy;
use plugix_host::policy::Stdin;
use std::io::Write as _;
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
fn a_process_has_a_number() -> Result<()> {
    let plugin = plugin("environment", &Policy::new());
    assert_ne!(call(&plugin, "process_id", "")?.parse::<u32>()?, 0);
    Ok(())
}

#[test]
fn standard_input_is_empty() -> Result<()> {
    assert_eq!(call(&plugin("environment", &Policy::new()), "read_line", "")?, r#"Some(0) """#);
    Ok(())
}

#[test]
fn standard_input_of_bytes() -> Result<()> {
    let policy = Policy::new().stdin(Stdin::bytes(b"one\ntwo".as_slice()));
    // Each plugin has all of it.
    for _ in 0..2 {
        let plugin = plugin("environment", &policy);
        assert_eq!(call(&plugin, "read_line", "")?, r#"Some(4) "one\n""#);
        assert_eq!(call(&plugin, "read_all", "")?, r#""two" [false, false, false]"#);
        assert_eq!(call(&plugin, "read_line", "")?, r#"Some(0) """#);
    }
    let policy = Policy::from_toml_str("[input]\ntext = \"from the policy\"", "")?;
    assert_eq!(call(&plugin("environment", &policy), "read_line", "")?, r#"Some(15) "from the policy""#);
    Ok(())
}

#[test]
fn standard_input_that_the_host_writes() -> Result<()> {
    let (mut writer, stdin) = Stdin::pipe()?;
    let plugin = plugin("environment", &Policy::new().stdin(stdin));
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| call(&plugin, "read_line", ""));
        writer.write_all(b"a line\nand ")?;
        assert_eq!(reading.join().expect("nothing panics")?, r#"Some(7) "a line\n""#);
        let reading = scope.spawn(|| call(&plugin, "read_all", ""));
        writer.write_all(b"the rest")?;
        drop(writer);
        assert_eq!(reading.join().expect("nothing panics")?, r#""and the rest" [false, false, false]"#);
        Ok(())
    })
}
