//! Handshakes of TLS 1.3, with ring's cryptography. Client and server hand each other bytes, without a socket.

use crate::Result;
use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Full handshakes, with a certificate of P-256: no session is resumed.
pub(crate) fn p256(_: &Path, count: u32) -> Result<Duration> {
    handshakes(&rcgen::PKCS_ECDSA_P256_SHA256, count)
}

/// The same with a certificate of Ed25519.
pub(crate) fn ed25519(_: &Path, count: u32) -> Result<Duration> {
    handshakes(&rcgen::PKCS_ED25519, count)
}

fn handshakes(algorithm: &'static SignatureAlgorithm, count: u32) -> Result<Duration> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let signing_key = KeyPair::generate_for(algorithm)?;
    let cert = CertificateParams::new(["localhost".to_owned()])?.self_signed(&signing_key)?;
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
