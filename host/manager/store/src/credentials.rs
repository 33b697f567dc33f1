//! Who a user is to registries: a file that nobody else can read.

use crate::StoreError;
use crate::disk::{self, Disk, Readers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Who a user is to registries. Kept in a file that only the user can read (mode 0600).
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    path: PathBuf,
    disk: Disk,
    registries: BTreeMap<String, Login>,
}

/// Who a user is to a registry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Login {
    /// A name and a password, or a token in the place of one.
    Password {
        /// The user's name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that the registry gave.
    Token {
        /// The token.
        token: String,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    registry: BTreeMap<String, Login>,
}

/// How long the file is at most, in bytes.
const FILE_MAX: u64 = 1 << 20;

impl Credentials {
    /// Reads the file, if it is there.
    ///
    /// # Errors
    /// [`StoreError::Credentials`] if others can read the file, or if it isn't as such a file is; [`StoreError::Disk`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let wrong = |what: String| StoreError::Credentials { path: path.clone(), what };
        let file = match disk::open(&path) {
            Err(StoreError::Disk { reason, .. }) if reason.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, disk: Disk::default(), registries: BTreeMap::new() });
            }
            opened => opened?,
        };
        let mode = file.metadata().map_err(StoreError::disk("read", &path))?.mode();
        if mode & 0o077 != 0 {
            return Err(wrong(format!("others can read them (mode {:o}): `chmod 600` the file", mode & 0o777)));
        }
        let bytes = disk::read_open(&file, &path, FILE_MAX)?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("the file is no text in UTF-8".to_owned()))?;
        // The message of the parser would show the line, and the password in it.
        let place = |error: &toml::de::Error| error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        let file: File = toml::from_str(&text).map_err(|error| {
            wrong(format!("line {} is not as it should be: {}", place(&error), "log in again to write the file anew"))
        })?;
        Ok(Self { path, disk: Disk::default(), registries: file.registry })
    }

    /// Knows who the user is to a registry, without keeping it.
    pub fn hold(&mut self, registry: &str, login: Login) {
        self.registries.insert(registry.to_owned(), login);
    }

    /// Where a user's credentials are, apart from a store's own: `plugix/credentials.toml` in the user's configuration.
    pub fn of_user() -> Option<PathBuf> {
        let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
        Some(folder.join("plugix/credentials.toml"))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who the user is to a registry (`host` or `host:port`).
    pub fn login(&self, registry: &str) -> Option<&Login> {
        self.registries.get(registry)
    }

    /// The registries that there are credentials for.
    pub fn registries(&self) -> impl Iterator<Item = &str> {
        self.registries.keys().map(String::as_str)
    }

    /// Keeps who the user is to a registry, or forgets it.
    ///
    /// # Errors
    /// [`StoreError::Disk`] if the file can't be written; then it is as it was.
    pub fn set(&mut self, registry: &str, login: Option<Login>) -> Result<(), StoreError> {
        let mut registries = self.registries.clone();
        match login {
            Some(login) => drop(registries.insert(registry.to_owned(), login)),
            None => drop(registries.remove(registry)),
        }
        let file = File { registry: registries };
        let wrong =
            |error: toml::ser::Error| StoreError::Credentials { path: self.path.clone(), what: error.to_string() };
        let text = toml::to_string(&file).map_err(wrong)?;
        if let Some(folder) = self.path.parent() {
            self.disk.create_folder(folder)?;
        }
        let unfinished = self.path.with_extension(format!("{}.tmp", std::process::id()));
        self.disk.replace(&self.path, &unfinished, text.as_bytes(), Readers::Owner)?;
        self.registries = file.registry;
        Ok(())
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password { user, .. } => write!(f, "{user:?} with a password"),
            Self::Token { .. } => f.write_str("a token"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    fn login() -> Login {
        Login::Password { user: "me".to_owned(), password: "se\"cret".to_owned() }
    }

    #[test]
    fn credentials_are_kept_for_the_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/credentials.toml");
        let mut credentials = Credentials::open(&path).unwrap();
        credentials.set("localhost:5000", Some(login())).unwrap();
        credentials.set("a.example", Some(Login::Token { token: "t".to_owned() })).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let mut read = Credentials::open(&path).unwrap();
        assert_eq!(read.login("localhost:5000"), Some(&login()));
        assert_eq!(read.registries().count(), 2);
        read.set("a.example", None).unwrap();
        assert_eq!(Credentials::open(&path).unwrap().login("a.example"), None);
        assert!(!format!("{read:?}").contains("se\\\"cret"), "{read:?}");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_for_others_or_with_mistakes_is_refused_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.toml");
        fs::write(&path, "[registry.\"a\"]\ntoken = \"secret").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let error = Credentials::open(&path).unwrap_err().to_string();
        assert!(error.contains("mode 640"), "{error}");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let error = Credentials::open(&path).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("secret"), "{error}");
    }
}
