//! What a registry keeps of a plugin: the manifest, which names the blobs.

use super::json_problem;
use crate::signature::SIGNATURES_MAX;
use crate::{Interface, Module};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The media type of a manifest.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What is asked for.
pub(super) const ACCEPT: &str = MANIFEST;
/// The media type of a module.
pub(super) const MODULE: &str = "application/wasm";
/// The media types of modules that others push.
const MODULES: [&str; 2] = [MODULE, "application/vnd.wasm.content.layer.v1+wasm"];
/// The media type of minisign signatures.
pub(super) const SIGNATURE: &str = "application/vnd.plugix.minisig";
/// What a manifest is of.
const ARTIFACT: &str = "application/vnd.plugix.plugin.v1";
/// The configuration of what has none.
pub(super) const EMPTY: &[u8] = b"{}";
/// Its media type.
pub(super) const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";

/// A manifest of a plugin.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    schema_version: u32,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default)]
    pub(super) annotations: Annotations,
}

/// Names a blob.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
}

/// What a publisher notes beside a plugin. All of it is an allegation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Annotations(BTreeMap<String, String>);

const NAME: &str = "org.opencontainers.image.title";
const VERSION: &str = "org.opencontainers.image.version";
const DESCRIPTION: &str = "org.opencontainers.image.description";
const INTERFACES: &str = "io.github.plugix.interfaces";

impl Annotations {
    /// What a module says of itself.
    pub(super) fn of(module: &Module) -> Self {
        let mut annotations = BTreeMap::new();
        let mut note = |key: &str, value: &str| drop(annotations.insert(key.to_owned(), value.to_owned()));
        if let Some(about) = &module.about {
            note(NAME, &about.name);
            note(VERSION, &about.version);
            note(DESCRIPTION, &about.description);
        }
        let interfaces: Vec<_> = module.interfaces.iter().map(Interface::to_string).collect();
        note(INTERFACES, &interfaces.join(", "));
        Self(annotations)
    }

    /// The plugin's name.
    pub fn name(&self) -> Option<&str> {
        self.0.get(NAME).map(String::as_str)
    }

    /// The plugin's version.
    pub fn version(&self) -> Option<&str> {
        self.0.get(VERSION).map(String::as_str)
    }

    /// The interfaces that the plugin implements.
    pub fn interfaces(&self) -> Vec<Interface> {
        let texts = self.0.get(INTERFACES).into_iter().flat_map(|text| text.split(", "));
        texts.filter_map(|text| Interface::try_from(text.to_owned()).ok()).collect()
    }
}

impl Manifest {
    pub(super) fn new(config: Descriptor, layers: Vec<Descriptor>, annotations: Annotations) -> Self {
        let (media_type, artifact_type) = (Some(MANIFEST.to_owned()), Some(ARTIFACT.to_owned()));
        Self { schema_version: 2, media_type, artifact_type, config, layers, annotations }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers are JSON")
    }

    /// Reads a manifest. Errors are texts for people.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let kind: Kind = serde_json::from_slice(bytes).map_err(|error| json_problem(&error))?;
        if kind.manifests.is_some() {
            return Err("it is a list of several manifests: name one by its digest (`…@sha256:…`)".to_owned());
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| json_problem(&error))?;
        if manifest.schema_version != 2 || manifest.media_type.as_deref().is_some_and(|kind| kind != MANIFEST) {
            return Err("it is no OCI image manifest of version 2".to_owned());
        }
        match manifest.layers.iter().find(|layer| !crate::reference::is_digest(&layer.digest)) {
            Some(layer) => Err(format!("the digest {:?} of a layer isn't sha256 as it should be", layer.digest)),
            None => Ok(manifest),
        }
    }

    /// The layer that is the module.
    pub(super) fn module(&self) -> Result<&Descriptor, String> {
        let modules: Vec<_> = self.layers.iter().filter(|it| MODULES.contains(&it.media_type.as_str())).collect();
        match modules.as_slice() {
            [module] => Ok(module),
            several => Err(format!("it has {} layers of the type {MODULE}, and a plugin has one", several.len())),
        }
    }

    /// The layers that are signatures.
    pub(super) fn signatures(&self) -> impl Iterator<Item = &Descriptor> {
        self.layers.iter().filter(|layer| layer.media_type == SIGNATURE).take(SIGNATURES_MAX)
    }
}

/// What tells a list of manifests from one.
#[derive(Deserialize)]
struct Kind {
    manifests: Option<serde::de::IgnoredAny>,
}

impl Descriptor {
    pub(super) fn of(media_type: &str, blob: &[u8]) -> Self {
        Self { media_type: media_type.to_owned(), digest: digest_of(blob), size: blob.len() as u64 }
    }
}

/// What a registry knows bytes by.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_manifest_is_read_as_it_is_written() {
        let layers = vec![Descriptor::of(MODULE, b"module"), Descriptor::of(SIGNATURE, b"signature")];
        let manifest = Manifest::new(Descriptor::of(EMPTY_TYPE, EMPTY), layers, Annotations::default());
        let read = Manifest::parse(&manifest.to_json()).unwrap();
        assert_eq!(read.module().unwrap().digest, digest_of(b"module"));
        assert_eq!(read.signatures().count(), 1);
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        let layer = r#"{"mediaType":"application/wasm","digest":"sha256:../../x","size":1}"#;
        let config = r#""config":{"mediaType":"x","digest":"x","size":2}"#;
        for (text, expected) in [
            ("[]".to_owned(), "JSON"),
            (r#"{"schemaVersion":2,"manifests":[]}"#.to_owned(), "list of several"),
            (format!(r#"{{"schemaVersion":1,{config},"layers":[]}}"#), "version 2"),
            (format!(r#"{{"schemaVersion":2,{config},"layers":[{layer}]}}"#), "digest"),
        ] {
            let error = Manifest::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let none = Manifest::parse(format!(r#"{{"schemaVersion":2,{config},"layers":[]}}"#).as_bytes()).unwrap();
        assert!(none.module().unwrap_err().contains("0 layers"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = Manifest::parse(text.as_bytes());
        }
    }
}
