//! Mistakes that newcomers made, each with the text that helps. Those of arguments, names of methods and files that are no
//! modules are in `messages.rs`, those of configurations and undeclared calls in `author.rs`, those of crates in `crates.rs`,
//! those of stacks in `trouble.rs`. What the compiler says of types is in `abi/tests/wrong`, and of two plugins in one crate in
//! `guest-sdk/tests/wrong`.

use crate::Plugix;
use anyhow::Result;
use plugix_e2e::{guest_path, with_invalid_code};
use std::fs::{self, File};

/// What `plugix run` says of a call of the guest with all kinds of methods.
fn said(plugix: &Plugix, arguments: &[&str]) -> Result<String> {
    Ok(plugix.run_module(guest_path("typed"), &[arguments, &["--config", "null"]].concat())?.failed())
}

#[test]
fn an_interface_that_nobody_answers_for() -> Result<()> {
    let plugix = Plugix::new()?;
    let expected = "error: the plugin calls `Store` of its host: answer for it with `--fake answers.toml`, such as\n\n    \
        # put(key: &str, value: Vec<u8>) -> u64\n    [Store.put]\n    returns = 0\n\n    \
        # get(key: &str) -> Result<Vec<u8>, StoreError>\n    [Store.get]\n    returns = []\n\n    \
        # list() -> BTreeMap<String, u64>\n    [Store.list]\n    returns = {}\n\n    \
        # panic(message: &str) -> u64\n    [Store.panic]\n    returns = 0\n\n    \
        # call_back() -> String\n    [Store.call_back]\n    returns = \"\"\n\n";
    assert_eq!(said(&plugix, &["bytes", "[[]]"])?, expected);
    Ok(())
}

#[test]
fn a_method_that_several_interfaces_have() -> Result<()> {
    let plugix = Plugix::new()?;
    plugix.write("answers.json", r#"{ "Store": {} }"#)?;
    let said = said(&plugix, &["text", "[\"a\"]", "--fake", "answers.json"])?;
    let told = "fake: Store/put(\"unloaded\", []) -> fails: answers.json has no answer for `Store/put`\n";
    assert_eq!(
        said,
        format!("{told}error: several interfaces have a method `text`: name one of Extra/text, Typed/text\n")
    );
    Ok(())
}

#[test]
fn modules_for_something_else() -> Result<()> {
    let plugix = Plugix::new()?;
    let plain = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "greet")))"#)?;
    plugix.write("plain.wasm", plain)?;
    let expected = "error: plain.wasm: it isn't a plugin: it was built for another target than wasm32-wasmer-wasi, or nothing in \
        it stands below `#[plugin]`; build it with `plugix build`\n";
    assert_eq!(plugix.run(&["run", "plain.wasm", "greet"])?.failed(), expected);

    plugix.write("code.wasm", with_invalid_code(&fs::read(guest_path("small"))?)?)?;
    let said = plugix.run(&["run", "code.wasm", "octet", "[7]"])?.failed();
    assert!(said.starts_with("error: code.wasm: not a valid WebAssembly module: "), "{said}");
    Ok(())
}

#[test]
fn files_that_can_not_be_read() -> Result<()> {
    let plugix = Plugix::new()?;
    fs::create_dir(plugix.file("dir.wasm"))?;
    let said = plugix.run(&["inspect", "dir.wasm"])?.failed();
    assert_eq!(said, "error: can't read the module dir.wasm: Is a directory (os error 21)\n");

    // It takes no disk: nothing is in it.
    File::create(plugix.file("large.wasm"))?.set_len(3 << 30)?;
    let said = plugix.run(&["inspect", "large.wasm"])?.failed();
    assert_eq!(said, "error: large.wasm: the module has 3 GiB, and this host takes 64 MiB at most\n");

    let small = guest_path("small").display().to_string();
    plugix.run(&["compile", &small, "-o", "small.plugix"])?.succeeded();
    let said = plugix.run(&["compile", "small.plugix"])?.failed();
    assert_eq!(said, "error: small.plugix: it is compiled already: `plugix run --trust` runs it\n");
    let said = plugix.run(&["inspect", "--sizes", "small.plugix"])?.failed();
    assert_eq!(said, "error: small.plugix: a compiled module has machine code: `--sizes` is for WebAssembly\n");
    Ok(())
}

#[test]
fn policies_that_can_not_be() -> Result<()> {
    let plugix = Plugix::new()?;
    for (policy, expected) in [
        (
            "[deadlines]\ncall = \"0s\"\n",
            "p.toml:2:8: `deadlines.call` is no time at all: everything would be too late; leave it out for no limit",
        ),
        ("[limits]\nmemry = \"1 MiB\"\n", "p.toml:2:1: there is no `limits.memry` here; did you mean `memory`?"),
        (
            "[limits]\nmemory = 64\n",
            "p.toml:2:10: `limits.memory` should be a size such as \"64 MiB\", and is of type integer",
        ),
        (
            "[limits]\nmemory = \"64 KiB\"\n",
            "the module needs 1.1 MiB of memory, and the policy allows 64 KiB (`limits.memory`)",
        ),
    ] {
        plugix.write("p.toml", policy)?;
        let said = plugix.run_module(guest_path("small"), &["octet", "[7]", "--policy", "p.toml"])?.failed();
        assert!(said.ends_with(&format!("{expected}\n")), "{said}");
    }
    Ok(())
}

#[test]
fn flags_that_do_not_fit() -> Result<()> {
    let plugix = Plugix::new()?;
    let small = guest_path("small").display().to_string();
    for (arguments, expected) in [
        (&["run"][..], "the following required arguments were not provided:"),
        (&["run", &small, "--log", "loud"], "invalid value 'loud' for '--log <LEVEL>'"),
        (&["inspect", &small, "--jsn"], "unexpected argument '--jsn' found"),
        (&["run", &small, "octet", "[7]", "--cache", ".", "--no-cache"], "cannot be used with"),
        (&["man", "run", "--out", "."], "cannot be used with"),
        (&["wach"], "unrecognized subcommand 'wach'"),
    ] {
        let said = plugix.run(arguments)?.failed_with(2);
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(
        plugix.run(&["man", "wach"])?.failed(),
        "error: there is no command `wach`: `plugix --help` lists them\n"
    );
    assert_eq!(plugix.run(&["watch", "--times", "0"])?.failed(), "error: `--times 0` would do nothing\n");
    let program = guest_path("command");
    let said = plugix.run_module(program, &["--fake", "answers.toml"])?.failed();
    assert_eq!(said, "error: `--fake` is for plugins, and this is a program: it calls no interfaces\n");
    Ok(())
}
