//! Builds the standard library for the target and lays out a toolchain folder around it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::compiler::Compiler;
use crate::libc::Libc;
use crate::progress::{Progress, Step};
use crate::target_spec::TARGET;
use crate::{Error, cargo, files, overlay, process, replacements, target_spec};

/// How the rlibs of a sysroot are compiled. Their private parts stay private, and plugins may use LTO.
const RUSTFLAGS: &str = "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes";

/// The toolchain's `rustc`. Unstable flags are allowed for the target only. Build scripts and procedural macros are
/// compiled as any stable compiler does.
const WRAPPER: &str = r#"#!/bin/sh
sysroot=${0%/bin/rustc}
LD_LIBRARY_PATH={libraries}
export LD_LIBRARY_PATH
case " $* " in
*{target}*)
    RUSTC_BOOTSTRAP=1
    export RUSTC_BOOTSTRAP
    set -- -Zunstable-options "$@"
    ;;
esac
exec {rustc} --sysroot "$sysroot" "$@"
"#;

/// Where the toolchain folder has its rustc.
pub(crate) const RUSTC: &str = "bin/rustc";

/// Fills `folder` with a toolchain: `bin/rustc`, and a sysroot with the host's libraries and the target's.
pub(crate) fn compose(compiler: &Compiler, libc: &Libc, folder: &Path, progress: Progress) -> Result<(), Error> {
    let step = progress.step("preparing the standard library's sources");
    let rustlib = folder.join("lib/rustlib");
    let target = rustlib.join(TARGET);
    let libraries = target.join("lib");
    let self_contained = libraries.join("self-contained");
    files::create_dir(&self_contained)?;
    files::write(&target.join("target.json"), target_spec::specification(compiler)?)?;
    for file in libc.files() {
        copy_into(&file, &self_contained)?;
    }
    let host_libraries = compiler.host_libraries();
    let host = rustlib.join(host_libraries.file_name().unwrap_or_default());
    symlink(&host_libraries, &host).map_err(Error::io("create", &host))?;
    write_wrapper(compiler, &folder.join(RUSTC))?;

    let library = folder.join("library");
    copy_sources(compiler, &library)?;
    let versioned = find_libc(&library.join("vendor"))?;
    fs::rename(&versioned, library.join("vendor/libc")).map_err(Error::io("rename", &versioned))?;
    overlay::apply(&library)?;
    drop(step);

    let step = progress.step("building the standard library (a minute or two, once)");
    for rlib in build(folder, &library, TARGET, &step)? {
        copy_into(&rlib, &libraries)?;
    }
    replacements::compile(&folder.join(RUSTC), &library.join("replacements"), &self_contained)?;
    files::remove(&library)
}

/// Whether a toolchain folder has the library for a target.
pub(crate) fn has(toolchain: &Path, target: &str) -> bool {
    toolchain.join("lib/rustlib").join(target).join("lib").is_dir()
}

/// Adds the library for one of rustc's own targets, as it is, to a toolchain that [`compose`] has made. It works in
/// `scratch`, a folder on the same file system.
pub(crate) fn add(
    compiler: &Compiler,
    toolchain: &Path,
    target: &str,
    scratch: &Path,
    progress: Progress,
) -> Result<(), Error> {
    let step = progress.step(&format!("building the standard library for {target} (a minute or two, once)"));
    let library = scratch.join("library");
    let made = scratch.join(target);
    copy_sources(compiler, &library)?;
    files::create_dir(&made.join("lib"))?;
    for rlib in build(toolchain, &library, target, &step)? {
        copy_into(&rlib, &made.join("lib"))?;
    }
    let place = toolchain.join("lib/rustlib").join(target);
    fs::rename(&made, &place).map_err(Error::io("create", &place))
}

/// Changes when the same compiler, libc and overlay would give another result.
pub(crate) fn identity() -> String {
    format!("{WRAPPER} {RUSTFLAGS} {}", replacements::identity())
}

/// Writes a rustc that uses the sysroot around it, wherever that is.
fn write_wrapper(compiler: &Compiler, path: &Path) -> Result<(), Error> {
    let script = WRAPPER
        .replace("{target}", TARGET)
        .replace("{libraries}", &quoted(&compiler.shared_libraries())?)
        .replace("{rustc}", &quoted(&compiler.program())?);
    path.parent().map_or(Ok(()), files::create_dir)?;
    files::write(path, script)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Error::io("make executable", path))
}

/// A path as one word of a shell script.
fn quoted(path: &Path) -> Result<String, Error> {
    let text = path.to_str().ok_or_else(|| Error::malformed(path.display().to_string(), "the path is not UTF-8"))?;
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// Copies the compiler's library folder, and completes it with the crates that it depends on.
fn copy_sources(compiler: &Compiler, library: &Path) -> Result<(), Error> {
    files::copy_tree(&compiler.sources(), library)?;
    let vendor = library.join("vendor");
    if !vendor.is_dir() {
        let mut command = cargo::command();
        command.args(["vendor", "--locked", "--versioned-dirs", "vendor"]);
        process::output(command.current_dir(library).env("RUSTC_BOOTSTRAP", "1"), cargo::HELP)?;
    }
    let config = library.join(".cargo");
    files::create_dir(&config)?;
    files::write(
        &config.join("config.toml"),
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n",
    )
}

fn find_libc(vendor: &Path) -> Result<PathBuf, Error> {
    let entries = vendor.read_dir().map_err(Error::io("read", vendor))?;
    let is_libc = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"libc-"));
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(is_libc)
        .ok_or_else(|| Error::malformed(vendor.display().to_string(), "it has no crate named libc"))
}

/// Returns the rlibs of the finished build.
fn build(folder: &Path, library: &Path, target: &str, step: &Step) -> Result<Vec<PathBuf>, Error> {
    let mut command = cargo::command();
    command
        .args(["build", "--release", "--package=sysroot", "--offline", "-Zavoid-dev-deps", "--target", target])
        .arg("--target-dir")
        .arg(library.join("target"))
        .current_dir(library)
        .env("RUSTC", folder.join(RUSTC))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", RUSTFLAGS);

    let mut rlibs = Vec::new();
    let mut errors = String::new();
    let take = |artifact: cargo::Artifact| {
        step.message(format!("building the standard library: {}", artifact.target.name));
        let is_for_target = |path: &Path| path.components().any(|component| component.as_os_str() == target);
        let is_rlib = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rlib");
        rlibs.extend(artifact.filenames.into_iter().filter(|path| is_rlib(path) && is_for_target(path)));
    };
    let status = cargo::build(&mut command, take, |line| {
        errors.push_str(line);
        errors.push('\n');
    })?;
    if !status.success() {
        return Err(Error::Failed { command: process::describe(&command), status, stderr: errors });
    }
    Ok(rlibs)
}

fn copy_into(file: &Path, folder: &Path) -> Result<(), Error> {
    let Some(name) = file.file_name() else { return Ok(()) };
    fs::copy(file, folder.join(name)).map_err(Error::io("copy", file))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_and_quotes_stays_one_word() {
        assert_eq!(quoted(Path::new("/a b/it's")).unwrap(), r"'/a b/it'\''s'");
    }
}
