//! A release: what a host has to know to run a plugin, as text that is signed.

use crate::wire::subject;
use plugix_store::{ContentHash, Key, Signatures, Verdict};
use serde::{Deserialize, Serialize};
use thiserror::Error as ThisError;

/// The longest text of a release, in bytes. It is one value of the bucket, with its signatures.
const MAX_TEXT: usize = 256 << 10;

/// The most instances of a plugin on one host.
const MAX_INSTANCES: usize = 1024;

/// A version of a plugin, and where it runs.
///
/// ```toml
/// plugin = "word-count"
/// version = "1.2.0"
/// module = "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
/// hosts = 3
/// instances = 2
/// policy = """
/// [limits]
/// memory = "64 MiB"
/// """
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The plugin's name in the fleet.
    pub plugin: String,
    /// The version, for people.
    pub version: String,
    /// The module.
    pub module: ContentHash,
    /// Which hosts run it. The default is all of them.
    #[serde(default)]
    pub hosts: Hosts,
    /// How many instances each of these hosts has at most. The default is one.
    #[serde(default = "one")]
    pub instances: usize,
    /// What it may do, as the text of a `plugix.toml`. The default is nothing but to compute.
    #[serde(default)]
    pub policy: String,
}

/// Which hosts run a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Hosts {
    /// All of them: `"all"`.
    #[default]
    All,
    /// So many of those that live: a number.
    Count(usize),
    /// Those of these names: a list.
    Named(Vec<String>),
}

/// A release as it stands in the bucket: the text that was signed, and who says that they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The release, in TOML.
    pub text: String,
    /// Signatures of the text, each as a `.minisig` file has it.
    #[serde(default)]
    pub signatures: Vec<String>,
}

/// A text that is no release.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("no release of a plugin: {0}")]
pub struct ReleaseError(pub String);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Count(usize),
    Named(Vec<String>),
    /// `"all"`, or one host.
    One(String),
}

fn one() -> usize {
    1
}

impl Release {
    /// Reads a release.
    ///
    /// # Errors
    /// If the text is none, with the place and the reason.
    pub fn parse(text: &str) -> Result<Self, ReleaseError> {
        if text.len() > MAX_TEXT {
            return Err(ReleaseError(format!("{} bytes are more than it may have ({MAX_TEXT})", text.len())));
        }
        let release: Self = toml::from_str(text).map_err(|error| ReleaseError(error.to_string()))?;
        subject::check("plugin", &release.plugin).map_err(|error| ReleaseError(error.to_string()))?;
        if let Hosts::Named(names) = &release.hosts {
            names
                .iter()
                .try_for_each(|name| subject::check("host", name))
                .map_err(|error| ReleaseError(error.to_string()))?;
        }
        match release.instances {
            1..=MAX_INSTANCES => Ok(release),
            other => Err(ReleaseError(format!("`instances` is {other}, and may be 1 to {MAX_INSTANCES}"))),
        }
    }

    /// The release as text, to be signed.
    ///
    /// # Errors
    /// If it would not be read again.
    pub fn to_text(&self) -> Result<String, ReleaseError> {
        let text = toml::to_string(self).map_err(|error| ReleaseError(error.to_string()))?;
        Self::parse(&text).map(|_| text)
    }
}

impl Signed {
    /// Reads a value of the bucket. Nothing of it is believed for that.
    pub(super) fn parse(value: &[u8]) -> Result<(Self, Release), ReleaseError> {
        if value.len() > 2 * MAX_TEXT {
            return Err(ReleaseError(format!("{} bytes are more than it may have", value.len())));
        }
        let signed: Self = serde_json::from_slice(value).map_err(|error| ReleaseError(error.to_string()))?;
        let release = Release::parse(&signed.text)?;
        Ok((signed, release))
    }

    /// How many of these keys have signed the text.
    pub(super) fn signed_by(&self, keys: &[Key]) -> Result<usize, ReleaseError> {
        let mut signatures = Signatures::default();
        for text in &self.signatures {
            let one = Signatures::parse(text).map_err(|error| ReleaseError(error.to_string()))?;
            signatures.extend(one).map_err(|error| ReleaseError(error.to_string()))?;
        }
        Ok(keys.iter().filter(|key| signatures.by(key, self.text.as_bytes()) == Verdict::Signed).count())
    }
}

impl From<Written> for Hosts {
    fn from(written: Written) -> Self {
        match written {
            Written::Count(count) => Self::Count(count),
            Written::Named(names) => Self::Named(names),
            Written::One(all) if all == "all" => Self::All,
            Written::One(name) => Self::Named(vec![name]),
        }
    }
}

impl From<Hosts> for Written {
    fn from(hosts: Hosts) -> Self {
        match hosts {
            Hosts::All => Self::One("all".to_owned()),
            Hosts::Count(count) => Self::Count(count),
            Hosts::Named(names) => Self::Named(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";

    #[test]
    fn releases_are_texts() {
        let text = format!("plugin = \"a\"\nversion = \"1\"\nmodule = \"{HASH}\"\n");
        let release = Release::parse(&text).unwrap();
        assert_eq!((&release.hosts, release.instances, &*release.policy), (&Hosts::All, 1, ""));
        for (hosts, read) in [
            ("\"all\"", Hosts::All),
            ("3", Hosts::Count(3)),
            ("\"one\"", Hosts::Named(vec!["one".into()])),
            ("[\"a\", \"b\"]", Hosts::Named(vec!["a".into(), "b".into()])),
        ] {
            let release = Release::parse(&format!("{text}hosts = {hosts}\n")).unwrap();
            assert_eq!(release.hosts, read);
            assert_eq!(Release::parse(&release.to_text().unwrap()).unwrap(), release);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let text = format!("plugin = \"a\"\nversion = \"1\"\nmodule = \"{HASH}\"\n");
        for (wrong, said) in [
            (text.replace("\"a\"", "\"a.b\""), "a.b"),
            (text.replace("blake3", "sha256"), "blake3:"),
            (format!("{text}instances = 0\n"), "1 to 1024"),
            (format!("{text}host = 1\n"), "unknown field `host`"),
            (format!("{text}hosts = [\"a b\"]\n"), "a b"),
            ("x".repeat(MAX_TEXT + 1), "more than it may have"),
        ] {
            let error = Release::parse(&wrong).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    proptest! {
        /// Anybody who may write the bucket can write anything.
        #[test]
        fn values_of_any_kind_are_no_panic(value in any::<Vec<u8>>(), text in ".*") {
            let _ = Signed::parse(&value);
            let _ = Signed::parse(&serde_json::to_vec(&Signed { text, signatures: vec![] }).unwrap());
        }
    }
}
