//! Saved states on disk: one file for each plugin. A file is whole, or it is the one before.

use crate::error::ManagerError;
use plugix_host::plugin::SavedState;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// What a file begins with. The last byte is the version.
const MAGIC: &[u8; 8] = b"plxstat\x01";

/// Where the states are kept. Without a folder they live as long as the manager.
#[derive(Debug)]
pub(crate) struct States {
    folder: PathBuf,
}

impl States {
    pub(crate) fn new(folder: PathBuf) -> Result<Self, ManagerError> {
        fs::create_dir_all(&folder).map_err(|source| io("make the folder", &folder, source))?;
        Ok(Self { folder })
    }

    /// The file of a plugin, whose name was checked.
    pub(crate) fn file(&self, plugin: &str) -> PathBuf {
        self.folder.join(format!("{plugin}.state"))
    }

    pub(crate) fn keep(&self, plugin: &str, state: &SavedState) -> Result<(), ManagerError> {
        let file = self.file(plugin);
        let failed = |source| io("write", &file, source);
        let encoded = postcard::to_allocvec(state).map_err(|error| failed(std::io::Error::other(error)))?;
        let written = file.with_extension("state.new");
        let write = || {
            let mut to = File::create(&written)?;
            to.write_all(MAGIC)?;
            to.write_all(blake3::hash(&encoded).as_bytes())?;
            to.write_all(&encoded)?;
            to.sync_all()?;
            fs::rename(&written, &file)?;
            // The name is on the disk when the folder is.
            File::open(&self.folder)?.sync_all()
        };
        write().map_err(failed)
    }

    /// What was kept of a plugin. `None` if nothing was.
    pub(crate) fn read(&self, plugin: &str) -> Result<Option<SavedState>, ManagerError> {
        let file = self.file(plugin);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io("read", &file, source)),
        };
        decode(&bytes).map(Some).map_err(|problem| ManagerError::Broken { file, problem: problem.to_owned() })
    }

    pub(crate) fn forget(&self, plugin: &str) -> Result<(), ManagerError> {
        let file = self.file(plugin);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(io("delete", &file, error)),
            _ => Ok(()),
        }
    }
}

fn decode(bytes: &[u8]) -> Result<SavedState, &'static str> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("it begins with something else, or is of another version")?;
    let (hash, encoded) = rest.split_first_chunk::<32>().ok_or("it is cut off")?;
    // The types in it are the plugin's, and were read with bounds before they were written.
    if blake3::hash(encoded) != *hash {
        return Err("it was changed, or is cut off");
    }
    postcard::from_bytes(encoded).map_err(|_| "another version of the manager wrote it")
}

fn io(what: &'static str, file: &Path, source: std::io::Error) -> ManagerError {
    ManagerError::Io { what, file: file.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> SavedState {
        // What a plugin saves that counts to 7.
        let state = serde_json::json!({ "ty": { "Primitive": "U8" }, "value": [7] });
        serde_json::from_value(state).expect("it is a state")
    }

    #[test]
    fn a_state_comes_back() -> Result<(), ManagerError> {
        let folder = tempfile::tempdir().expect("there is room");
        let states = States::new(folder.path().join("states"))?;
        assert_eq!(states.read("counter")?, None);
        states.keep("counter", &state())?;
        states.keep("counter", &state())?;
        assert_eq!(states.read("counter")?, Some(state()));
        states.forget("counter")?;
        states.forget("counter")?;
        assert_eq!(states.read("counter")?, None);
        Ok(())
    }

    #[test]
    fn a_file_that_lies_is_an_error_and_stays() -> Result<(), ManagerError> {
        let folder = tempfile::tempdir().expect("there is room");
        let states = States::new(folder.path().to_owned())?;
        states.keep("counter", &state())?;
        let file = states.file("counter");
        let whole = fs::read(&file).expect("it was written");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            for lie in [&changed[..], &whole[..at]] {
                fs::write(&file, lie).expect("it can be written");
                assert!(matches!(states.read("counter"), Err(ManagerError::Broken { .. })), "{at}");
                assert!(file.exists());
            }
        }
        Ok(())
    }

    #[test]
    fn what_was_half_written_is_not_read() -> Result<(), ManagerError> {
        let folder = tempfile::tempdir().expect("there is room");
        let states = States::new(folder.path().to_owned())?;
        states.keep("counter", &state())?;
        fs::write(folder.path().join("counter.state.new"), b"half").expect("it can be written");
        assert_eq!(states.read("counter")?, Some(state()));
        states.keep("counter", &state())?;
        assert_eq!(states.read("counter")?, Some(state()));
        Ok(())
    }
}
