//! Servers with TLS: one whose certificate this machine knows, and one whose it doesn't.

use super::*;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

/// What the child process is told: the address.
const URL: &str = "PLUGIX_STORE_TEST_URL";

/// A server that answers two requests with the content. Returns its address, and its certificate as text.
fn server() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/m.wasm", listener.local_addr().unwrap());
    // It ends with the program.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            answer(StreamOwned::new(connection, stream));
        }
    });
    (url, made.cert.pem())
}

/// Answers a request, if the other side trusts the certificate.
fn answer(mut stream: StreamOwned<ServerConnection, std::net::TcpStream>) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let (status, body) = match request.starts_with(b"GET /m.wasm ") {
        true => ("200 OK", content()),
        false => ("404 Not Found", Vec::new()),
    };
    let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(&body);
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

#[test]
fn a_server_is_known_by_its_certificate() {
    let (url, certificate) = server();
    let case = Case::new();
    // A machine without any certificates trusts nobody, either.
    let error = case.fails(&url, &content());
    assert!(matches!(error, FetchError::Connection { .. } | FetchError::Setup { .. }), "{error:?}");
    let file = case.folder.path().join("certificate.pem");
    fs::write(&file, certificate).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "fetch::tests::tls::fetches_in_a_child"]).env(URL, &url).env("SSL_CERT_FILE", &file);
    let output = child.env_remove("SSL_CERT_DIR").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// In the child it fetches. Otherwise it has nothing to do.
#[test]
fn fetches_in_a_child() {
    let Ok(url) = std::env::var(URL) else { return };
    assert_eq!(Case::new().fetch(&url, &content()).unwrap().module, content());
}
