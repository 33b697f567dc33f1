//! Who a program is to the servers.

use crate::kit::*;
use plugix_fleet::{ConnectError, Error, Fleet, Identity, Login};
use plugix_nats::{Server as Nats, Tls};
use std::sync::Arc;

/// Binds, calls, and is sure that this works.
fn works(fleet: &Fleet) {
    let _host = host(fleet, "one", &Arc::default());
    assert_eq!(fleet.bind::<dyn Work>().unwrap().echo(b"in").unwrap(), b"in");
}

fn refused(builder: plugix_fleet::Builder) -> (Arc<ConnectError>, String) {
    let Err(Error::Connect(error)) = builder.connect() else { panic!("the server lets it in") };
    let text = error.to_string();
    (error, text)
}

#[test]
fn a_user_has_a_password() {
    let nats = Nats::builder().user("ann", "secret").start().unwrap();
    let login = |password: &str| Login::User { name: "ann".into(), password: password.into() };
    works(&Fleet::builder(&nats.url()).login(login("secret")).connect().unwrap());
    let (error, text) = refused(Fleet::builder(&nats.url()).login(login("wrong")));
    assert!(matches!(*error, ConnectError::Refused { .. }), "{text}");
    assert!(text.contains("the user and the password") && !text.contains("wrong"), "{text}");
    let (_, text) = refused(Fleet::builder(&nats.url()));
    assert!(text.contains("says nothing of who it is"), "{text}");
}

#[test]
fn a_user_has_an_nkey() {
    let (known, other) = (Identity::generate(), Identity::generate());
    let nats = Nats::builder().nkey(known.caller().as_str()).start().unwrap();
    works(&Fleet::builder(&nats.url()).login(Login::NKey(known.seed())).connect().unwrap());
    let (error, text) = refused(Fleet::builder(&nats.url()).login(Login::NKey(other.seed())));
    assert!(matches!(*error, ConnectError::Refused { .. }), "{text}");
    let (_, text) = refused(Fleet::builder(&nats.url()).login(Login::NKey("no seed".into())));
    assert!(text.contains("the nkey"), "{text}");
}

#[test]
fn a_token_is_enough() {
    let nats = Nats::builder().token("open-sesame").start().unwrap();
    works(&Fleet::builder(&nats.url()).login(Login::Token("open-sesame".into())).connect().unwrap());
    let (_, text) = refused(Fleet::builder(&nats.url()).login(Login::Token("shut".into())));
    assert!(text.contains("the token"), "{text}");
}

#[test]
fn tls_needs_the_right_certificates() {
    let tls = Tls::new().unwrap();
    let nats = Nats::builder().tls(&tls).verify_clients(true).start().unwrap();
    let builder = || Fleet::builder(&nats.url());
    let whole = builder().root_certificate(tls.ca()).client_certificate(tls.client_cert(), tls.client_key());
    works(&whole.connect().unwrap());
    // Another certificate authority.
    let other = Tls::new().unwrap();
    let (_, text) =
        refused(builder().root_certificate(other.ca()).client_certificate(tls.client_cert(), tls.client_key()));
    assert!(text.contains("ertificate"), "{text}");
    // No certificate of the client's own.
    let (_, text) = refused(builder().root_certificate(tls.ca()));
    assert!(text.contains("nats://") || text.contains("tls://"), "{text}");
    let (error, text) = refused(builder().root_certificate("no/such/file.pem"));
    assert!(matches!(*error, ConnectError::File { .. }) && text.contains("no/such/file.pem"), "{text}");
}

#[test]
fn addresses_and_files_that_are_none_are_named() {
    let (error, text) = refused(Fleet::builder("http://127.0.0.1:4222"));
    assert!(matches!(*error, ConnectError::Address { .. }), "{text}");
    let (error, text) = refused(Fleet::builder("nats://127.0.0.1:1"));
    assert!(matches!(*error, ConnectError::Unreachable { .. }), "{text}");
    let (_, text) = refused(Fleet::builder("nats://127.0.0.1:1").login(Login::Credentials("no/file.creds".into())));
    assert!(text.contains("no/file.creds"), "{text}");
}
