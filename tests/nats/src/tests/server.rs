//! One server: that it starts, what it keeps, and whom it lets in.

use super::*;

/// A stream of JetStream's with one message.
const STREAM: &str = r#"{"name":"kept","subjects":["kept.>"],"storage":"file"}"#;

#[test]
fn a_server_starts_and_knows_no_address_but_its_own() -> Result<()> {
    if find_or_skip("a_server_starts").is_none() {
        return Ok(());
    }
    let server = Server::start()?;
    let client = Client::enter(server.address())?;
    assert_eq!(client.info["server_name"], server.name());
    assert_eq!(client.info["jetstream"], true);
    assert!(client.info["connect_urls"].is_null(), "{}", client.info);
    assert_eq!(server.url(), format!("nats://127.0.0.1:{}", server.address().port()));
    assert_eq!(server.monitor("/connz")?["num_connections"], 1);
    assert!(server.log().contains("Server is ready"), "{}", server.log());
    Ok(())
}

#[test]
fn a_server_comes_back_with_its_port_and_its_store() -> Result<()> {
    if find_or_skip("a_server_comes_back").is_none() {
        return Ok(());
    }
    let mut server = Server::start()?;
    let address = server.address();
    let mut client = Client::enter(address)?;
    let made = client.ask("$JS.API.STREAM.CREATE.kept", STREAM)?;
    assert!(made["error"].is_null(), "{made}");
    assert_eq!(client.ask("kept.a", "text")?["seq"], 1);
    server.kill();
    assert!(client.line().is_err());
    assert!(Client::enter(address).is_err());
    server.restart()?;
    assert_eq!(server.address(), address);
    let found = Client::enter(address)?.ask("$JS.API.STREAM.INFO.kept", "")?;
    assert_eq!(found["state"]["messages"], 1, "{found}");
    Ok(())
}

#[test]
fn whoever_knows_no_password_stays_outside() -> Result<()> {
    if find_or_skip("whoever_knows_no_password").is_none() {
        return Ok(());
    }
    let password = r#"a "quoted" \ word"#;
    let server = Server::builder().user("one", password).user("two", "other").start()?;
    let enter = |name: &str, password: &str| {
        Client::new(server.address())?.hello(&serde_json::json!({ "user": name, "pass": password }).to_string())
    };
    assert_eq!(enter("one", password)?, "PONG");
    assert_eq!(enter("two", "other")?, "PONG");
    assert_eq!(enter("two", password)?, "-ERR 'Authorization Violation'");
    assert!(Client::enter(server.address()).is_err());

    let server = Server::builder().token("secret").jetstream(false).start()?;
    let enter = |options: &str| Client::new(server.address())?.hello(options);
    assert_eq!(enter(r#"{"auth_token":"secret"}"#)?, "PONG");
    assert_eq!(enter(r#"{"auth_token":"other"}"#)?, "-ERR 'Authorization Violation'");
    assert!(Client::new(server.address())?.info["jetstream"].is_null());
    Ok(())
}

#[test]
fn a_key_is_asked_for_a_signature() -> Result<()> {
    if find_or_skip("a_key_is_asked").is_none() {
        return Ok(());
    }
    let key = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    let server = Server::builder().nkey(key).start()?;
    let mut client = Client::new(server.address())?;
    assert!(client.info["nonce"].is_string(), "{}", client.info);
    let answer = client.hello(&format!(r#"{{"nkey":"{key}","sig":"AAAA"}}"#))?;
    assert_eq!(answer, "-ERR 'Authorization Violation'");
    Ok(())
}

#[test]
fn limits_are_the_tests() -> Result<()> {
    if find_or_skip("limits_are_the_tests").is_none() {
        return Ok(());
    }
    let server = Server::builder().max_payload(1000).max_store(5_000_000).start()?;
    assert_eq!(Client::new(server.address())?.info["max_payload"], 1000);
    assert_eq!(server.monitor("/jsz")?["config"]["max_storage"], 5_000_000);
    Ok(())
}

#[test]
fn a_server_that_does_not_start_says_why() -> Result<()> {
    if find_or_skip("a_server_that_does_not_start").is_none() {
        return Ok(());
    }
    let error = format!("{:#}", Server::builder().user("one", "word").token("secret").start().unwrap_err());
    assert!(error.contains("token"), "{error}");
    Ok(())
}
