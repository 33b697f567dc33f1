//! What an author does: from nothing to a plugin that is tested in the sandbox, in a folder that is nobody's workspace.

use crate::{Plugix, outcome};
use anyhow::{Context as _, Result};
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Begins a project with the crates of this checkout, and with the versions that they are tested with.
pub(crate) fn begin(plugix: &Plugix, name: &str, template: &str) -> Result<()> {
    let said = plugix.run(&["new", name, "--template", template, "--path", ROOT])?.succeeded();
    assert_eq!(said, format!("{name}: begun. `cd {name}`, and `plugix test` tests it in the sandbox\n"));
    std::fs::copy(Path::new(ROOT).join("Cargo.lock"), plugix.file(name).join("Cargo.lock"))?;
    Ok(())
}

/// Where the crates are built that all projects depend on.
pub(crate) fn target_dir() -> Result<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tests").join("authors");
    Ok(folder.to_str().context("the target folder is text")?.to_owned())
}

#[test]
fn from_nothing_to_a_tested_plugin() -> Result<()> {
    let plugix = Plugix::new()?;
    begin(&plugix, "hello", "plain")?;
    let target_dir = target_dir()?;
    let build = ["--target-dir", &target_dir, "--offline"];
    let test = |arguments: &[&str]| plugix.run_in("hello", &[&["test"], &build[..], arguments].concat());

    // Unit tests, and those of a file that reads its data.
    let stdout = test(&[])?.succeeded();
    for line in ["test tests::a_name_is_greeted ... ok", "test everybody_is_greeted ... ok"] {
        assert!(stdout.contains(line), "{stdout}");
    }
    let stdout = test(&["a_name", "--lib", "--", "--test-threads=1"])?.succeeded();
    assert!(stdout.contains("1 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out"), "{stdout}");

    // The policy is that of the crate, and a test that fails ends as natively.
    let tests = "use std::fs;\n\
        #[test]\nfn reads() { assert!(fs::read(\"/etc/passwd\").is_err()); assert!(fs::read(\"Cargo.toml\").is_ok()); }\n\
        #[test]\nfn writes() { assert!(fs::write(\"new\", \"\").is_err()); fs::write(std::env::temp_dir().join(\"new\"), \"\").unwrap(); }\n\
        #[test]\nfn variables() { assert_eq!(std::env::var(\"GREETING\").unwrap(), \"hello\"); std::env::var(\"CARGO_MANIFEST_DIR\").unwrap(); }\n\
        #[test]\nfn fails() { panic!(\"as it should\"); }\n";
    plugix.write("hello/plugin/tests/sandbox.rs", tests)?;
    plugix.write("hello/plugin/plugix.toml", "[env]\nGREETING = \"hello\"\n[deadlines]\ncall = \"1ms\"\n")?;
    let failed = test(&["--test", "sandbox"])?;
    assert_eq!(failed.code, Some(101), "{}{}", failed.stdout, failed.stderr);
    assert!(failed.stdout.contains("test result: FAILED. 3 passed; 1 failed"), "{}", failed.stdout);
    assert!(failed.stdout.contains("as it should"), "{}", failed.stdout);
    std::fs::remove_file(plugix.file("hello/plugin/tests/sandbox.rs"))?;

    // A module, and a call.
    let stdout = plugix.run_in("hello", &[&["build", "--json"], &build[..]].concat())?.succeeded();
    let built: serde_json::Value = serde_json::from_str(&stdout)?;
    assert_eq!((&built[0]["package"], &built[0]["implements"][0]), (&"hello".into(), &"Greets".into()), "{built}");
    let module = built[0]["path"].as_str().context("it is built")?;
    assert_eq!(plugix.run(&["run", module, "greet", "[\"Ada\"]"])?.succeeded(), "\"Hello, Ada!\"\n");
    plugix.run_in("hello", &[&["check"], &build[..]].concat())?.succeeded();
    plain_cargo(&plugix, &target_dir)
}

/// The other templates: formatted as Rust is, and their tests pass.
#[test]
fn each_template_passes_its_tests() -> Result<()> {
    let plugix = Plugix::new()?;
    let target_dir = target_dir()?;
    for template in ["host-interface", "streaming", "network", "host"] {
        begin(&plugix, template, template)?;
        let stdout = plugix.run_in(template, &["test", "--target-dir", &target_dir, "--offline"])?.succeeded();
        assert!(stdout.contains(" passed; 0 failed;") && !stdout.contains("FAILED"), "{template}: {stdout}");
        let format =
            Command::new("cargo").args(["fmt", "--all", "--check"]).current_dir(plugix.file(template)).output()?;
        assert!(format.status.success(), "{template}: {}", String::from_utf8_lossy(&format.stdout));
    }
    Ok(())
}

/// The examples of the book: their sources go into a project of the same name.
#[test]
fn each_example_can_be_copied_out() -> Result<()> {
    let plugix = Plugix::new()?;
    let target_dir = target_dir()?;
    for (example, tests) in [("courier", 2), ("forecast", 0), ("log-search", 2), ("mischief", 0), ("thermostat", 1)] {
        begin(&plugix, example, "plain")?;
        for (from, to) in [("src", "plugin/src"), ("interface/src", "interface/src"), ("", "plugin")] {
            for entry in Path::new(ROOT).join("example-plugins").join(example).join(from).read_dir()? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "rs") || path.ends_with("plugix.toml") {
                    let name = path.file_name().context("a file has a name")?;
                    std::fs::copy(&path, plugix.file(example).join(to).join(name))?;
                }
            }
        }
        std::fs::remove_dir_all(plugix.file(example).join("plugin/tests"))?; // those are of the template
        let manifest = std::fs::read_to_string(plugix.file(example).join("plugin/Cargo.toml"))?;
        plugix.write(&format!("{example}/plugin/Cargo.toml"), manifest + "log = \"0.4\"\n")?;
        let stdout = plugix.run_in(example, &["test", "--target-dir", &target_dir, "--offline"])?.succeeded();
        assert!(stdout.contains(&format!("{tests} passed; 0 failed;")), "{example}: {stdout}");
    }
    Ok(())
}

/// A plugin that is configured, prints and logs.
const TALKATIVE: &str = r#"//! Says a lot.
use plugix_guest::abi::Schema;
use plugix_guest::{Plugin, plugin};
use serde::Deserialize;
use talkative_interface::{GreetError, Greets};

struct Talker;

#[derive(Deserialize, Schema)]
struct Settings {
    words: String,
    allow_html: bool,
}

#[plugin(description = "Says a lot")]
impl Plugin for Talker {
    type Config = Settings;

    fn new(settings: Settings) -> Result<Self, Box<dyn std::error::Error>> {
        println!("{} {}", settings.words, settings.allow_html);
        Ok(Self)
    }
}

#[plugin]
impl Greets for Talker {
    fn greet(&self, name: &str) -> Result<String, GreetError> {
        log::info!(count = 3; "greeting {name}");
        log::debug!("not of interest");
        print!("no end of a line");
        Ok(name.to_owned())
    }

    fn greet_all(&self, names: Vec<String>) -> Result<Vec<String>, GreetError> {
        if names.is_empty() {
            std::process::exit(7)
        }
        Ok(vec![String::new(); 1 << 26])
    }
}
"#;

/// Builds a project's plugin, and returns where it is.
pub(crate) fn build(plugix: &Plugix, name: &str) -> Result<String> {
    let stdout = plugix.run_in(name, &["build", "--json", "--offline", "--target-dir", &target_dir()?])?.succeeded();
    let built: serde_json::Value = serde_json::from_str(&stdout)?;
    Ok(built[0]["path"].as_str().context("it is built")?.to_owned())
}

#[test]
fn what_a_plugin_says_is_told_and_what_it_lacks_as_well() -> Result<()> {
    let plugix = Plugix::new()?;
    begin(&plugix, "talkative", "plain")?;
    let manifest = plugix.file("talkative/plugin/Cargo.toml");
    let more = "log = { version = \"0.4\", features = [\"kv\"] }\n";
    std::fs::write(&manifest, std::fs::read_to_string(&manifest)? + more)?;
    plugix.write("talkative/plugin/src/lib.rs", TALKATIVE)?;
    let module = build(&plugix, "talkative")?;
    let run = |arguments: &[&str]| plugix.run(&[&["run", &module], arguments].concat());

    let config = r#"--config={"words": "so many", "allow_html": true}"#;
    let told = run(&["greet", "[\"Ada\"]", config])?;
    assert_eq!(told.stderr, "so many true\nINFO talkative: greeting Ada count=3\nno end of a line\n");
    assert_eq!(told.succeeded(), "\"Ada\"\n");
    let silent = run(&["greet", "[\"Ada\"]", config, "--log", "off"])?;
    assert_eq!(silent.stderr, "so many true\nno end of a line\n");
    let exited = run(&["greet_all", "[[]]", config])?.failed_with(4);
    assert_eq!(exited, "so many true\nerror: the plugin exited with code 7\n");

    let aborted = run(&["greet_all", "[[\"Ada\"]]", config])?.failed_with(4);
    let end =
        "error: the plugin aborted: it is out of its 256.0 MiB of memory; `limits.memory` in plugix.toml allows more\n";
    assert!(aborted.ends_with(end), "{aborted}");

    for (arguments, expected) in [
        (
            &[][..],
            "this plugin is configured with { words: String, allow_html: bool }, and got nothing: give it \
             `--config 'JSON'`, or `[config]` in plugix.toml",
        ),
        (&[r#"--config={"words": 1, "allow_html": true}"#], "--config: words: expected String, found 1"),
        (&[r#"--config={"words": "x"}"#], "--config: allow_html: missing; expected bool"),
    ] {
        let said = run(&[&["greet", "[\"Ada\"]"], arguments].concat())?.failed();
        assert_eq!(said, format!("error: {expected}\n"));
    }
    let policy = plugix.write("policy.toml", "[config]\nwords = \"x\"\nallow_html = 1\n")?;
    let policy = policy.to_str().context("a temporary folder is text")?;
    let said = run(&["greet", "[\"Ada\"]", "--policy", policy])?.failed();
    assert_eq!(said, "error: [config] of the policy: allow_html: expected bool, found 1\n");
    Ok(())
}

#[test]
fn a_call_of_the_host_that_is_not_declared() -> Result<()> {
    let plugix = Plugix::new()?;
    begin(&plugix, "undeclared", "host-interface")?;
    let file = plugix.file("undeclared/plugin/src/lib.rs");
    std::fs::write(&file, std::fs::read_to_string(&file)?.replace("uses!(People);", "").replace(", uses}", "}"))?;
    let said = plugix.run_in("undeclared", &["build", "--offline", "--target-dir", &target_dir()?])?.failed();
    let expected = "undeclared.wasm: the plugin calls `People::full_name` of its host and doesn't declare it: write \
        `plugix_guest::uses!(People);`\n";
    assert!(said.ends_with(expected), "{said}");
    Ok(())
}

/// Plain cargo tests the plugin as well, when it is told how: once by variables, and then by its configuration.
fn plain_cargo(plugix: &Plugix, target_dir: &str) -> Result<()> {
    let programs = Path::new(env!("CARGO_BIN_EXE_plugix")).parent().context("it is in a folder")?;
    let path = std::env::join_paths(
        [programs.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    let shell = |script: &str| {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).current_dir(plugix.file("hello/plugin")).env("PATH", &path);
        command.envs(plugix.command().get_envs().filter_map(|(name, value)| Some((name, value?))));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CARGO") || name.starts_with("RUST")) {
                command.env_remove(name);
            }
        }
        outcome(&mut command)
    };
    let stdout =
        shell(&format!("eval \"$(plugix env)\" && CARGO_TARGET_DIR='{target_dir}' cargo test --offline --lib 2>&1"))?
            .succeeded();
    assert!(stdout.contains("test tests::a_name_is_greeted ... ok"), "{stdout}");

    let stderr = plugix.run_in("hello", &["setup"])?.failed();
    assert!(
        stderr.contains("would be for all crates below it, hosts as well: go to the folder of the plugin"),
        "{stderr}"
    );
    plugix.write("hello/plugin/.cargo/config.toml", "# mine\n")?;
    let stdout = shell("plugix setup && plugix setup --check")?.succeeded();
    assert!(stdout.contains(": cargo builds for wasm32-wasmer-wasi there now\n"), "{stdout}");
    assert!(stdout.ends_with(": is as it should be\n"), "{stdout}");
    let config = std::fs::read_to_string(plugix.file("hello/plugin/.cargo/config.toml"))?;
    assert!(config.contains("# mine\n") && config.contains("[target.wasm32-wasmer-wasi]"), "{config}");
    let stdout = shell(&format!(
        "CARGO_TARGET_DIR='{target_dir}' cargo plugix test --lib --offline --target-dir '{target_dir}'; \
        CARGO_TARGET_DIR='{target_dir}' cargo test --offline --lib 2>&1"
    ))?
    .succeeded();
    assert_eq!(stdout.matches("test tests::a_name_is_greeted ... ok").count(), 2, "{stdout}");
    Ok(())
}
