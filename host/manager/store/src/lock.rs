//! The lock file: which plugins there are, as text. Nothing here knows where it lies.

use crate::{ContentHash, Key, PluginName, Source};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error as ThisError;

/// The version of the lock file's format.
pub const FORMAT: u32 = 1;

/// How long a lock file is at most, in bytes.
pub(crate) const LOCK_MAX: u64 = 8 << 20;

/// What a lock file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    plugins: BTreeMap<PluginName, Plugin>,
}

/// A plugin as the lock file has it. The text of a module in it is an allegation of the module's author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Plugin {
    /// Where it comes from.
    pub source: Source,
    /// The version that the module says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The module's hash.
    pub hash: ContentHash,
    /// The digest of its manifest, if it comes from an OCI registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The interfaces that the module implements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<Interface>,
    /// The keys that signed the module, of those that the policy named when it was fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_by: Vec<Key>,
    /// The grant under which it runs, as whoever keeps grants names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

/// An interface that a module implements. As text it is `name version`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its version, as `1.2.0`.
    pub version: String,
}

/// A lock file can't be used.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum LockError {
    /// The text isn't as a lock file's is: a key twice, a name that is a path, a hash that is none.
    #[error("{message}")]
    Syntax {
        /// What is wrong, and where.
        message: String,
    },
    /// Another Plugix wrote it.
    #[error("its format is {found}, and this Plugix reads {FORMAT}: use a newer Plugix")]
    Format {
        /// The version of its format.
        found: u32,
    },
    /// It is longer than any can be.
    #[error("it is longer than {LOCK_MAX} bytes")]
    TooLarge,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    plugin: BTreeMap<PluginName, Plugin>,
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Any {
    version: u32,
}

impl Lock {
    /// Reads a lock file's text.
    ///
    /// # Errors
    /// [`LockError`] if any part of it can't be used.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        if text.len() as u64 > LOCK_MAX {
            return Err(LockError::TooLarge);
        }
        let syntax = |error: toml::de::Error| LockError::Syntax { message: error.to_string().trim_end().to_owned() };
        let Any { version } = toml::from_str(text).map_err(syntax)?;
        if version != FORMAT {
            return Err(LockError::Format { found: version });
        }
        let File { plugin, .. } = toml::from_str(text).map_err(syntax)?;
        Ok(Self { plugins: plugin })
    }

    /// The plugins by name.
    pub fn plugins(&self) -> &BTreeMap<PluginName, Plugin> {
        &self.plugins
    }

    pub(crate) fn plugins_mut(&mut self) -> &mut BTreeMap<PluginName, Plugin> {
        &mut self.plugins
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = toml::to_string(&File { version: FORMAT, plugin: self.plugins.clone() }).map_err(|_| fmt::Error)?;
        f.write_str("# Written by Plugix: the plugins of an application, and what each of them is.\n")?;
        f.write_str(&text)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

impl From<Interface> for String {
    fn from(interface: Interface) -> Self {
        interface.to_string()
    }
}

impl TryFrom<String> for Interface {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.rsplit_once(' ') {
            Some((name, version)) => Ok(Self { name: name.to_owned(), version: version.to_owned() }),
            None => Err(format!("{text:?} is no interface: it is `name version`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plugin(name: &str, entry: &str) -> String {
        format!("version = 1\n[plugin.{name}]\n{entry}\n")
    }

    fn entry() -> String {
        format!("source = \"file:/a.wasm\"\nhash = \"{}\"", ContentHash::of(b""))
    }

    #[test]
    fn a_lock_file_that_lies_is_refused() {
        assert_eq!(Lock::parse(&plugin("a", &entry())).unwrap().plugins().len(), 1);
        assert_eq!(Lock::parse("version = 2\nnew = 1"), Err(LockError::Format { found: 2 }));
        let twice = plugin("a", &entry()) + &format!("[plugin.a]\n{}\n", entry());
        for wrong in [
            String::new(),
            "version = 1\nx = 1".to_owned(),
            twice,
            plugin("\"../../etc/passwd\"", &entry()),
            plugin("\"\"", &entry()),
            plugin("a", &entry().replace("blake3:", "blake3:x")),
            plugin("a", &entry().replace("file:", "nowhere:")),
            plugin("a", &format!("{}\nunknown = 1", entry())),
            plugin("a", "source = \"file:/a\""),
        ] {
            assert!(matches!(Lock::parse(&wrong), Err(LockError::Syntax { .. })), "{wrong}");
        }
        assert_eq!(Lock::parse(&"#".repeat(LOCK_MAX as usize + 1)), Err(LockError::TooLarge));
    }

    prop_compose! {
        fn any_plugin()(
            path in "/[ -~ä]{1,20}", bytes in any::<[u8; 4]>(), version in any::<Option<String>>(),
            names in prop::collection::vec("[A-Za-z\" ]{1,9}", 0..3), grant in any::<Option<String>>(),
        ) -> Plugin {
            let interface = |name| Interface { name, version: "1.2.3".to_owned() };
            Plugin {
                source: Source::file(path).expect("it is a path"),
                version,
                hash: ContentHash::of(&bytes),
                digest: None,
                interfaces: names.into_iter().map(interface).collect(),
                signed_by: Vec::new(),
                grant,
            }
        }
    }

    proptest! {
        #[test]
        fn a_lock_is_read_as_it_is_written(plugins in prop::collection::btree_map("[a-z][a-z0-9_-]{0,9}", any_plugin(), 0..5)) {
            let plugins = plugins.into_iter().map(|(name, plugin)| (name.parse().expect("it is a name"), plugin));
            let lock = Lock { plugins: plugins.collect() };
            prop_assert_eq!(Lock::parse(&lock.to_string()), Ok(lock));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = Lock::parse(&text);
            let _ = Lock::parse(&format!("version = 1\n{text}"));
        }
    }
}
