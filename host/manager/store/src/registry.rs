//! Plugins in OCI registries: a manifest with the module as a layer, and signatures as others.
//!
//! The protocol's few requests are made here. Clients that there are follow redirections to any address, and read
//! manifests, tokens and errors of any length.

mod auth;
mod manifest;
mod session;

#[cfg(test)]
pub(crate) mod tests;

pub use manifest::Annotations;

use crate::fetch::{FetchError, Fetched, Fetcher, OnProgress, Wanted};
use crate::folder::chain;
use crate::signature::{self, Signatures};
use crate::{Module, Reference, StoreError};
use bytes::Bytes;
use manifest::{Descriptor, Manifest, SIGNATURE, digest_of};
use session::Session;
use std::path::Path;

/// Brings a plugin here.
pub(crate) fn pull(
    fetcher: &Fetcher,
    reference: &Reference,
    partial: &Path,
    progress: OnProgress<'_>,
) -> Result<Fetched, StoreError> {
    let mut session = Session::new(fetcher, reference, false)?;
    let web = session.web();
    let (module, signatures, digest) = web.run(async {
        let (digest, manifest) = session.manifest().await?;
        let layer = manifest.module().map_err(|what| session.answer(what))?.clone();
        let module = session.blob(&layer, &partial.join(&layer.digest["sha256:".len()..]), progress).await?;
        let mut texts = Vec::new();
        for layer in manifest.signatures() {
            texts.push(session.small_blob(layer, signature::TEXT_MAX).await?);
        }
        Ok((module, texts, digest))
    })?;
    let text = signatures.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect::<Vec<_>>().join("\n");
    let wrong = |reason| StoreError::Signatures { source_text: format!("oci://{reference}"), reason };
    Ok(Fetched { module, signatures: Signatures::parse(&text).map_err(wrong)?, digest: Some(digest) })
}

/// What is at an address now.
pub(crate) fn look(fetcher: &Fetcher, reference: &Reference) -> Result<(String, Annotations), StoreError> {
    let mut session = Session::new(fetcher, reference, false)?;
    let web = session.web();
    let (digest, manifest) = web.run(async { session.manifest().await })?;
    Ok((digest, manifest.annotations))
}

/// Brings a module to a registry.
pub(crate) fn push(
    fetcher: &Fetcher,
    reference: &Reference,
    module: Vec<u8>,
    signatures: &[String],
) -> Result<String, StoreError> {
    let seen = Module::of(&module)
        .map_err(|reason| StoreError::Module { source_text: "what is to be pushed".to_owned(), reason })?;
    let mut session = Session::new(fetcher, reference, true)?;
    let web = session.web();
    let module = Bytes::from(module);
    let config = Bytes::from_static(manifest::EMPTY);
    let texts: Vec<_> = signatures.iter().map(|text| Bytes::from(text.clone().into_bytes())).collect();
    let layers = std::iter::once(Descriptor::of(manifest::MODULE, &module));
    let layers = layers.chain(texts.iter().map(|text| Descriptor::of(SIGNATURE, text)));
    let manifest =
        Manifest::new(Descriptor::of(manifest::EMPTY_TYPE, &config), layers.collect(), Annotations::of(&seen));
    let text = Bytes::from(manifest.to_json());
    let digest = digest_of(&text);
    web.run(async {
        for blob in texts.into_iter().chain([config, module]) {
            session.push_blob(blob).await?;
        }
        session.push_manifest(text).await
    })?;
    Ok(digest)
}

/// Asks a registry whether it knows the user.
pub(crate) fn check_login(fetcher: &Fetcher, registry: &str) -> Result<(), StoreError> {
    // Any repository will do: what is asked for is the protocol's version.
    let reference: Reference = format!("{registry}/plugix").parse().map_err(crate::SourceError::from)?;
    let mut session = Session::new(fetcher, &reference, false)?;
    let web = session.web();
    web.run(async { session.check().await })?;
    Ok(())
}

impl Session<'_> {
    /// The module, or another large blob.
    async fn blob(
        &mut self,
        layer: &Descriptor,
        partial: &Path,
        progress: OnProgress<'_>,
    ) -> Result<Vec<u8>, FetchError> {
        let url = self.url(&format!("blobs/{}", layer.digest))?;
        let check = |bytes: &[u8]| match digest_of(bytes) {
            found if found == layer.digest => Ok(()),
            found => Err(FetchError::OtherBytes { url: url.to_string(), expected: layer.digest.clone(), found }),
        };
        let wanted = Wanted { size: Some(layer.size), is_immutable: true, check: &check };
        let request = || self.authorized(self.web_ref().get(url.clone()), &url);
        self.web_ref().download(partial, wanted, progress, request).await
    }

    async fn small_blob(&mut self, layer: &Descriptor, limit: u64) -> Result<Vec<u8>, FetchError> {
        let url = self.url(&format!("blobs/{}", layer.digest))?;
        let response = self.send(reqwest::Method::GET, url.clone(), None, &[]).await?;
        let bytes = self.web_ref().read(response, limit).await?;
        match digest_of(&bytes) {
            found if found == layer.digest => Ok(bytes),
            found => Err(FetchError::OtherBytes { url: url.to_string(), expected: layer.digest.clone(), found }),
        }
    }

    async fn manifest(&mut self) -> Result<(String, Manifest), FetchError> {
        let url = self.url(&format!("manifests/{}", self.reference.version()))?;
        let accept = [("accept", manifest::ACCEPT)];
        let response = self.send(reqwest::Method::GET, url.clone(), None, &accept).await?;
        let named = response.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        let named = self.reference.digest().or(named).map(str::to_owned);
        let limit = self.limits().answer;
        let bytes = self.web_ref().read(response, limit).await?;
        let found = digest_of(&bytes);
        if let Some(expected) = named.filter(|named| *named != found && named.starts_with("sha256:")) {
            return Err(FetchError::OtherBytes { url: url.to_string(), expected, found });
        }
        let manifest = Manifest::parse(&bytes);
        manifest.map(|manifest| (found, manifest)).map_err(|what| self.answer(what))
    }

    async fn check(&mut self) -> Result<(), FetchError> {
        let url = self.root()?;
        let response = self.send(reqwest::Method::GET, url, None, &[]).await?;
        let limit = self.limits().answer;
        self.web_ref().read(response, limit).await.map(drop)
    }

    async fn push_blob(&mut self, blob: Bytes) -> Result<(), FetchError> {
        let digest = digest_of(&blob);
        let there = self.url(&format!("blobs/{digest}"))?;
        if self.send(reqwest::Method::HEAD, there, None, &[]).await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        let begin = self.url("blobs/uploads/")?;
        let response = self.send(reqwest::Method::POST, begin.clone(), Some(Bytes::new()), &[]).await?;
        let response = crate::fetch::accepted(response)?;
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let mut to = location
            .and_then(|location| response.url().join(location).ok())
            .ok_or_else(|| self.answer("it takes an upload, and doesn't say where to send it".to_owned()))?;
        to.query_pairs_mut().append_pair("digest", &digest);
        let octets = [("content-type", "application/octet-stream")];
        let response = self.send(reqwest::Method::PUT, to, Some(blob), &octets).await?;
        crate::fetch::accepted(response).map(drop)
    }

    async fn push_manifest(&mut self, text: Bytes) -> Result<(), FetchError> {
        let url = self.url(&format!("manifests/{}", self.reference.version()))?;
        let kind = [("content-type", manifest::MANIFEST)];
        let response = self.send(reqwest::Method::PUT, url, Some(text), &kind).await?;
        crate::fetch::accepted(response).map(drop)
    }

    fn answer(&self, what: String) -> FetchError {
        FetchError::Answer { url: format!("oci://{}", self.reference), what }
    }
}

/// Text of a JSON error, for people.
fn json_problem(error: &serde_json::Error) -> String {
    format!("it isn't the JSON that it should be: {}", chain(error))
}
