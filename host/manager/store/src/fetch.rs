//! Brings modules and their signatures here, as bytes. Nothing here knows what is kept.

mod download;
mod error;
mod guard;
mod local;
mod web;

#[cfg(test)]
mod tests;

pub(crate) use download::Wanted;
pub use error::{FetchError, Refused};
pub(crate) use local::signatures;
pub(crate) use web::Web;
pub(crate) use web::{accepted, host};

use crate::disk::Disk;
use crate::registry::{self, Annotations};
use crate::signature::Signatures;
use crate::{ContentHash, Credentials, PluginName, Reference, Source, StoreError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much a download may be, and how long it may take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a module; 64 MiB by default.
    pub module: u64,
    /// Bytes of anything else that is read from another side; 1 MiB by default.
    pub answer: u64,
    /// How long nothing may come; 30 s by default.
    pub stall: Duration,
    /// How long it may take as a whole; 30 min by default.
    pub total: Duration,
    /// How often a download that broke off is resumed; 5 times by default.
    pub retries: u32,
}

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that are here, those of an earlier attempt included.
    pub received: u64,
    /// Bytes as a whole, as far as the other side tells.
    pub total: Option<u64>,
}

/// Who hears of a download's progress.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// A module as its source delivers it. Nothing in it was looked at but its hash, if the source names one.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// The module's bytes.
    pub module: Vec<u8>,
    /// What came as its signatures.
    pub signatures: Signatures,
    /// The digest of its manifest, if it comes from a registry.
    pub digest: Option<String>,
}

/// Brings modules here. It blocks: in asynchronous code, call it in something like `tokio::task::spawn_blocking`.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Where unfinished downloads are, to be resumed.
    partial: PathBuf,
    limits: Limits,
    credentials: Option<Credentials>,
    pub(crate) disk: Disk,
    #[cfg(test)]
    pub(crate) public: Option<std::net::IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            module: 64 << 20,
            answer: 1 << 20,
            stall: Duration::from_secs(30),
            total: Duration::from_secs(30 * 60),
            retries: 5,
        }
    }
}

impl Fetcher {
    /// A fetcher with its unfinished downloads in a folder. Others may use the same folder.
    pub fn new(partial: impl Into<PathBuf>) -> Self {
        Self {
            partial: partial.into(),
            limits: Limits::default(),
            credentials: None,
            disk: Disk::default(),
            #[cfg(test)]
            public: None,
        }
    }

    /// A fetcher for a store's folder, whether or not it is there: unfinished downloads are in it, and credentials in its
    /// `credentials.toml`, or else in the user's file ([`Credentials::of_user`]).
    ///
    /// # Errors
    /// [`StoreError::Credentials`] if the credentials can't be used, [`StoreError::Disk`].
    pub fn of_home(home: impl AsRef<Path>) -> Result<Self, StoreError> {
        let home = home.as_ref();
        let own = home.join("credentials.toml");
        let path = if own.exists() { Some(own) } else { Credentials::of_user() };
        let fetcher = Self::new(home.join("partial"));
        Ok(match path {
            Some(path) => fetcher.credentials(Credentials::open(path)?),
            None => fetcher,
        })
    }

    /// Sets how much a download may be.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets who the user is to registries.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    pub(crate) fn limits_are(&self) -> &Limits {
        &self.limits
    }

    /// Brings a module here. `name` is the plugin's, which finds it in a folder. Addresses of a network that isn't public
    /// are taken only if the source itself is in that network.
    ///
    /// # Errors
    /// Any variant of [`StoreError`] about files, [`StoreError::OtherModule`] if the source names a hash and delivers
    /// something else, and [`StoreError::Fetch`].
    pub fn fetch(
        &self,
        source: &Source,
        name: Option<&PluginName>,
        progress: OnProgress<'_>,
    ) -> Result<Fetched, StoreError> {
        match source {
            Source::File(path) => local::file(path, self.limits.module),
            Source::Folder(folder) => local::in_folder(folder, name, self.limits.module),
            Source::Url { url, hash } => {
                let web = Web::new(url, self)?;
                let check = |bytes: &[u8]| match ContentHash::of(bytes) {
                    found if found == *hash => Ok(()),
                    found => Err(FetchError::OtherBytes {
                        url: url.to_string(),
                        expected: hash.to_string(),
                        found: found.to_string(),
                    }),
                };
                let partial = self.partial.join(ContentHash::of(source.to_string().as_bytes()).hex());
                let wanted = Wanted { size: None, is_immutable: false, check: &check };
                let (module, signatures) = web.run(async {
                    let module = web.download(&partial, wanted, progress, || web.get(url.clone())).await?;
                    Ok((module, web.signatures(url).await?))
                })?;
                let signatures = Signatures::parse(&signatures)
                    .map_err(|reason| StoreError::Signatures { source_text: source.to_string(), reason })?;
                Ok(Fetched { module, signatures, digest: None })
            }
            Source::Oci(reference) => registry::pull(self, reference, &self.partial, progress),
        }
    }

    /// The digest of what a registry has at an address now, and what its publisher notes there.
    ///
    /// # Errors
    /// [`StoreError::Fetch`].
    pub fn look(&self, reference: &Reference) -> Result<(String, Annotations), StoreError> {
        registry::look(self, reference)
    }

    /// Brings a module to a registry. Returns the digest of its manifest. What is noted beside it is read from the module.
    ///
    /// # Errors
    /// [`StoreError::Fetch`], and [`StoreError::Module`] if the bytes are no module.
    pub fn push(&self, reference: &Reference, module: Vec<u8>, signatures: &[String]) -> Result<String, StoreError> {
        registry::push(self, reference, module, signatures)
    }

    /// Asks a registry whether it knows the user.
    ///
    /// # Errors
    /// [`StoreError::Fetch`], with [`FetchError::Unauthorized`] if it doesn't.
    pub fn check_login(&self, registry: &str) -> Result<(), StoreError> {
        registry::check_login(self, registry)
    }

    pub(crate) fn known(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }
}
