//! A Rust program, built by the toolchain.

use anyhow::Result;
use plugix_e2e::{assert_matches, guest};
use plugix_host::Policy;
use plugix_host::policy::Access;
use plugix_host::raw::{Command, CommandError, Exit};

fn run(policy: &Policy) -> Result<Exit, CommandError> {
    Command::new(&guest("command"), policy)?.run()
}

fn lines(bytes: &[u8]) -> Vec<&str> {
    std::str::from_utf8(bytes).expect("the program prints text").lines().collect()
}

#[test]
fn arguments_variables_and_files() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("input.txt"), "from the host")?;
    let policy = Policy::new().arg("one").arg("two words").env("COLOUR", "blue").env("INPUT", "/in/input.txt").mount(
        folder.path(),
        "/in",
        Access::ReadOnly,
    );
    let exit = run(&policy)?;
    let expected = [
        r#"args ["one", "two words"]"#,
        r#"var Ok("blue")"#,
        "home Err(NotPresent)",
        r#"file Ok("from the host")"#,
        "thread 42",
    ];
    assert_eq!(lines(&exit.output.stdout), expected);
    assert_eq!((lines(&exit.output.stderr), exit.code), (vec!["done"], 0));
    Ok(())
}

#[test]
fn nothing_is_passed_on_unasked() -> Result<()> {
    let exit = run(&Policy::new().env("INPUT", "/etc/hostname"))?;
    let lines = lines(&exit.output.stdout);
    assert_eq!(lines[..3], ["args []", "var Err(NotPresent)", "home Err(NotPresent)"]);
    assert!(lines[3].starts_with("file Err"), "{}", lines[3]);
    Ok(())
}

#[test]
fn exit_code() -> Result<()> {
    assert_eq!(run(&Policy::new().arg("fail"))?.code, 3);
    let exit = run(&Policy::new().arg("panic"))?;
    let stderr = lines(&exit.output.stderr).join(" ");
    assert!(exit.code != 0 && stderr.contains("as told"), "{} {stderr}", exit.code);
    Ok(())
}

#[test]
fn abort_is_no_success() {
    assert_matches!(run(&Policy::new().arg("abort")), Ok(Exit { code, .. }) if *code != 0);
}
