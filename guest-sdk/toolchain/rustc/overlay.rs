//! Edited copies of crates. Each edit is checked: it fits the crate's sources or the crate is left as it is.

use super::edit::Edit;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is changed in the versions of a crate from one on, and before another one.
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    pub(crate) since: [u32; 3],
    pub(crate) before: [u32; 3],
    /// Given to the compiler, as `--cfg`.
    pub(crate) cfgs: &'static [&'static str],
    pub(crate) edits: &'static [Edit],
}

/// What cargo compiles.
pub(crate) struct Package<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    /// The folder of its manifest.
    pub(crate) source: &'a Path,
}

/// A crate that is compiled in another way than cargo asks for.
#[derive(Debug)]
pub(crate) struct Overlaid {
    /// The folder of its manifest, and the edited copy, if it needs one.
    copy: Option<(PathBuf, PathBuf)>,
    cfgs: &'static [&'static str],
}

/// Finds or makes the copy of a crate in a folder that all compilers share.
///
/// # Errors
/// Why a crate that the table names is left as it is, for people.
pub(crate) fn find(package: &Package<'_>, table: &'static [Crate], copies: &Path) -> Result<Option<Overlaid>, String> {
    let Package { name, version, source } = package;
    let mut known = table.iter().filter(|known| known.name == *name).peekable();
    // What is being worked on is its author's. Cargo marks what it has downloaded.
    let is_downloaded = [".cargo-ok", ".cargo-checksum.json"].iter().any(|mark| source.join(mark).exists());
    if known.peek().is_none() || !is_downloaded {
        return Ok(None);
    }
    let ranges: Vec<_> =
        known.clone().map(|known| format!("{} to {}", dotted(known.since), dotted(known.before))).collect();
    let number = numbers(version).unwrap_or_default();
    let Some(known) = known.find(|known| (known.since..known.before).contains(&number)) else {
        return Err(format!(
            "{name} {version} is built without the changes for plugins, which are for {} (`cargo update -p {name}` may help)",
            ranges.join(", ")
        ));
    };
    if known.edits.is_empty() {
        return Ok(Some(Overlaid { copy: None, cfgs: known.cfgs }));
    }
    let copy = copies.join(format!("{name}-{version}-{:016x}", digest(source.as_os_str().as_encoded_bytes())));
    make(known, source, &copy).map_err(|problem| {
        format!("{name} {version} is built without the changes for plugins, which don't fit: {problem}")
    })?;
    Ok(Some(Overlaid { copy: Some((source.to_path_buf(), copy)), cfgs: known.cfgs }))
}

impl Overlaid {
    /// Cargo's arguments, changed.
    pub(crate) fn arguments(&self, given: &[OsString]) -> Vec<OsString> {
        let mut arguments = Vec::with_capacity(given.len() + 4);
        for argument in given {
            let inside = self.copy.as_ref().and_then(|(source, copy)| {
                let inside = Path::new(argument).strip_prefix(source).ok()?;
                Some(copy.join(inside).into_os_string())
            });
            arguments.push(inside.unwrap_or_else(|| argument.clone()));
        }
        if let Some((source, copy)) = &self.copy {
            // Messages name the files as everybody knows them.
            let mut remap = OsString::from("--remap-path-prefix=");
            remap.push(copy);
            remap.push("=");
            remap.push(source);
            arguments.push(remap);
        }
        arguments.extend(self.cfgs.iter().map(|cfg| format!("--cfg={cfg}").into()));
        // The compiler sets `target_env` itself, and may be told a further one.
        arguments.push("-Aexplicit_builtin_cfgs_in_flags".into());
        arguments
    }
}

/// Makes the copy if it is not there. Each process makes one of its own, and the first that is ready stays.
fn make(known: &Crate, source: &Path, copy: &Path) -> Result<(), String> {
    if copy.is_dir() {
        return Ok(());
    }
    let making = own_folder(copy).map_err(|error| format!("cannot create {}: {error}", copy.display()))?;
    let made = copy_tree(source, &making)
        .map_err(|error| format!("cannot copy {} to {}: {error}", source.display(), making.display()))
        .and_then(|()| known.edits.iter().try_for_each(|edit| edit.apply(&making)));
    let named = made.and_then(|()| match fs::rename(&making, copy) {
        Err(_) if copy.is_dir() => Ok(()),
        renamed => renamed.map_err(|error| format!("cannot create {}: {error}", copy.display())),
    });
    // It is gone if it has got its name.
    let _ = fs::remove_dir_all(&making);
    named
}

/// A folder that nobody else has, beside a copy that is to be made. Processes that share the cache need not see each
/// other.
fn own_folder(copy: &Path) -> io::Result<PathBuf> {
    copy.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut name = copy.as_os_str().to_owned();
    name.push(".making");
    for number in 0_u32.. {
        let mut name = name.clone();
        name.push(number.to_string());
        match fs::create_dir(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| name.into()),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// The numbers of a version. What is before a release counts as the release.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

fn dotted([major, minor, patch]: [u32; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}

/// FNV-1a: tells folders apart.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
