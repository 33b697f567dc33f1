//! Modules on this machine, and the signatures beside them.

use super::Fetched;
use crate::disk;
use crate::folder::Folder;
use crate::signature::{self, SIGNATURES_MAX, Signatures};
use crate::{PluginName, Source, StoreError};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A module in a file.
pub(super) fn file(path: &Path, limit: u64) -> Result<Fetched, StoreError> {
    let module = disk::read(path, limit)?;
    Ok(Fetched { module, signatures: signatures(path)?, digest: None })
}

/// The module of a plugin in a folder.
pub(super) fn in_folder(folder: &Path, name: Option<&PluginName>, limit: u64) -> Result<Fetched, StoreError> {
    let Some(name) = name else {
        let text = Source::Folder(folder.to_owned()).to_string();
        let reason = "".parse::<PluginName>().expect_err("a name isn't empty");
        return Err(StoreError::Name { source_text: text, reason });
    };
    let found = Folder::new(folder).limit(limit).scan()?;
    let files: Vec<_> = found.iter().filter(|found| found.name().is_ok_and(|found| found == *name)).collect();
    match files.as_slice() {
        [one] => {
            let fetched = file(one.file(), limit)?;
            Ok(fetched)
        }
        several => {
            let (folder, name) = (folder.to_owned(), name.clone());
            Err(StoreError::InFolder { folder, name, count: several.len() })
        }
    }
}

/// The signatures of a file: in `FILE.minisig`, and in `FILE.KEY.minisig` for any `KEY`.
pub(crate) fn signatures(file: &Path) -> Result<Signatures, StoreError> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else {
        return Ok(Signatures::default());
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files = vec![PathBuf::from(format!("{}.minisig", file.display()))];
    let is_of_key = |found: &str| {
        let key = found.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".minisig"));
        key.is_some_and(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let entries = match fs::read_dir(folder) {
        // A folder that may be entered and not be listed: the first file can be in it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        listed => Some(listed.map_err(StoreError::disk("list", folder))?),
    };
    for entry in entries.into_iter().flatten() {
        let entry = entry.map_err(StoreError::disk("list", folder))?;
        if entry.file_name().to_str().is_some_and(is_of_key) {
            files.push(entry.path());
        }
    }
    files.sort();
    let mut signatures = Signatures::default();
    let wrong = |reason| StoreError::Signatures { source_text: Source::File(file.to_owned()).to_string(), reason };
    for file in files.iter().take(SIGNATURES_MAX) {
        if let Some(text) = disk::read_text(file, signature::TEXT_MAX)? {
            signatures.extend(Signatures::parse(&text).map_err(wrong)?).map_err(wrong)?;
        }
    }
    Ok(signatures)
}
