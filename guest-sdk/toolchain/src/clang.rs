//! A clang that compiles C code for WebAssembly: one that is installed, else Debian's.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::CLANG_VAR;
use crate::provider::part::{CLANGS, PREFIX};
use crate::{Cache, Environment, Error, process};

/// The versions of Debian's that are looked for. Older ones lack the exceptions that the target has.
pub(crate) const VERSIONS: [u32; 3] = [22, 21, 20];

/// What would supply one.
pub(crate) const HELP: &str = "install clang 20 or newer (on Debian: apt install clang-22), or set PLUGIX_CLANG to one";

/// A compiler and what makes libraries of its objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clang {
    pub(crate) program: PathBuf,
    pub(crate) ar: PathBuf,
}

/// Debian's packages of a version, without the libraries and headers for programs of the machine's own.
pub(crate) fn packages(version: u32) -> [String; 5] {
    [
        format!("clang-{version}"),
        format!("llvm-{version}"),
        format!("libllvm{version}"),
        format!("libclang-cpp{version}"),
        format!("libclang-common-{version}-dev"),
    ]
}

/// The one that is named, else one on `PATH`, else the one in the cache.
///
/// # Errors
/// What was looked for, for people.
pub(crate) fn find(environment: &Environment, cache: &Cache) -> Result<Clang, String> {
    if let Some(program) = environment.path(CLANG_VAR) {
        return inspect(program, environment).map_err(|reason| format!("{CLANG_VAR} is of no use: {reason}"));
    }
    let mut reasons = vec![format!("{CLANG_VAR} is not set")];
    let names = ["clang".to_owned()].into_iter().chain(VERSIONS.iter().map(|version| format!("clang-{version}")));
    let on_path: Vec<_> = names.filter_map(|name| environment.program(&name)).collect();
    if on_path.is_empty() {
        reasons.push("PATH has none".to_owned());
    }
    let cached = cache.entries(CLANGS).into_iter().rev().filter_map(|entry| unpacked(&entry.join(PREFIX)));
    for program in on_path.into_iter().chain(cached) {
        match inspect(program, environment) {
            Ok(clang) => return Ok(clang),
            Err(reason) => reasons.push(reason),
        }
    }
    Err(reasons.join(", "))
}

/// The compiler in Debian's packages.
fn unpacked(prefix: &Path) -> Option<PathBuf> {
    let folders = VERSIONS.iter().map(|version| prefix.join(format!("lib/llvm-{version}/bin/clang")));
    folders.into_iter().find(|program| program.is_file())
}

/// Lets LLVM's programs in unpacked packages find its libraries. They look in their own folder, and the packages have
/// some of them in the system's.
pub(crate) fn link_libraries(prefix: &Path) -> Result<(), Error> {
    let entries = |folder: &Path| folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let starts_with =
        |path: &Path, start: &[u8]| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(start));
    for own in entries(&prefix.join("lib")).filter(|path| starts_with(path, b"llvm-")).map(|path| path.join("lib")) {
        for library in entries(&prefix.join("lib")).flat_map(|folder| entries(&folder)) {
            let link = own.join(library.file_name().unwrap_or_default());
            if starts_with(&library, b"libLLVM") && link.symlink_metadata().is_err() {
                let name = library.strip_prefix(prefix.join("lib")).unwrap_or(&library);
                symlink(Path::new("../..").join(name), &link).map_err(Error::io("create", &link))?;
            }
        }
    }
    Ok(())
}

/// Whether a compiler is new enough, and compiles for WebAssembly.
fn inspect(program: PathBuf, environment: &Environment) -> Result<Clang, String> {
    let ask = |argument| {
        process::output(Command::new(&program).arg(argument), HELP)
            .map_err(|error| format!("{} doesn't run ({})", program.display(), error.chain()))
    };
    let version = ask("--version")?;
    let oldest = VERSIONS.iter().min().copied().unwrap_or_default();
    match major(&version) {
        Some(number) if number >= oldest => {}
        _ => return Err(format!("{} isn't clang {oldest} or newer", program.display())),
    }
    if !ask("--print-targets")?.contains("wasm32") {
        return Err(format!("{} doesn't compile for wasm32", program.display()));
    }
    let beside = program.canonicalize().ok().map(|program| program.with_file_name("llvm-ar")).filter(|ar| ar.is_file());
    let ar = beside.or_else(|| environment.program("llvm-ar")).unwrap_or_else(|| "ar".into());
    Ok(Clang { program, ar })
}

/// The number in `clang version 22.1.8 (…)`, which may follow the distribution's name.
fn major(version: &str) -> Option<u32> {
    version.split_once("clang version ")?.1.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    fn clang(folder: &Path, version: &str, targets: &str) -> PathBuf {
        let program = folder.join("clang");
        let script =
            format!("#!/bin/sh\n[ $1 = --version ] && echo 'Debian clang version {version}' || echo '{targets}'\n");
        files::write(&program, script).unwrap();
        set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        program
    }

    #[test]
    fn libraries_are_found_where_they_are_looked_for() {
        let prefix = tempfile::tempdir().unwrap();
        let folders = ["lib/llvm-22/lib", "lib/x86_64-linux-gnu"].map(|folder| prefix.path().join(folder));
        folders.iter().for_each(|folder| files::create_dir(folder).unwrap());
        files::write(&folders[1].join("libLLVM.so.22.1"), "library").unwrap();
        link_libraries(prefix.path()).unwrap();
        assert_eq!(files::read(&folders[0].join("libLLVM.so.22.1")).unwrap(), "library");
    }

    #[test]
    fn a_clang_is_taken_if_it_is_new_enough_and_knows_webassembly() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::bare("/nowhere").with("PATH", folder.path());
        let cache = Cache::locate(&environment.clone().with(crate::CACHE_VAR, folder.path())).unwrap();
        assert!(find(&environment, &cache).unwrap_err().contains("PATH has none"));
        clang(folder.path(), "14.0.6", "wasm32");
        assert!(find(&environment, &cache).unwrap_err().contains("20 or newer"));
        clang(folder.path(), "22.1.8", "x86-64");
        assert!(find(&environment, &cache).unwrap_err().contains("wasm32"));
        let program = clang(folder.path(), "22.1.8", "wasm32");
        let found = Clang { program, ar: "ar".into() };
        assert_eq!(find(&environment, &cache).unwrap(), found);
        files::write(&folder.path().join("llvm-ar"), "").unwrap();
        assert_eq!(find(&environment, &cache).unwrap(), Clang { ar: folder.path().join("llvm-ar"), ..found });
        let named = environment.with(CLANG_VAR, "/nowhere/clang");
        assert!(find(&named, &cache).unwrap_err().contains(CLANG_VAR));
    }
}
