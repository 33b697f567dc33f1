//! A plugin starts when a person has granted what it needs, and ends when that is taken back.

use crate::{module, start};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};

const PLUGIN: &str = "/api/plugins/asks";
pub(crate) const GRANT: &str = "/api/plugins/asks/grant";

/// Answers that allow all that a version asks for.
pub(crate) fn allow_all(version: &Value, folder: &str) -> Result<Vec<u8>> {
    answers_to(version, folder, |_| true)
}

/// Answers that allow what `allows` says, with a folder where one is asked for.
fn answers(plugin: &Value, folder: &str, allows: impl Fn(&Value) -> bool) -> Result<Vec<u8>> {
    answers_to(&plugin["current"], folder, allows)
}

fn answers_to(version: &Value, folder: &str, allows: impl Fn(&Value) -> bool) -> Result<Vec<u8>> {
    let requests = version["requests"].as_array().context("a list")?;
    let answers = requests.iter().map(|request| match (allows(request), &request["needs-folder"]) {
        (true, Value::Bool(true)) => json!({ "allow": true, "folder": folder }),
        (allow, _) => json!({ "allow": allow }),
    });
    let body = json!({ "hash": version["hash"], "answers": answers.collect::<Vec<_>>() });
    Ok(body.to_string().into_bytes())
}

#[test]
fn a_plugin_waits_for_its_grant_and_loses_it() -> Result<()> {
    let (client, folder) = (start()?, tempfile::tempdir()?);
    let folder = folder.path().to_str().context("a path is text")?;
    client.done("POST", "/api/plugins?name=asks", &module("guest-requests"))?;
    let plugin = client.plugin("asks")?;
    assert_eq!((&plugin["health"], &plugin["status"]), (&json!("waiting"), &Value::Null));
    let first = &plugin["current"]["requests"][0];
    assert!(first["reason"].is_string() && first["allowed"].is_null(), "{first}");
    assert_eq!(client.refused("POST", &format!("{PLUGIN}/reload"), b"")?, "not-running");

    // Less than it needs: it stays where it is.
    client.done("PUT", GRANT, &answers(&plugin, folder, |_| false)?)?;
    assert_eq!(client.plugin("asks")?["health"], "waiting");
    // What it needs, and no more.
    client.done("PUT", GRANT, &answers(&plugin, folder, |request| request["optional"] == false)?)?;
    let running = client.plugin("asks")?;
    assert_eq!(running["health"], "serving");
    let requests = running["current"]["requests"].as_array().context("a list")?;
    assert!(requests.iter().all(|request| request["allowed"].as_bool() == request["optional"].as_bool().map(|it| !it)));
    // All.
    client.done("PUT", GRANT, &answers(&plugin, folder, |_| true)?)?;
    let running = client.plugin("asks")?;
    assert_eq!((&running["health"], &running["status"]["reloads"]), (&json!("serving"), &json!(1)));
    // The same module again is no question.
    client.done("POST", "/api/plugins?name=asks", &module("guest-requests"))?;
    assert_eq!(client.plugin("asks")?["health"], "serving");

    client.done("DELETE", GRANT, b"")?;
    let plugin = client.plugin("asks")?;
    assert_eq!((&plugin["health"], &plugin["current"]["requests"][0]["allowed"]), (&json!("waiting"), &Value::Null));
    Ok(())
}

#[test]
fn answers_to_something_else_are_refused() -> Result<()> {
    let client = start()?;
    client.done("POST", "/api/plugins?name=asks", &module("guest-requests"))?;
    let plugin = client.plugin("asks")?;
    let mut other = plugin.clone();
    other["current"]["hash"] = format!("blake3:{}", "0".repeat(64)).into();
    assert_eq!(client.refused("PUT", GRANT, &answers(&other, "/", |_| true)?)?, "other-version");
    other = plugin.clone();
    other["current"]["requests"].as_array_mut().context("a list")?.pop();
    assert_eq!(client.refused("PUT", GRANT, &answers(&other, "/", |_| true)?)?, "answers");
    // A folder has to be named, and from the root on.
    assert_eq!(client.refused("PUT", GRANT, &answers(&plugin, "books", |_| true)?)?, "grant");
    assert_eq!(client.plugin("asks")?["health"], "waiting");
    Ok(())
}
