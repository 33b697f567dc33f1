//! `plugix.toml`: what it says takes effect, and mistakes say what to write instead.

use crate::events::Recorder;
use anyhow::Result;
use plugix_e2e::{assert_matches, call, engine, failure, guest, isolated, wait_until};
use plugix_host::error::StopReason;
use plugix_host::policy::{DocumentError, PolicyError};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Plugin, Policy};
use proptest::prelude::*;
use serde::Deserialize;
use std::path::Path;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../host/examples/plugix.toml");

/// Calls in calls, as deep as it is told to.
const NESTED: &str = r#"(module
    (memory (export "memory") 1)
    (func $nest (export "nest") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $nest (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0)))))"#;

fn problem(text: &str) -> String {
    Policy::from_toml_str(text, "").unwrap_err().to_string()
}

#[test]
fn the_example_is_a_policy() -> Result<()> {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Settings {
        greeting: String,
        depth: u8,
    }
    let policy = Policy::from_toml_file(EXAMPLE)?;
    assert_eq!(policy.config()?, Some(Settings { greeting: "hello".into(), depth: 3 }));
    let shown = format!("{policy:?}");
    let folder = Path::new(EXAMPLE).parent().unwrap();
    for part in ["--verbose", "C.UTF-8", "ReadOnly", "ReadWrite", "api.example.com", "10.0.0.5", "67108864"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.contains(&format!("{:?}", folder.join("books"))), "{shown}");
    Ok(())
}

/// The keys that are possible in this place. The text has a key there that isn't.
fn known(text: &str) -> Option<Vec<&'static str>> {
    match Policy::from_toml_str(text, "") {
        Err(PolicyError::Text(DocumentError::UnknownKey { known, .. })) => Some(known),
        _ => None,
    }
}

/// Whoever adds a key to a policy adds it to the example, too.
#[test]
fn the_example_has_every_key() -> Result<()> {
    let example = std::fs::read_to_string(EXAMPLE)?;
    let top = known("no-such-key = 1").expect("the key is unknown");
    for section in top {
        let mut keys = vec![section];
        // A section is a table or a list of tables. `args` is neither, and sections with free keys have no list.
        let texts = [format!("[{section}]\nno-such-key = []"), format!("[[{section}]]\nno-such-key = []")];
        keys.extend(texts.iter().filter_map(|text| known(text)).flatten());
        for key in keys {
            let headers = [format!("[{key}]"), format!("[[{key}]]"), format!("[{section}.{key}]")];
            let shown = example
                .lines()
                .any(|line| line.starts_with(&format!("{key} = ")) || headers.iter().any(|header| line == header));
            assert!(shown, "{EXAMPLE} doesn't show `{key}` of `{section}`");
        }
    }
    assert_eq!(known("[[mounts]]\nno-such-key = 1").map(|keys| keys.len()), Some(4));
    Ok(())
}

#[test]
fn an_empty_policy_allows_nothing() -> Result<()> {
    let policy = Policy::from_toml_str("", "")?;
    assert_eq!(format!("{policy:?}"), format!("{:?}", Policy::new()));
    Ok(())
}

#[test]
fn what_is_written_takes_effect() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("plugix.toml");
    std::fs::write(&file, "[limits]\nmemory = \"64 MiB\"\n[network]\nlisten-tcp = [\"127.0.0.1:0\"]\nsockets = 3")?;
    let policy = Policy::from_toml_file(&file)?;
    let memory = Plugin::new(&guest("memory"), &policy)?;
    assert_eq!(call(&memory, "try_reserve", "100")?, "false");
    let net = Plugin::new(&guest("net"), &policy)?;
    assert!(call(&net, "hoard", "127.0.0.1:0")?.starts_with("3 "));
    let policy = Policy::from_toml_str("[limits]\nexceptions = \"64 KiB\"", "")?;
    let error = failure(&Plugin::new(&guest("panics"), &policy)?, "catch_many_in_a_destructor", "100000")?;
    assert_matches!(error, Error::Stopped(StopReason::Exceptions { limit: 65536 }));
    Ok(())
}

#[test]
fn relative_paths_begin_in_the_current_folder() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("deep"))?;
    std::fs::write(folder.path().join("deep/file"), "found")?;
    let text = |current| format!("current-folder = {current:?}\n[[mounts]]\nhost = \".\"\nguest = \"/data\"");
    let start = |current| {
        let policy = Policy::from_toml_str(&text(current), folder.path())?;
        anyhow::Ok(Plugin::new(&guest("files"), &policy)?)
    };
    assert_eq!(call(&start("/data/deep")?, "read", "file")?, "found");
    assert_eq!(call(&start("/")?, "read", "data/deep/file")?, "found");
    for (wrong, problem) in [
        ("/nowhere", "the policy can't be applied: current folder /nowhere: No such file or directory (os error 2)"),
        (
            "/data/deep/file",
            "the policy can't be applied: current folder /data/deep/file: Not a directory (os error 20)",
        ),
        (
            "deep",
            "the policy can't be applied: current folder deep: what the plugin sees is an absolute path without `.` and `..`",
        ),
    ] {
        assert_eq!(start(wrong).map(drop).unwrap_err().to_string(), problem);
    }
    Ok(())
}

/// In a process of its own: the engine keeps stacks for later threads, of other tests as well.
#[test]
fn the_size_of_stacks_takes_effect() -> Result<()> {
    let run = || {
        for (stack, fits) in [("256 KiB", false), ("16 MiB", true)] {
            let policy = Policy::from_toml_str(&format!("[limits]\nstack = \"{stack}\""), "")?;
            let mut plugin = RawPlugin::new(&engine().load(wat::parse_str(NESTED)?)?, &policy)?;
            assert_eq!(plugin.call::<_, i32>("nest", (63_000,)).is_ok(), fits, "{stack}");
        }
        Ok(())
    };
    isolated("policy_toml::the_size_of_stacks_takes_effect", run).map(drop)
}

#[test]
fn deadlines_and_threads_take_effect() -> Result<()> {
    let text = "[limits]\nthreads = 1\n[deadlines]\nstart = \"30s\"\ncall = \"1s\"";
    let policy = Policy::from_toml_str(text, "")?;
    let recorder = Recorder::default();
    let plugin = Plugin::builder(&guest("net")).policy(policy).on_event(recorder.callback()).start()?;
    assert!(call(&plugin, "block_threads", "2").is_err());
    wait_until("the report of the limit", || recorder.saw("reached its limit of 1 threads"));
    wait_until("the report of the end", || recorder.saw("was stopped: it took longer than 1s"));
    Ok(())
}

#[test]
fn unknown_keys_are_refused_with_the_closest_one() {
    assert_eq!(
        problem("[limits]\nmemroy = \"1 MiB\""),
        "line 2, column 1: there is no `limits.memroy` here; did you mean `memory`?"
    );
    assert_eq!(
        problem("[[mounts]]\nhost = \"a\"\n  acess = \"read-only\""),
        "line 3, column 3: there is no `mounts.acess` here; did you mean `access`?"
    );
    assert_eq!(problem("[netwrok]"), "line 1, column 2: there is no `netwrok` here; did you mean `network`?");
    assert_eq!(
        problem("[output]\ncolour = 1"),
        "line 2, column 1: there is no `output.colour` here; there are `inherit`"
    );
}

#[test]
fn wrong_values_are_refused_with_what_to_write() {
    for (text, expected) in [
        ("[limits]\nmemory = \"64 MB\"", "`limits.memory` is \"64 MB\", and a size is a whole number with"),
        ("[limits]\nmemory = 64", "`limits.memory` should be a size such as \"64 MiB\", and is of type integer"),
        ("[limits]\nmemory = \"5 GiB\"", "more than the largest size that is possible, 4294967296 bytes"),
        ("[limits]\nstack = \"1 GiB\"", "more than the largest size that is possible, 268435456 bytes"),
        ("[limits]\nstack = \"4 KiB\"", "`limits.stack` is less than the smallest size that is possible, 262144 bytes"),
        ("[limits]\nopen-files = 3", "`limits.open-files` should be a whole number from 64 to 65536"),
        ("[limits]\nopen-files = -3", "`limits.open-files` should be a whole number from 64 to 65536"),
        ("[deadlines]\ncall = \"1.5s\"", "`deadlines.call` is \"1.5s\", and a time is a whole number with ms, s"),
        ("[deadlines]\ncall = \"0s\"", "`deadlines.call` is no time at all: everything would be too late"),
        ("args = \"x\"", "`args` should be a list of strings, and is of type string"),
        ("args = [1]", "`args` should be a string, and is of type integer"),
        ("env = { A = 1 }", "`env.A` should be a string"),
        ("env = { \"A=B\" = \"1\" }", "`env.A=B` is no name of an environment variable"),
        ("[mounts]", "`mounts` should be a list of tables, each headed `[[mounts]]`, and is of type table"),
        ("[[mounts]]\nhost = \".\"", "`mounts.guest` is missing"),
        ("[[mounts]]\nhost = \"\"\nguest = \"/a\"", "`mounts.host` is empty; write `.`"),
        ("[[mounts]]\nhost=\".\"\nguest=\"/a\"\naccess=\"rw\"", "write \"read-only\" or \"read-write\""),
        ("[[mounts]]\nhost=\".\"\nguest=\"/a\"\nlimit=\"1 B\"", "is for mounts with `access = \"read-write\"`"),
        ("[network]\nconnect-tcp = [\"example.com\"]", "has \"example.com\", which is no rule: say which ports"),
        ("[network]\nlisten-tcp = [\"localhost:80\"]", "a plugin listens on an address"),
        ("[network]\nhosts = { a = [\"b\"] }", "`network.hosts.a` has \"b\", which is no address"),
        ("devices = 1", "`devices` should be `true` or `false`"),
        ("[input]\ninherit = true\ntext = \"a\"", "can't be there beside `inherit = true`"),
        ("[network]\nconnect-unix = [\"a\"]", "has \"a\", which is no rule"),
        ("config = 3", "`config` should be a table"),
        ("a = ", "line 1, column 5: "),
        ("args = []\nargs = []", "duplicate key"),
    ] {
        let problem = problem(text);
        assert!(problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn places_are_in_characters_and_name_the_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("plugix.toml");
    std::fs::write(&file, "args = [\"ä\", 1]")?;
    let error = Policy::from_toml_file(&file).unwrap_err();
    assert_matches!(error, PolicyError::Text(DocumentError::Value { place, .. }) if (place.line, place.column) == (1, 14));
    assert!(error.to_string().starts_with(&format!("{}:1:14: ", file.display())), "{error}");
    assert_matches!(Policy::from_toml_file(folder.path().join("none")).unwrap_err(), PolicyError::Read { .. });
    Ok(())
}

#[test]
fn configuration_of_another_type_is_an_error() -> Result<()> {
    let policy = Policy::from_toml_str("[config]\na = 1", "")?;
    assert_matches!(policy.config::<Vec<u8>>(), Err(PolicyError::Config(_)));
    assert_eq!(Policy::new().config::<Vec<u8>>()?, None);
    Ok(())
}

/// Text that looks like a policy in places.
fn almost() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("[limits]\n".to_owned()),
        Just("[network]\n".to_owned()),
        Just("[[mounts]]\n".to_owned()),
        Just("memory = ".to_owned()),
        Just("connect-tcp = [".to_owned()),
        Just("\"64 MiB\"\n".to_owned()),
        Just("\"[::1]:*\"]\n".to_owned()),
        "[a-z]{1,6} = ",
        "\"[^\"\\\\]{0,12}\"\n",
        "[0-9_xb+-]{1,8}\n",
        "\\PC{0,8}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Policy::from_toml_str(&text, "").map_err(|error| error.to_string());
    }

    #[test]
    fn no_text_that_looks_like_a_policy_panics(text in almost()) {
        let _ = Policy::from_toml_str(&text, "").map_err(|error| error.to_string());
    }
}
