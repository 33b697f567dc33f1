//! Builds the standard library for the target and lays out a toolchain folder around it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiler::Compiler;
use crate::libc::Libc;
use crate::progress::{Progress, Step};
use crate::rustc::{CRATES, RUSTC, STRICT};
use crate::target_spec::TARGET;
use crate::{Error, c_compiler, cargo, files, overlay, process, replacements, rustc, target_spec};

/// How the rlibs of a sysroot are compiled. Their private parts stay private, and plugins may use LTO.
const RUSTFLAGS: &str = "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes";

/// What std is shown beside that for our target: it has its files, clocks and threads for WASI preview 1 only, and the
/// target has no such name.
const STD_VIEW: &str = r#" --cfg=target_env="p1" -Aexplicit_builtin_cfgs_in_flags"#;

/// For sources that have all that they depend on beside them, but for what only tests need.
const VENDORED: &[&str] = &["--offline", "-Zavoid-dev-deps"];

/// Libraries that build scripts link for WASI, by the names of wasi-libc. What they would have is in the C library, and
/// among the functions in the place of its own.
const EMPTY: [&str; 2] = ["libsetjmp.a", "libwasi-emulated-signal.a"];

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
    for name in EMPTY {
        files::write(&self_contained.join(name), "!<arch>\n")?;
    }
    let host_libraries = compiler.host_libraries();
    let host = rustlib.join(host_libraries.file_name().unwrap_or_default());
    symlink(&host_libraries, &host).map_err(Error::io("create", &host))?;
    rustc::compile(compiler, &folder.join("library/rustc"), folder)?;
    c_compiler::write(libc, folder)?;

    let library = folder.join("library");
    copy_sources(compiler, &library)?;
    overlay::apply(&library)?;
    drop(step);

    let step = progress.step("building the standard library (a minute or two, once)");
    for rlib in build(folder, &library, TARGET, &step, VENDORED)? {
        copy_into(&rlib, &libraries)?;
    }
    replacements::compile(&folder.join(RUSTC), &library.join("replacements"), &self_contained)?;
    files::remove(&library)?;
    // Those are of the standard library's own.
    files::remove(&folder.join(CRATES))
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
    for rlib in build(toolchain, &library, target, &step, VENDORED)? {
        copy_into(&rlib, &made.join("lib"))?;
    }
    let place = toolchain.join("lib/rustlib").join(target);
    fs::rename(&made, &place).map_err(Error::io("create", &place))
}

/// Builds the library of a toolchain folder once more, from sources that stay. It replaces the one that is there.
pub(crate) fn rebuild(toolchain: &Path, library: &Path, progress: Progress) -> Result<(), Error> {
    let step = progress.step("building the standard library (a minute or two)");
    let libraries = toolchain.join("lib/rustlib").join(TARGET).join("lib");
    let rlibs = build(toolchain, library, TARGET, &step, &[])?;
    for entry in libraries.read_dir().map_err(Error::io("read", &libraries))? {
        let path = entry.map_err(Error::io("read", &libraries))?.path();
        if path.is_file() {
            files::remove(&path)?;
        }
    }
    rlibs.iter().try_for_each(|rlib| copy_into(rlib, &libraries))
}

/// Changes when the same compiler, libc and overlay would give another result.
pub(crate) fn identity() -> String {
    format!(
        "{RUSTFLAGS} {STD_VIEW} {EMPTY:?} {} {} {}",
        rustc::identity(),
        c_compiler::identity(),
        replacements::identity()
    )
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

/// Returns the rlibs of the finished build.
fn build(folder: &Path, library: &Path, target: &str, step: &Step, flags: &[&str]) -> Result<Vec<PathBuf>, Error> {
    let mut command = cargo("build", folder, library, target);
    command.arg("--package=sysroot").args(flags);
    let is_for_target = |path: &Path| path.components().any(|component| component.as_os_str() == target);
    let is_rlib = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rlib");
    let files = run(command, step)?.into_iter().flat_map(|artifact| artifact.filenames);
    Ok(files.filter(|path| is_rlib(path) && is_for_target(path)).collect())
}

/// A build of the standard library with the compiler of a toolchain folder.
pub(crate) fn cargo(subcommand: &str, folder: &Path, library: &Path, target: &str) -> Command {
    let mut command = cargo::command();
    command
        .args([subcommand, "--release", "--target", target, "--target-dir"])
        .arg(library.join("target"))
        .current_dir(library)
        .env("RUSTC", folder.join(RUSTC))
        .env("RUSTC_BOOTSTRAP", "1")
        .env(STRICT, "1")
        .env("RUSTFLAGS", if target == TARGET { format!("{RUSTFLAGS}{STD_VIEW}") } else { RUSTFLAGS.to_owned() });
    command
}

/// Returns what was built.
pub(crate) fn run(mut command: Command, step: &Step) -> Result<Vec<cargo::Artifact>, Error> {
    let mut artifacts = Vec::new();
    let mut errors = String::new();
    let take = |artifact: cargo::Artifact| {
        step.message(format!("building the standard library: {}", artifact.target.name));
        artifacts.push(artifact);
    };
    let status = cargo::build(&mut command, take, |line| {
        errors.push_str(line);
        errors.push('\n');
    })?;
    if !status.success() {
        return Err(Error::Failed { command: process::describe(&command), status, stderr: errors });
    }
    Ok(artifacts)
}

fn copy_into(file: &Path, folder: &Path) -> Result<(), Error> {
    let Some(name) = file.file_name() else { return Ok(()) };
    fs::copy(file, folder.join(name)).map_err(Error::io("copy", file))?;
    Ok(())
}
