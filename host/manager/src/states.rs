//! Saved states on disk: one file for each plugin. A file is whole, or it is the one before.

use crate::error::ManagerError;
use plugix_host::plugin::SavedState;
use plugix_store::{Disk, Readers};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a file begins with. The last byte is the version.
const MAGIC: &[u8; 8] = b"plxstat\x01";

/// How the name of a file ends that is being written.
const UNFINISHED: &str = ".state.new";

/// Where the states are kept. Without a folder they live as long as the manager.
#[derive(Debug)]
pub(crate) struct States {
    folder: PathBuf,
    disk: Disk,
}

impl States {
    /// Opens a folder, makes it if it isn't there, and removes what a crash has left.
    pub(crate) fn new(folder: PathBuf, disk: Disk) -> Result<Self, ManagerError> {
        disk.create_folder(&folder)?;
        let states = Self { folder, disk };
        let _alone = states.lock()?;
        let failed = |source| io("list", &states.folder, source);
        for entry in fs::read_dir(&states.folder).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.to_str().is_some_and(|name| name.ends_with(UNFINISHED)) {
                states.disk.remove(&file)?;
            }
        }
        Ok(states)
    }

    /// The file of a plugin, whose name was checked.
    pub(crate) fn file(&self, plugin: &str) -> PathBuf {
        self.folder.join(format!("{plugin}.state"))
    }

    pub(crate) fn keep(&self, plugin: &str, state: &SavedState) -> Result<(), ManagerError> {
        let file = self.file(plugin);
        let encoded = postcard::to_allocvec(state).map_err(|error| io("write", &file, std::io::Error::other(error)))?;
        let bytes = [MAGIC.as_slice(), blake3::hash(&encoded).as_bytes(), &encoded].concat();
        let _alone = self.lock()?;
        Ok(self.disk.replace(&file, &self.folder.join(format!("{plugin}{UNFINISHED}")), &bytes, Readers::All)?)
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
        Ok(self.disk.remove(&self.file(plugin))?)
    }

    /// Lets one thread of one process write at a time, until the file is dropped.
    fn lock(&self) -> Result<File, ManagerError> {
        let failed = |source| io("lock", &self.folder, source);
        let folder = File::open(&self.folder).map_err(failed)?;
        folder.lock().map_err(failed)?;
        Ok(folder)
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
        let states = States::new(folder.path().join("states"), Disk::default())?;
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
        let states = States::new(folder.path().to_owned(), Disk::default())?;
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
        let states = States::new(folder.path().to_owned(), Disk::default())?;
        states.keep("counter", &state())?;
        fs::write(folder.path().join("counter.state.new"), b"half").expect("it can be written");
        assert_eq!(states.read("counter")?, Some(state()));
        states.keep("counter", &state())?;
        assert_eq!(states.read("counter")?, Some(state()));
        fs::write(folder.path().join("other.state.new"), b"half").expect("it can be written");
        States::new(folder.path().to_owned(), Disk::default())?;
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1, "what a crash has left goes");
        Ok(())
    }

    #[test]
    fn threads_that_write_at_once_leave_a_whole_state() -> Result<(), ManagerError> {
        let folder = tempfile::tempdir().expect("there is room");
        std::thread::scope(|scope| {
            let keep = || {
                let states = States::new(folder.path().to_owned(), Disk::default())?;
                (0..20).try_for_each(|_| states.keep("counter", &state()))
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(keep)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("it doesn't panic"))
        })?;
        assert_eq!(States::new(folder.path().to_owned(), Disk::default())?.read("counter")?, Some(state()));
        Ok(())
    }
}
