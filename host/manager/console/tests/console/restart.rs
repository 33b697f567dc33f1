//! What is installed outlives the console: plugins, configurations, states, grants, and versions that wait.

use crate::grants::{GRANT, allow_all};
use crate::{module, start_in};
use anyhow::Result;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const INSTALL: &str = "/api/plugins?name=counter&config=%22%22";
const ASKS: &str = "/api/plugins?name=asks";

/// The files of the uploads, by name.
fn uploads(home: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(home.join("uploads"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[test]
fn installed_plugins_survive_a_restart() -> Result<()> {
    let home = tempfile::tempdir()?;
    let folder = home.path().to_str().unwrap_or_default();
    let (client, running) = start_in(home.path())?;
    client.done("POST", INSTALL, &module("guest-stateful"))?;
    client.done("POST", ASKS, &module("guest-requests"))?;
    client.done("PUT", GRANT, &allow_all(&client.plugin("asks")?["current"], folder)?)?;
    client.done("POST", "/api/plugins?name=gone&config=%22%22", &module("guest-stateful"))?;
    client.done("DELETE", "/api/plugins/gone", b"")?;
    assert_eq!(client.call("counter", "add", json!([7]))?, 7);
    running.end();

    // Without its configuration the counter wouldn't start.
    let (client, running) = start_in(home.path())?;
    assert_eq!(client.call("counter", "add", json!([0]))?, 7, "its state is there");
    assert_eq!(client.plugin("asks")?["health"], "serving", "its grant is there");
    assert_eq!(client.plugin("gone")?, Value::Null);
    client.done("DELETE", GRANT, b"")?;
    running.end();

    let (client, _running) = start_in(home.path())?;
    assert_eq!(client.plugin("asks")?["health"], "waiting", "what was taken back stays so");
    Ok(())
}

#[test]
fn a_version_that_waits_is_found_again() -> Result<()> {
    let home = tempfile::tempdir()?;
    let (client, running) = start_in(home.path())?;
    let install = "/api/plugins?name=asks&config=%22%22";
    client.done("POST", install, &module("guest-stateful"))?;
    // The next version of the counter asks for what nobody has granted yet.
    client.done("POST", ASKS, &module("guest-requests"))?;
    let waits = |plugin: &Value| {
        assert_eq!(
            (&plugin["health"], plugin["methods"].as_array().map(Vec::is_empty)),
            (&json!("serving"), Some(false))
        );
        plugin["next"]["requests"].as_array().is_some_and(|requests| !requests.is_empty())
    };
    assert!(waits(&client.plugin("asks")?));
    // What came last counts: what runs already, and then the next version again.
    client.done("POST", install, &module("guest-stateful"))?;
    assert_eq!(client.plugin("asks")?["next"], Value::Null);
    client.done("POST", ASKS, &module("guest-requests"))?;
    running.end();

    let (client, running) = start_in(home.path())?;
    let plugin = client.plugin("asks")?;
    assert!(waits(&plugin), "{plugin}");
    // It is answered, and can't take the state over. What ran goes on.
    let all = allow_all(&plugin["next"], home.path().to_str().unwrap_or_default())?;
    assert_eq!(client.refused("PUT", GRANT, &all)?, "reload");
    assert_eq!(client.call("asks", "add", json!([1]))?, 1);
    client.done("POST", "/api/plugins/asks/stop", b"")?;
    client.done("PUT", GRANT, &all)?;
    let is_new = |plugin: &Value| {
        let requests = plugin["current"]["requests"].as_array().is_some_and(|requests| !requests.is_empty());
        requests && plugin["health"] == "serving" && plugin["next"].is_null()
    };
    assert!(is_new(&client.plugin("asks")?));
    running.end();
    let (client, _running) = start_in(home.path())?;
    assert!(is_new(&client.plugin("asks")?));
    Ok(())
}

#[test]
fn what_a_kill_has_left_is_no_plugin() -> Result<()> {
    let home = tempfile::tempdir()?;
    let (client, running) = start_in(home.path())?;
    client.done("POST", INSTALL, &module("guest-stateful"))?;
    let files = uploads(home.path())?;
    assert_eq!(files.len(), 2, "{files:?}");
    running.end();
    // Killed while a file was written, between two files, and before the store knew of a plugin.
    let left = [".counter.wasm", ".tmpA", "other.wasm", "other.wasm.minisig", "other.00.json"];
    left.iter().try_for_each(|name| fs::write(home.path().join("uploads").join(name), "half"))?;
    let (client, running) = start_in(home.path())?;
    assert_eq!(uploads(home.path())?, files);
    assert_eq!((client.plugin("other")?, &client.plugin("counter")?["health"]), (Value::Null, &json!("serving")));
    running.end();

    // Killed before the next version had taken over: it does so now, with its configuration.
    let next = module("guest-stateful-next");
    fs::write(home.path().join("uploads/counter.wasm"), &next)?;
    let config = format!("counter.{}.json", blake3::hash(&next).to_hex());
    fs::write(home.path().join("uploads").join(&config), "\"\"")?;
    let (client, running) = start_in(home.path())?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 2);
    running.end();

    // Killed so, and it is no module: what ran runs, and it is told why.
    fs::write(home.path().join("uploads/counter.wasm"), "no module")?;
    let (client, _running) = start_in(home.path())?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 2);
    client.wait_for("is not updated")
}

#[test]
fn one_console_has_the_folder() -> Result<()> {
    let home = tempfile::tempdir()?;
    let (_client, _running) = start_in(home.path())?;
    let second = start_in(home.path()).err().map(|error| format!("{error:#}"));
    assert!(second.is_some_and(|error| error.contains("in use by another program")));
    Ok(())
}
