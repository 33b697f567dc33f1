//! The toolchain's `rustc`. It compiles for the target with a library of its own, and crates of crates.io from copies
//! that know the target.
//!
//! The toolchain compiles this program once, for the machine that it runs on. Cargo runs it instead of the compiler, and
//! many of them at once.

mod edit;
mod overlay;
mod table;

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use overlay::{Overlaid, Package};

/// The compiler, the folder of its shared libraries, and the target that is not one of its own.
const RUSTC: &str = env!("PLUGIX_RUSTC");
const LIBRARIES: &str = env!("PLUGIX_LIBRARIES");
const TARGET: &str = env!("PLUGIX_TARGET");

/// Whether a crate whose edits don't fit is an error. It is for the standard library's own crates.
const STRICT: &str = "PLUGIX_STRICT";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let Some(sysroot) = sysroot() else {
        eprintln!("plugix: this rustc doesn't know where it is");
        return ExitCode::FAILURE;
    };
    let mut rustc = Command::new(RUSTC);
    rustc.env("LD_LIBRARY_PATH", LIBRARIES);
    // Unstable flags are allowed for the target only. Build scripts and procedural macros are compiled as any stable
    // compiler does.
    if is_for_target(&arguments) {
        rustc.env("RUSTC_BOOTSTRAP", "1").arg("-Zunstable-options");
        match overlaid(&arguments, &sysroot) {
            Ok(Some(crate_)) => rustc.args(crate_.arguments(&arguments)),
            Ok(None) => rustc.args(&arguments),
            Err(problem) => {
                eprintln!("plugix: {problem}");
                if env::var_os(STRICT).is_some() {
                    return ExitCode::FAILURE;
                }
                rustc.args(&arguments)
            }
        };
    } else {
        rustc.args(&arguments);
    }
    let error = rustc.arg("--sysroot").arg(sysroot).exec();
    eprintln!("plugix: cannot run {RUSTC}: {error}");
    ExitCode::FAILURE
}

/// The folder that this program's `bin` is in.
fn sysroot() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.parent()?.to_owned())
}

fn is_for_target(arguments: &[OsString]) -> bool {
    let follows = arguments.windows(2).any(|pair| pair[0] == "--target" && pair[1] == TARGET);
    follows || arguments.iter().any(|argument| *argument == *format!("--target={TARGET}"))
}

/// The crate that cargo wants compiled, if the table knows it.
fn overlaid(arguments: &[OsString], sysroot: &Path) -> Result<Option<Overlaid>, String> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
    let (Some(name), Some(version), Some(source)) =
        (variable("CARGO_PKG_NAME"), variable("CARGO_PKG_VERSION"), variable("CARGO_MANIFEST_DIR"))
    else {
        return Ok(None);
    };
    let (Some(name), Some(version)) = (name.to_str(), version.to_str()) else { return Ok(None) };
    let package = Package { name, version, source: Path::new(&source) };
    // Build scripts run the compiler too, to see what it can do.
    let is_source = |argument: &OsString| {
        let path = Path::new(argument);
        path.starts_with(package.source) && path.extension() == Some(OsStr::new("rs"))
    };
    if !arguments.iter().any(is_source) {
        return Ok(None);
    }
    overlay::find(&package, table::CRATES, &sysroot.join("crates"))
}
