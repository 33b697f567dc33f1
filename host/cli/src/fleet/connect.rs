//! Where the servers are, and who this program is to them.

use crate::secret;
use anyhow::{Context as _, Result};
use plugix_fleet::{Fleet, Identity, Login};
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that has the servers, if the command line says nothing.
const SERVERS: &str = "PLUGIX_FLEET";

#[derive(clap::Args)]
pub(super) struct Connect {
    /// The servers, with commas between them; the default is in `PLUGIX_FLEET`, or `nats://127.0.0.1:4222`
    #[arg(long, value_name = "URLS")]
    servers: Option<String>,
    /// A user of the servers; the password is asked for
    #[arg(long, value_name = "NAME", conflicts_with_all = ["nkey", "creds"])]
    user: Option<String>,
    /// Read the password from standard input
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// A file with the seed of a user's nkey
    #[arg(long, value_name = "FILE", conflicts_with = "creds")]
    nkey: Option<PathBuf>,
    /// A file of credentials, as `nsc` makes it
    #[arg(long, value_name = "FILE")]
    creds: Option<PathBuf>,
    /// Certificates that the servers' ones may be signed by; the connection is encrypted then
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// This program's own certificate
    #[arg(long, value_name = "FILE", requires = "cert_key")]
    cert: Option<PathBuf>,
    /// The certificate's key
    #[arg(long, value_name = "FILE", requires = "cert")]
    cert_key: Option<PathBuf>,
    /// A file with the seed of the nkey that signs calls, for hosts that name their callers
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
}

impl Connect {
    pub(super) fn connect(&self, name: &str) -> Result<Fleet> {
        let servers = self.servers.clone().or_else(|| std::env::var(SERVERS).ok());
        let servers = servers.unwrap_or_else(|| "nats://127.0.0.1:4222".to_owned());
        let mut builder = Fleet::builder(&servers).name(name).login(self.login()?);
        if let Some(file) = &self.ca {
            builder = builder.root_certificate(file);
        }
        if let (Some(certificate), Some(key)) = (&self.cert, &self.cert_key) {
            builder = builder.client_certificate(certificate, key);
        }
        if let Some(file) = &self.identity {
            let identity = Identity::from_seed(&read(file)?).with_context(|| file.display().to_string())?;
            builder = builder.identity(identity);
        }
        Ok(builder.connect()?)
    }

    fn login(&self) -> Result<Login> {
        Ok(match (&self.user, &self.nkey, &self.creds) {
            (Some(name), ..) => {
                let password = secret::read(&format!("Password of {name}: "), self.password_stdin)?;
                Login::User { name: name.clone(), password }
            }
            (_, Some(file), _) => Login::NKey(read(file)?),
            (.., Some(file)) => Login::Credentials(file.clone()),
            _ => Login::Anonymous,
        })
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))
}
