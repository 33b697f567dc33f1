//! A module comes with its signatures, and without those that the folder wants it is not taken.

use crate::{module, start_in};
use anyhow::Result;
use minisign::KeyPair;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const INSTALL: &str = "/api/plugins?name=counter&config=%22%22";

/// Has the folder take what this key has signed, and nothing else.
fn set_policy(home: &Path, pair: &KeyPair) -> Result<()> {
    let policy =
        format!("unnamed = \"refuse\"\n[[rule]]\nsource = \"file:*\"\nall-of = [\"{}\"]\n", pair.pk.to_base64());
    Ok(fs::write(home.join("signatures.toml"), policy)?)
}

/// The address to which a module goes with its signature.
fn signed(pair: &KeyPair, module: &[u8]) -> Result<String> {
    let text = minisign::sign(None, &pair.sk, module, None, None)?.into_string();
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    Ok(format!("{INSTALL}&signatures={encoded}"))
}

#[test]
fn what_is_not_signed_is_not_installed() -> Result<()> {
    let (home, pair) = (tempfile::tempdir()?, KeyPair::generate_unencrypted_keypair()?);
    set_policy(home.path(), &pair)?;
    let (client, running) = start_in(home.path())?;
    let (first, next) = (module("guest-stateful"), module("guest-stateful-next"));
    let (status, told) = client.ask("POST", INSTALL, &first)?;
    assert_eq!((status, &told["kind"]), (422, &json!("signature")));
    assert!(told["error"].as_str().is_some_and(|error| error.contains("(is missing)")), "{told}");
    // Unsigned, it isn't even looked at.
    assert_eq!(client.refused("POST", INSTALL, b"no module")?, "signature");
    assert_eq!(client.refused("POST", &format!("{INSTALL}&signatures=rubbish"), &first)?, "signature");
    assert_eq!(client.refused("POST", &signed(&pair, &next)?, &first)?, "signature");
    assert_eq!(client.plugin("counter")?, Value::Null);
    assert_eq!(fs::read_dir(home.path().join("uploads"))?.count(), 0);

    client.done("POST", &signed(&pair, &first)?, &first)?;
    assert_eq!(client.plugin("counter")?["current"]["signed-by"], json!([pair.pk.to_base64()]));
    // What comes next has to be signed, too. Until it is, the old one runs, with its own signature beside it.
    assert_eq!(client.refused("POST", INSTALL, &next)?, "signature");
    assert_eq!(client.call("counter", "generation", json!([]))?, 1);
    let beside = fs::read_to_string(home.path().join("uploads/counter.wasm.minisig"))?;
    assert!(beside.starts_with("untrusted comment"), "{beside}");
    client.done("POST", &signed(&pair, &next)?, &next)?;
    assert_eq!(client.call("counter", "generation", json!([]))?, 2);
    running.end();

    let (client, running) = start_in(home.path())?;
    assert_eq!(client.plugin("counter")?["health"], "serving");
    running.end();
    // The policy has become stricter: what was installed doesn't start, and says why.
    set_policy(home.path(), &KeyPair::generate_unencrypted_keypair()?)?;
    let (client, _running) = start_in(home.path())?;
    let plugin = client.plugin("counter")?;
    assert_eq!((&plugin["health"], &plugin["status"]), (&json!("broken"), &Value::Null));
    assert!(plugin["problem"].as_str().is_some_and(|problem| problem.contains("not signed as it must be")), "{plugin}");
    assert_eq!(client.refused("POST", "/api/plugins/counter/reload", b"")?, "signature");
    client.wait_for("is not started")
}
