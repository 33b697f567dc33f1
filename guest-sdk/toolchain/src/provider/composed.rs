//! A toolchain put together: a rustc with its library's sources, wasix-libc, a linker, and std built once.

use std::fmt;
use std::path::PathBuf;

use crate::cache::Exclusive;
use crate::compiler::Compiler;
use crate::debian::{self, Apt};
use crate::libc::Libc;
use crate::progress::Progress;
use crate::provider::fetch::Fetcher;
use crate::provider::part::{self, COMPILERS, LIBCS, Part};
use crate::rustc::RUSTC;
use crate::{Cache, Environment, Error, files, overlay, std_build, target_spec};

/// The kind of entries in the cache.
const TOOLCHAINS: &str = "toolchains";

/// The file in a toolchain that says what it was made from.
const MADE_FROM: &str = "made-from.txt";

/// What the toolchain is to be made of.
#[derive(Debug)]
pub(crate) struct Recipe {
    compiler: Part,
    libc: Part,
    linker: PathBuf,
    /// The compiler, if it is on this machine.
    inspected: Option<Compiler>,
    /// The cache entry, if it has been made.
    made: Option<PathBuf>,
}

/// A finished toolchain.
#[derive(Debug)]
pub(crate) struct Composed {
    pub(crate) rustc: PathBuf,
    pub(crate) linker: PathBuf,
    pub(crate) key: String,
    pub(crate) compiler: Compiler,
}

/// Looks for every part.
///
/// # Errors
/// The reason why a part cannot be had, for people.
pub(crate) fn find(environment: &Environment, cache: &Cache) -> Result<Recipe, String> {
    let mut recipe = Recipe {
        compiler: part::compiler(environment, cache),
        libc: part::libc(environment, cache)?,
        linker: part::linker(environment)?,
        inspected: None,
        made: None,
    };
    match (&recipe.compiler, &recipe.libc) {
        (Part::Folder(compiler, _), Part::Folder(libc, _)) => {
            let compiler = Compiler::inspect(compiler).map_err(|error| error.chain())?;
            recipe.made = cache.entry(TOOLCHAINS, &key(&compiler, &Libc::inspect(libc)?));
            recipe.inspected = Some(compiler);
        }
        _ => debian::available(environment).map_err(|reason| format!("{recipe}\n{reason}"))?,
    }
    Ok(recipe)
}

impl Recipe {
    /// Whether the toolchain is in the cache already.
    pub(crate) fn is_made(&self) -> bool {
        self.made.is_some()
    }

    /// Makes what is missing. With a warm cache this uses no network and no lock.
    pub(crate) fn ensure(
        self,
        cache: &Cache,
        environment: &Environment,
        progress: Progress,
    ) -> Result<Composed, Error> {
        let (entry, compiler) = match (self.made, self.inspected) {
            (Some(entry), Some(compiler)) => (entry, compiler),
            _ => cache.exclusively(|exclusive| {
                let fetcher = Fetcher::new(cache, environment, &exclusive, progress)?;
                make(&self.compiler, &self.libc, fetcher, cache, &exclusive, progress)
            })?,
        };
        let key = entry.file_name().unwrap_or_default().display().to_string();
        Ok(Composed { rustc: entry.join(RUSTC), linker: self.linker, key, compiler })
    }
}

/// Fetches and builds what is missing of a toolchain.
fn make(
    compiler: &Part,
    libc: &Part,
    mut fetcher: Fetcher<'_>,
    cache: &Cache,
    exclusive: &Exclusive<'_>,
    progress: Progress,
) -> Result<(PathBuf, Compiler), Error> {
    let compiler = Compiler::inspect(&fetcher.folder(compiler, COMPILERS, Apt::compiler)?)?;
    let libc = fetcher.folder(libc, LIBCS, Apt::libc)?;
    let libc =
        Libc::inspect(&libc).map_err(|reason| Error::malformed(format!("wasix-libc in {}", libc.display()), reason))?;
    let name = key(&compiler, &libc);
    // Another process may have made it while this one waited.
    let entry = match cache.entry(TOOLCHAINS, &name) {
        Some(entry) => entry,
        None => exclusive.publish(TOOLCHAINS, &name, |folder| {
            std_build::compose(&compiler, &libc, folder, progress)?;
            files::write(&folder.join(MADE_FROM), made_from(&compiler, &libc))
        })?,
    };
    Ok((entry, compiler))
}

/// What a toolchain was made from, for people who find one in their cache.
fn made_from(compiler: &Compiler, libc: &Libc) -> String {
    format!(
        "compiler: {}\nwasix-libc: {}\noverlay: {}\ntarget specification: {}\n",
        compiler.identity().trim_end().replace('\n', "\n  "),
        libc.identity(),
        digest(&[&overlay::identity()]),
        digest(&[&target_spec::identity()]),
    )
}

/// The name of a toolchain in the cache: a digest of everything in it.
fn key(compiler: &Compiler, libc: &Libc) -> String {
    let own = [overlay::identity(), target_spec::identity(), std_build::identity()];
    digest(&[&compiler.identity(), &libc.identity(), &own[0], &own[1], &own[2]])
}

/// A short digest in which each input's end is marked.
pub(crate) fn digest(inputs: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for input in inputs {
        hasher.update(&(input.len() as u64).to_le_bytes());
        hasher.update(input.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rustc: {}", self.compiler)?;
        if let Some(compiler) = &self.inspected {
            writeln!(f, "version: {}", compiler.version())?;
        }
        writeln!(f, "wasix-libc: {}", self.libc)?;
        writeln!(f, "linker: {}", self.linker.display())?;
        match &self.made {
            Some(entry) => write!(f, "standard library: built, in {}", entry.display()),
            None => write!(f, "standard library: to be built"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_changes_with_each_input_and_its_bounds() {
        assert_eq!(digest(&["a", "bc"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a", "bc"]), digest(&["ab", "c"]));
        assert_ne!(digest(&["a", "bc"]), digest(&["a", "bd"]));
        assert_eq!(digest(&[]).len(), 16);
    }
}
