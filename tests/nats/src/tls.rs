//! Certificates, as files.

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// An authority that nobody else trusts, and what it certifies: a server on 127.0.0.1 or `localhost`, and a client. The
/// files are PEM. They are removed with the last value that knows them.
#[derive(Clone, Debug)]
pub struct Tls {
    ca: PathBuf,
    cert: PathBuf,
    key: PathBuf,
    client_cert: PathBuf,
    client_key: PathBuf,
    _folder: Arc<TempDir>,
}

impl Tls {
    /// Makes all anew.
    ///
    /// # Errors
    /// If a key can't be made, or a file can't be written.
    pub fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let write = |name: &str, text: String| -> Result<PathBuf> {
            let path = folder.path().join(name);
            fs::write(&path, text)?;
            Ok(path)
        };
        let mut params = named("test authority", &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate()?;
        let ca = write("ca.pem", params.self_signed(&authority_key)?.pem())?;
        let authority = Issuer::new(params, authority_key);

        let certify = |mut params: CertificateParams, usage| -> Result<(String, String)> {
            params.extended_key_usages = vec![usage];
            params.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            Ok((params.signed_by(&key, &authority)?.pem(), key.serialize_pem()))
        };
        let server = named("test server", &["127.0.0.1", "localhost"])?;
        let (cert, key) = certify(server, ExtendedKeyUsagePurpose::ServerAuth)?;
        let client = named("test client", &["test-client"])?;
        let (client_cert, client_key) = certify(client, ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(Self {
            ca,
            cert: write("server.pem", cert)?,
            key: write("server-key.pem", key)?,
            client_cert: write("client.pem", client_cert)?,
            client_key: write("client-key.pem", client_key)?,
            _folder: Arc::new(folder),
        })
    }

    /// The authority's certificate.
    pub fn ca(&self) -> &Path {
        &self.ca
    }

    /// The server's certificate.
    pub fn cert(&self) -> &Path {
        &self.cert
    }

    /// The server's private key.
    pub fn key(&self) -> &Path {
        &self.key
    }

    /// A client's certificate.
    pub fn client_cert(&self) -> &Path {
        &self.client_cert
    }

    /// The client's private key.
    pub fn client_key(&self) -> &Path {
        &self.client_key
    }
}

fn named(name: &str, hosts: &[&str]) -> Result<CertificateParams> {
    let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}
