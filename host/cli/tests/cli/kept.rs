//! Plugins that are kept: added, updated, removed, signed, pushed and pulled.

use crate::{Outcome, Plugix, outcome};
use anyhow::{Context as _, Result};
use plugix_e2e_registry::{Registry, module};
use std::io::Write as _;
use std::process::Stdio;

/// A user's name and password for registries.
const ME: &str = "Basic bWU6c2VjcmV0";

/// The command, with the configuration of a user of the test's own.
pub(crate) fn run(plugix: &Plugix, args: &[&str]) -> Result<Outcome> {
    run_with(plugix, args, "")
}

/// The same, with something to read.
fn run_with(plugix: &Plugix, args: &[&str], input: &str) -> Result<Outcome> {
    let (reader, mut writer) = std::io::pipe()?;
    writer.write_all(input.as_bytes())?;
    drop(writer);
    let mut command = plugix.command();
    outcome(command.args(args).env("XDG_CONFIG_HOME", plugix.file("config")).stdin(Stdio::from(reader)))
}

pub(crate) fn json(text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).context("it is JSON")
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    plugix_store::ContentHash::of(bytes).to_string()
}

#[test]
fn a_file_is_kept_and_followed() -> Result<()> {
    let plugix = Plugix::new()?;
    let (old, new) = (module("words", "1.0.0", 100), module("words", "1.1.0", 100));
    let path = plugix.write("any.wasm", &old)?;
    assert_eq!(run(&plugix, &["list"])?.succeeded(), "");
    let added = run(&plugix, &["add", "any.wasm"])?;
    assert_eq!(added.stderr, "", "there is no terminal to show progress on");
    assert_eq!(added.succeeded(), format!("words 1.0.0: {}\n", hash(&old)));
    let listed = run(&plugix, &["list"])?.succeeded();
    assert_eq!(listed, format!("{:24} file:{}\n", "words 1.0.0", path.display()));
    let listed = json(&run(&plugix, &["list", "--json"])?.succeeded())?;
    assert_eq!((&listed[0]["name"], &listed[0]["hash"]), (&"words".into(), &hash(&old).into()));
    assert_eq!(run(&plugix, &["outdated"])?.succeeded(), "");
    assert_eq!(run(&plugix, &["update"])?.succeeded(), "words 1.0.0: nothing new\n");

    plugix.write("any.wasm", &new)?;
    assert_eq!(run(&plugix, &["outdated"])?.succeeded(), "words 1.0.0 -> 1.1.0\n");
    let outdated = json(&run(&plugix, &["outdated", "--json"])?.succeeded())?;
    assert_eq!(outdated[0]["newer"]["hash"], hash(&new));
    assert_eq!(run(&plugix, &["update", "words"])?.succeeded(), "words 1.0.0 -> 1.1.0\n");

    std::fs::remove_file(&path)?;
    let failed = run(&plugix, &["update"])?.failed();
    let expected = format!(
        "words: can't read {}: No such file or directory (os error 2)\nerror: not updated: words\n",
        path.display()
    );
    assert_eq!(failed, expected);
    assert_eq!(run(&plugix, &["remove", "words"])?.succeeded(), "words 1.1.0 is removed\n");
    assert_eq!(run(&plugix, &["list"])?.succeeded(), "");
    Ok(())
}

#[test]
fn a_folder_gives_each_of_its_plugins() -> Result<()> {
    let plugix = Plugix::new()?;
    plugix.write("plugins/1.wasm", module("words", "1.0.0", 10))?;
    plugix.write("plugins/2.wasm", module("other", "2.0.0", 10))?;
    plugix.write("plugins/3.wasm", "no module")?;
    let added = run(&plugix, &["add", "plugins", "--json", "--home", "kept"])?;
    assert!(added.stderr.starts_with("warning: ") && added.stderr.contains("3.wasm is left out: not a WebAssembly"));
    let added = json(&added.succeeded())?;
    let names: Vec<_> = added.as_array().context("a list")?.iter().map(|plugin| &plugin["name"]).collect();
    assert_eq!(names, ["words", "other"]);
    assert!(plugix.file("kept/plugix.lock").exists());
    plugix.write("plugins/1.wasm", module("words", "1.0.0", 20))?;
    let updated = run(&plugix, &["update", "--home", "kept"])?.succeeded();
    assert_eq!(updated, "other 2.0.0: nothing new\nwords 1.0.0: another module of the same version\n");
    Ok(())
}

#[test]
fn what_is_signed_and_pushed_is_pulled_and_verified() -> Result<()> {
    let plugix = Plugix::new()?;
    let registry = Registry::with_tokens(ME);
    let host = registry.server().host();
    let words = module("words", "1.0.0", 1000);
    plugix.write("words.wasm", &words)?;

    let key = run(&plugix, &["keygen", "first", "--no-password"])?.succeeded();
    run_with(&plugix, &["keygen", "second", "--password-stdin"], "secret\n")?.succeeded();
    let again = run(&plugix, &["keygen", "first", "--no-password"])?.failed();
    assert_eq!(again, "error: first.key is there already: no key is written over\n");
    assert_eq!(run(&plugix, &["sign", "words.wasm", "--key", "first.key"])?.succeeded(), "words.wasm.minisig\n");
    let second = ["sign", "words.wasm", "--key", "second.key", "--password-stdin"];
    assert!(run_with(&plugix, &second, "wrong\n")?.failed().contains("no secret key that can be used"));
    let beside = run_with(&plugix, &second, "secret\n")?.succeeded();
    assert!(beside.starts_with("words.wasm.") && beside.ends_with(".minisig\n"), "{beside}");
    let verified = run(&plugix, &["verify", "words.wasm", "--key", key.trim(), "--key", "second.pub"])?.succeeded();
    assert!(verified.starts_with(&format!("{} signed it\n", key.trim())), "{verified}");

    let reference = format!("oci://{host}/tools/words:1");
    let refused = run(&plugix, &["push", "words.wasm", &reference])?.failed();
    assert!(refused.contains(&format!("log in (`plugix login {host}`)")), "{refused}");
    let login = ["login", &host, "--user", "me", "--password-stdin"];
    assert!(run_with(&plugix, &login, "wrong")?.failed().contains("asks who you are"));
    run_with(&plugix, &login, "secret\n")?.succeeded();
    let pushed = run(&plugix, &["push", "words.wasm", &reference])?;
    assert_eq!(pushed.stderr, "words.wasm is there now, with 2 signatures\n");
    let pushed = pushed.succeeded();

    let pulled = run(&plugix, &["pull", pushed.trim(), "-o", "pulled.wasm"])?.succeeded();
    assert_eq!(pulled, format!("pulled.wasm: {}\n", hash(&words)));
    assert_eq!(std::fs::read(plugix.file("pulled.wasm"))?, words);
    run(&plugix, &["verify", "pulled.wasm", "--key", "first.pub", "--key", "second.pub"])?.succeeded();
    let there = run(&plugix, &["pull", &reference])?.failed();
    assert_eq!(there, "error: words.wasm is there already: `--force` writes over it\n");

    let rule = format!("[[rule]]\nsource = \"oci://{host}/*\"\nall-of = [\"{}\"]\n", key.trim());
    plugix.write(".plugix/signatures.toml", rule)?;
    run(&plugix, &["add", &reference])?.succeeded();
    assert!(run(&plugix, &["list"])?.succeeded().ends_with(", signed\n"));
    registry.put("tools/words", "1", &module("words", "6.6.6", 10), &[]);
    let refused = run(&plugix, &["update"])?.failed();
    assert!(refused.contains("(is missing)") && refused.contains("not signed as it must be"), "{refused}");
    assert!(run(&plugix, &["list"])?.succeeded().starts_with("words 1.0.0"));

    plugix.write("words.wasm", module("words", "6.6.6", 10))?;
    let other = run(&plugix, &["verify", "words.wasm", "--key", "first.pub"])?.failed();
    assert!(other.contains("0 of 1 signatures") && other.contains("signed another file"), "{other}");
    let forgotten = run(&plugix, &["login", &host, "--forget"])?.succeeded();
    assert_eq!(forgotten, format!("who you are to {host} is forgotten\n"));
    assert!(run(&plugix, &["update"])?.failed().contains("plugix login"));
    Ok(())
}

#[test]
fn mistakes_are_told_with_the_way_out() -> Result<()> {
    let plugix = Plugix::new()?;
    let says = |args: &[&str]| Ok::<_, anyhow::Error>(run(&plugix, args)?.failed());
    let expected = "error: there is no folder .plugix: `plugix add` makes it, and `--home` names another\n";
    assert_eq!(says(&["update"])?, expected);
    let expected = "error: there is no file words.wsm: \"words.wsm\" is no source of plugins: it begins with `file:`, \
        `folder:`, `https://` or `oci://`\n";
    assert_eq!(says(&["add", "words.wsm"])?, expected);
    let expected = "error: https://a.example/x.wasm doesn't say which module is there: add `#blake3:` and the module's \
        hash (`plugix inspect` shows it)\n";
    assert_eq!(says(&["add", "https://a.example/x.wasm"])?, expected);
    plugix.write("words.wasm", module("words", "1.0.0", 10))?;
    plugix.write("more.wasm", module("words", "1.0.0", 10))?;
    run(&plugix, &["add", "words.wasm"])?.succeeded();
    assert_eq!(says(&["remove", "word"])?, "error: there is no plugin `word`; there are words\n");
    assert!(says(&["add", "more.wasm"])?.contains("give the new one another name"));
    assert!(says(&["add", "more.wasm", "--name", "../x"])?.contains("can't be a plugin's name"));
    let store = plugix_store::Store::open(plugix.file(".plugix"))?;
    let expected = "error: .plugix is in use by another program: end that one, or name another folder\n";
    assert_eq!(says(&["update"])?, expected);
    assert!(run(&plugix, &["list"])?.succeeded().starts_with("words 1.0.0"), "looking is always possible");
    drop(store);
    plugix.write(".plugix/plugix.lock", "version = 7\n")?;
    assert!(says(&["list"])?.contains("its format is 7, and this Plugix reads 1"));
    assert!(says(&["sign", "words.wasm"])?.contains("`plugix keygen` makes one"));
    Ok(())
}
