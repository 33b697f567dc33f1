//! Plugins are installed, called, reloaded under load, killed, stopped and removed.

use crate::{module, start};
use anyhow::Result;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A counter whose configuration, a text, refuses nothing.
const INSTALL: &str = "/api/plugins?name=counter&config=%22%22";
const COUNTER: &str = "/api/plugins/counter";

#[test]
fn a_plugin_is_installed_called_stopped_and_removed() -> Result<()> {
    let client = start()?;
    assert_eq!(client.done("POST", INSTALL, &module("guest-stateful"))?["name"], "counter");
    let plugin = client.plugin("counter")?;
    assert_eq!(
        (&plugin["health"], &plugin["current"]["description"]),
        (&json!("serving"), &json!("Counts, and keeps the count"))
    );
    let methods = plugin["methods"]
        .as_array()
        .map(|methods| methods.iter().map(|method| method["path"].clone()).collect::<Vec<_>>());
    assert!(methods.is_some_and(|methods| methods.contains(&json!("Counting/add"))), "{plugin}");
    assert_eq!(client.call("counter", "Counting/add", json!([2]))?, 2);
    assert_eq!(client.call("counter", "add", json!({ "number": 3 }))?, 5);

    let call = |body: &Value| client.ask("POST", "/api/plugins/counter/call", body.to_string().as_bytes());
    let (status, own) = call(&json!({ "method": "add_letters", "args": [""] }))?;
    assert_eq!((status, &own["kind"], &own["returned"]), (422, &json!("returned"), &json!("no letters")));
    for wrong in [json!({ "method": "none", "args": [] }), json!({ "method": "add", "args": ["x"] })] {
        assert_eq!(call(&wrong)?.1["kind"], "call", "{wrong}");
    }

    client.done("POST", &format!("{COUNTER}/stop"), b"")?;
    assert_eq!(client.plugin("counter")?["health"], "stopped");
    assert_eq!(call(&json!({ "method": "generation", "args": [] }))?.1["kind"], "not-running");
    client.done("POST", &format!("{COUNTER}/reload"), b"")?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 1);
    client.done("DELETE", COUNTER, b"")?;
    assert_eq!(client.plugin("counter")?, Value::Null);
    assert_eq!(client.refused("DELETE", COUNTER, b"")?, "unknown");
    Ok(())
}

#[test]
fn what_is_broken_is_told_and_changes_nothing() -> Result<()> {
    let client = start()?;
    let whole = module("guest-stateful");
    for broken in [&b""[..], b"\0asm\x01\0\0\0", b"no module", &whole[..whole.len() / 2]] {
        assert_eq!(client.refused("POST", INSTALL, broken)?, "module");
    }
    assert_eq!(client.refused("POST", "/api/plugins?name=..%2Fup", &whole)?, "name");
    assert_eq!(client.refused("POST", "/api/plugins?name=counter&config=%7B", &whole)?, "config");
    // It wants a configuration, and has none.
    assert_eq!(client.refused("POST", "/api/plugins?name=counter", &whole)?, "manager");
    let config = "/api/plugins?name=counter&config=%22start%22";
    assert_eq!(client.refused("POST", config, &whole)?, "manager");
    assert_eq!(client.plugin("counter")?, Value::Null);

    client.done("POST", INSTALL, &whole)?;
    client.call("counter", "add", json!([7]))?;
    let next = module("guest-stateful-next");
    for wrong in [&next[..next.len() - 9], b"no module"] {
        assert_eq!(client.refused("POST", INSTALL, wrong)?, "module");
    }
    let refuses = "/api/plugins?name=counter&config=%22restore%22";
    assert_eq!(client.refused("POST", refuses, &next)?, "reload");
    assert_eq!(client.plugin("counter")?["next"], Value::Null);
    assert_eq!(client.call("counter", "add", json!([0]))?, 7);
    assert_eq!(client.call("counter", "generation", json!([]))?, 1);
    Ok(())
}

#[test]
fn what_is_too_large_is_not_taken() -> Result<()> {
    let client = start()?;
    let (status, told) = client.ask("POST", "/api/plugins/counter/call", &vec![b' '; (1 << 20) + 1])?;
    assert_eq!(status, 413, "{told}");
    Ok(())
}

#[test]
fn reloads_and_updates_under_load_lose_no_call_and_no_count() -> Result<()> {
    let client = start()?;
    client.done("POST", INSTALL, &module("guest-stateful"))?;
    let (ended, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| -> Result<()> {
        let call = || -> Result<()> {
            while !ended.load(Ordering::SeqCst) {
                client.call("counter", "add", json!([1]))?;
                calls.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        };
        let callers: Vec<_> = (0..3).map(|_| scope.spawn(call)).collect();
        let reload = || -> Result<()> {
            for _ in 0..5 {
                client.done("POST", &format!("{COUNTER}/reload"), b"")?;
            }
            client.done("POST", INSTALL, &module("guest-stateful-next")).map(drop)
        };
        let reloaded = reload();
        ended.store(true, Ordering::SeqCst);
        for caller in callers {
            caller.join().expect("a caller doesn't panic")?;
        }
        reloaded
    })?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 2);
    assert_eq!(client.call("counter", "add", json!([0]))?, calls.load(Ordering::SeqCst));
    assert_eq!(client.plugin("counter")?["status"]["reloads"], 6);
    Ok(())
}

#[test]
fn a_plugin_that_dies_comes_back_and_pages_are_told() -> Result<()> {
    let client = start()?;
    client.done("POST", INSTALL, &module("guest-stateful"))?;
    client.wait_for("serves")?;
    let trap = json!({ "method": "trap", "args": [] }).to_string();
    assert_eq!(client.refused("POST", "/api/plugins/counter/call", trap.as_bytes())?, "call");
    client.wait_for("serves again")?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 1);
    let plugin = client.plugin("counter")?;
    assert_eq!((&plugin["health"], &plugin["status"]["restarts"]), (&json!("serving"), &json!(1)));
    assert!(plugin["status"]["errors"][0]["error"].is_string(), "{plugin}");
    Ok(())
}
