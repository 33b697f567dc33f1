//! What people put onto the page, as files: modules with their signatures, and the configurations that came along. The store
//! takes the modules from here as from any folder.
//!
//! ```text
//! uploads/NAME.wasm              the module that came last
//! uploads/NAME.wasm.minisig      its signatures, if any came along
//! uploads/NAME.HASH.json         the configuration of the version with this hash
//! ```

use crate::error::ConsoleError;
use plugix_manager::store::{ContentHash, Disk, DiskError, PluginName, Readers};
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A folder of uploads.
#[derive(Debug)]
pub(crate) struct Uploads(PathBuf);

/// Files that were put in the place of others, which are back at once if it was in vain.
#[derive(Debug)]
pub(crate) struct Placed(Vec<Replaced>);

#[derive(Debug)]
struct Replaced {
    file: PathBuf,
    /// What was there before, if anything was.
    before: Option<PathBuf>,
}

impl Uploads {
    /// Opens a folder, and makes it if it isn't there. What is left of an upload that was never installed is removed.
    pub(crate) fn open(folder: PathBuf, installed: &[PluginName]) -> Result<Self, ConsoleError> {
        fs::create_dir_all(&folder).map_err(failed("make the folder", &folder))?;
        let uploads = Self(folder);
        uploads.clean(|name| !installed.iter().any(|installed| installed.as_str() == name))?;
        Ok(uploads)
    }

    pub(crate) fn module(&self, name: &PluginName) -> PathBuf {
        self.0.join(format!("{name}.wasm"))
    }

    /// The hash of the module that came last, if that is another one than this.
    pub(crate) fn newer(&self, name: &PluginName, hash: &ContentHash) -> Result<Option<ContentHash>, ConsoleError> {
        let path = self.module(name);
        let mut hasher = blake3::Hasher::new();
        match File::open(&path).and_then(|file| hasher.update_reader(file).map(drop)) {
            Ok(()) => Ok(Some(ContentHash::from(hasher.finalize())).filter(|found| found != hash)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path)(error)),
        }
    }

    /// Puts a module and its signatures there. Each file is there as a whole, or is what it was.
    pub(crate) fn place(&self, name: &PluginName, module: &[u8], signatures: &str) -> Result<Placed, ConsoleError> {
        let file = self.module(name);
        let mut placed = Placed(Vec::new());
        let signature = PathBuf::from(format!("{}.minisig", file.display()));
        // The module comes last: with it there is something new.
        for (file, bytes) in [(signature, signatures.as_bytes()), (file, module)] {
            if let Err(error) = placed.replace(&file, bytes) {
                placed.undo()?;
                return Err(error);
            }
        }
        Ok(placed)
    }

    /// The configuration that came with a version.
    pub(crate) fn config(&self, name: &PluginName, hash: &ContentHash) -> Result<Option<Value>, ConsoleError> {
        let file = self.config_file(name, hash);
        let text = read(&file)?;
        let parse = |text: Vec<u8>| serde_json::from_slice(&text).map_err(io::Error::from);
        text.map(parse).transpose().map_err(failed("read", &file))
    }

    /// Keeps the configuration of a version.
    pub(crate) fn set_config(
        &self,
        name: &PluginName,
        hash: &ContentHash,
        config: Option<&Value>,
    ) -> Result<(), ConsoleError> {
        let file = self.config_file(name, hash);
        match config {
            Some(config) => write(&file, config.to_string().as_bytes()),
            None => remove(&file),
        }
    }

    /// Removes all that came for a plugin.
    pub(crate) fn remove(&self, name: &PluginName) -> Result<(), ConsoleError> {
        self.clean(|found| found == name.as_str())
    }

    /// Removes the configurations of versions that are there no more.
    pub(crate) fn forget_configs(&self, name: &PluginName, kept: &[ContentHash]) -> Result<(), ConsoleError> {
        let kept: Vec<_> = kept.iter().map(|hash| self.config_file(name, hash)).collect();
        for file in self.files()? {
            if name_of(&file) == name.as_str() && is_config(&file) && !kept.contains(&file) {
                remove(&file)?;
            }
        }
        Ok(())
    }

    fn config_file(&self, name: &PluginName, hash: &ContentHash) -> PathBuf {
        self.0.join(format!("{name}.{}.json", hash.hex()))
    }

    /// Removes the files of some names, and those that a change has left.
    fn clean(&self, is_unwanted: impl Fn(&str) -> bool) -> Result<(), ConsoleError> {
        // The module goes first: without it the other files are nothing.
        let (modules, others): (Vec<_>, Vec<_>) = self.files()?.into_iter().partition(|file| is_module(file));
        modules.iter().chain(&others).filter(|file| is_unwanted(name_of(file))).try_for_each(|file| remove(file))
    }

    fn files(&self) -> Result<Vec<PathBuf>, ConsoleError> {
        let entries = fs::read_dir(&self.0).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(failed("list", &self.0))?;
        Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
    }
}

impl Placed {
    fn replace(&mut self, file: &Path, bytes: &[u8]) -> Result<(), ConsoleError> {
        let before = hidden(file);
        let before = match fs::copy(file, &before) {
            Ok(_) => Some(before),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed("copy", file)(error)),
        };
        self.0.push(Replaced { file: file.to_owned(), before });
        if bytes.is_empty() && !is_module(file) { remove(file) } else { write(file, bytes) }
    }

    /// Has all files as they were before.
    pub(crate) fn undo(self) -> Result<(), ConsoleError> {
        for Replaced { file, before } in self.0.into_iter().rev() {
            match before {
                Some(before) => fs::rename(before, &file).map_err(failed("write", &file))?,
                None => remove(&file)?,
            }
        }
        Ok(())
    }

    /// Forgets what was there before.
    pub(crate) fn keep(self) {
        // What can't be removed now goes at the next start.
        self.0.iter().filter_map(|replaced| replaced.before.as_ref()).for_each(|before| drop(fs::remove_file(before)));
    }
}

/// The name of the plugin that a file is for. Names have no dots, and files that a change has left begin with one.
fn name_of(file: &Path) -> &str {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('.').next().unwrap_or_default()
}

fn is_module(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "wasm")
}

fn is_config(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "json")
}

/// Where a file's content is kept while another one takes its place.
fn hidden(file: &Path) -> PathBuf {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    file.with_file_name(format!(".{name}"))
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, ConsoleError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", file)(error)),
    }
}

/// Puts a file in the place of another one at once.
fn write(file: &Path, bytes: &[u8]) -> Result<(), ConsoleError> {
    let unfinished = hidden(file).with_added_extension("part");
    Disk::default().replace(file, &unfinished, bytes, Readers::Owner).map_err(of_disk)
}

fn remove(file: &Path) -> Result<(), ConsoleError> {
    Disk::default().remove(file).map_err(of_disk)
}

fn of_disk(DiskError { what, path, reason, .. }: DiskError) -> ConsoleError {
    ConsoleError::Upload { what, path, source: reason }
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ConsoleError {
    let path = path.to_owned();
    move |source| ConsoleError::Upload { what, path, source }
}
