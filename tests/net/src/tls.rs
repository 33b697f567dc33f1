//! Handshakes of TLS 1.3, with ring's cryptography. Client and server hand each other bytes, without a socket.

use crate::Result;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Full handshakes: no session is resumed.
pub(crate) fn handshake(_: &Path, count: u32) -> Result<Duration> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let server = Arc::new(server.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key)?);
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone())?;
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut client = client.with_root_certificates(roots).with_no_client_auth();
    client.resumption = rustls::client::Resumption::disabled();
    let client = Arc::new(client);

    let start = Instant::now();
    for _ in 0..count {
        let mut asking = ClientConnection::new(Arc::clone(&client), "localhost".try_into()?)?;
        let mut answering = ServerConnection::new(Arc::clone(&server))?;
        while asking.is_handshaking() || answering.is_handshaking() {
            let mut bytes = Vec::new();
            asking.write_tls(&mut bytes)?;
            answering.read_tls(&mut &bytes[..])?;
            answering.process_new_packets()?;
            bytes.clear();
            answering.write_tls(&mut bytes)?;
            asking.read_tls(&mut &bytes[..])?;
            asking.process_new_packets()?;
        }
    }
    Ok(start.elapsed())
}
