//! What the command says when something is wrong, word for word, and how it ends.

use crate::{Plugix, outcome};
use anyhow::Result;
use plugix_e2e::guest_path;

fn problem(plugix: &Plugix, module: &str, arguments: &[&str]) -> Result<String> {
    Ok(plugix.run_module(guest_path(module), arguments)?.failed())
}

#[test]
fn methods_that_are_not_there() -> Result<()> {
    let plugix = Plugix::new()?;
    let said = problem(&plugix, "small", &["octett"])?;
    let expected = "error: the plugin has no method `octett`: did you mean `octet`? There are\n\nSmall 1.0.0\n";
    assert!(said.starts_with(expected) && said.contains("\n  octet(value: u8) -> u8\n"), "{said}");
    let said = problem(&plugix, "small", &["Smal/octet"])?;
    assert_eq!(said, "error: the plugin has no interface `Smal`: did you mean `Small`? It has Small\n");
    let said = problem(&plugix, "files", &["list"])?;
    let expected = "error: the plugin implements no interface: is `#[plugin]` on `impl MyInterface for …`?\n";
    assert_eq!(said, expected);
    Ok(())
}

#[test]
fn arguments_that_are_no_json() -> Result<()> {
    let plugix = Plugix::new()?;
    let rest = "a file is `@file`, standard input is `-`";
    let said = problem(&plugix, "small", &["octet", "x"])?;
    assert_eq!(said, format!("error: the arguments: `x` is not JSON; a text is '[\"x\"]', {rest}\n"));
    let said = problem(&plugix, "small", &["octet", "--config", "x"])?;
    assert_eq!(said, format!("error: --config: `x` is not JSON; a text is '\"x\"', {rest}\n"));
    let said = problem(&plugix, "small", &["octet", "{}"])?;
    assert_eq!(said, "error: the plugin refused the arguments of `octet`: value: missing; expected u8\n");
    Ok(())
}

#[test]
fn arguments_come_from_files_and_from_standard_input() -> Result<()> {
    let plugix = Plugix::new()?;
    let file = plugix.write("arguments.json", "[7]")?;
    assert_eq!(plugix.run_module(guest_path("small"), &["octet", "@arguments.json"])?.succeeded(), "7\n");
    let mut command = plugix.command();
    command.arg("run").arg(guest_path("small")).args(["octet", "-"]).stdin(std::fs::File::open(file)?);
    assert_eq!(outcome(&mut command)?.succeeded(), "7\n");
    Ok(())
}

#[test]
fn files_that_are_no_modules() -> Result<()> {
    let plugix = Plugix::new()?;
    plugix.write("empty.wasm", "")?;
    plugix.write("text.wasm", "(module)")?;
    plugix.write("elf.wasm", "\x7fELF and more")?;
    plugix.write("broken.wasm", b"\0asm\x01\0\0\0\x01")?;
    for command in ["run", "inspect", "compile"] {
        for (file, expected) in [
            ("empty.wasm", "empty.wasm: the file is empty"),
            (
                "text.wasm",
                "text.wasm: it is WebAssembly text: make a binary of it first, with `wat2wasm` or `wasm-tools parse`",
            ),
            ("elf.wasm", "elf.wasm: not a WebAssembly module: it begins with [7f, 45, 4c, 46] and not with `\\0asm`"),
            ("none.wasm", "can't read the module none.wasm: No such file or directory (os error 2)"),
        ] {
            assert_eq!(plugix.run(&[command, file])?.failed(), format!("error: {expected}\n"), "{command}");
        }
        let said = plugix.run(&[command, "broken.wasm"])?.failed();
        assert!(said.starts_with("error: broken.wasm: not a valid WebAssembly module: "), "{said}");
    }
    Ok(())
}

#[test]
fn a_policy_beside_the_module_is_taken_and_told() -> Result<()> {
    let plugix = Plugix::new()?;
    std::fs::copy(guest_path("command"), plugix.file("command.wasm"))?;
    plugix.write("plugix.toml", "args = [\"beside\"]")?;
    let outcome = plugix.run(&["run", "command.wasm"])?;
    assert_eq!(outcome.stderr, "plugix: the policy is plugix.toml\ndone\n");
    let stdout = outcome.succeeded();
    assert!(stdout.contains(r#"args ["beside"]"#), "{stdout}");
    plugix.write("other.toml", "")?;
    let stdout = plugix.run(&["run", "command.wasm", "--policy", "other.toml"])?.succeeded();
    assert!(stdout.contains("args []"), "{stdout}");
    Ok(())
}

/// As in `plugix inspect --json module.wasm | head`.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() -> Result<()> {
    let plugix = Plugix::new()?;
    let small = guest_path("small").display().to_string();
    for arguments in [
        &["inspect", "--json", &small][..],
        &["inspect", &small],
        &["cache", "show"],
        &["run", &small, "octet", "[7]"],
        &["completions", "bash"],
        &["doctor", "--json"],
        &["man"],
        &["inspect", "--sizes", &small],
    ] {
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let output = plugix.command().args(arguments).stdout(writer).output()?;
        assert_eq!((output.status.code(), String::from_utf8(output.stderr)?.as_str()), (Some(0), ""), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn each_command_has_examples() -> Result<()> {
    let plugix = Plugix::new()?;
    let help = plugix.run(&["--help"])?.succeeded();
    assert!(help.contains("Exit codes:"), "{help}");
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let names: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = plugix.run(&[name, "--help"])?.succeeded();
        assert!(help.contains("Examples:\n  plugix ") || help.contains("Examples:\n  "), "{name}: {help}");
    }
    Ok(())
}
