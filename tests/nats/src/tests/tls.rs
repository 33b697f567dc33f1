//! TLS: who trusts whom.

use super::client::{connect, info};
use super::*;
use anyhow::ensure;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::sync::Arc;
use std::time::Duration;

/// Connects as a client of NATS does: TLS begins after the server's first line.
fn enter(server: &Server, host: &str, trusts: &Tls, certificate: Option<&Tls>) -> Result<()> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusts.ca())?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_root_certificates(roots);
    let config = match certificate {
        None => config.with_no_client_auth(),
        Some(tls) => {
            let chain = vec![CertificateDer::from_pem_file(tls.client_cert())?];
            config.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(tls.client_key())?)?
        }
    };
    let mut stream = connect(server.address(), Duration::from_secs(60))?;
    let info = info(&mut stream)?;
    assert_eq!(info["tls_required"], true);
    let connection = ClientConnection::new(Arc::new(config), host.to_owned().try_into()?)?;
    let mut client = Client::of(Box::new(StreamOwned::new(connection, stream)), info);
    let answer = client.hello("{}")?;
    ensure!(answer == "PONG", "{answer}");
    Ok(())
}

#[test]
fn a_server_is_trusted_by_whoever_trusts_its_authority() -> Result<()> {
    if find_or_skip("a_server_is_trusted").is_none() {
        return Ok(());
    }
    let (tls, others) = (Tls::new()?, Tls::new()?);
    let mut server = Server::builder().tls(&tls).start()?;
    enter(&server, "127.0.0.1", &tls, None)?;
    enter(&server, "localhost", &tls, None)?;
    assert!(enter(&server, "elsewhere", &tls, None).is_err());
    assert!(enter(&server, "localhost", &others, None).is_err());
    // The server keeps its certificates.
    let ca = tls.clone();
    drop(tls);
    server.restart()?;
    enter(&server, "localhost", &ca, None)
}

#[test]
fn a_client_needs_a_certificate_of_the_same_authority() -> Result<()> {
    if find_or_skip("a_client_needs_a_certificate").is_none() {
        return Ok(());
    }
    let (tls, others) = (Tls::new()?, Tls::new()?);
    let server = Server::builder().tls(&tls).verify_clients(true).start()?;
    enter(&server, "localhost", &tls, Some(&tls))?;
    assert!(enter(&server, "localhost", &tls, None).is_err());
    assert!(enter(&server, "localhost", &tls, Some(&others)).is_err());
    Ok(())
}
