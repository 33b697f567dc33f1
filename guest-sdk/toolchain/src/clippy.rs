//! Clippy for plugins: its driver takes the place of the compiler, and has to know the target as the compiler does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::target_spec::TARGET;
use crate::{Error, Toolchain, files};

/// Where a compiler's folder has clippy's driver.
const DRIVER: &str = "bin/clippy-driver";

/// Where a toolchain folder has the script around it.
const SCRIPT_PATH: &str = "bin/plugix-clippy";

/// Between two arguments of clippy's.
const SEPARATOR: &str = "__CLIPPY_HACKERY__";

/// Cargo starts it with the compiler and the compiler's arguments. Unstable flags are allowed for the target only.
const SCRIPT: &str = r#"#!/bin/sh
shift
case " $* " in
*" --target {target} "* | *" --target={target} "*)
    export RUSTC_BOOTSTRAP=1
    set -- "$@" -Zunstable-options
    ;;
esac
exec {driver} rustc "$@" --sysroot {sysroot}
"#;

/// What makes `cargo check` one of clippy's.
pub(crate) fn variables(
    toolchain: &Toolchain,
    arguments: &[String],
) -> Result<[(&'static str, std::ffi::OsString); 2], Error> {
    let compiler = match toolchain.origin() {
        Some(origin) => origin.compiler.sysroot(),
        None => toolchain.folder(),
    };
    let driver = compiler.join(DRIVER);
    if !driver.is_file() {
        return Err(Error::NoClippy { compiler: compiler.to_owned() });
    }
    let script = write(&driver, toolchain.folder())?;
    let arguments: Vec<_> = arguments.iter().map(|argument| format!("{argument}{SEPARATOR}")).collect();
    Ok([("RUSTC_WORKSPACE_WRAPPER", script.into()), ("CLIPPY_ARGS", arguments.concat().into())])
}

/// Puts the script in its place, in one step: another process may be running it.
fn write(driver: &Path, sysroot: &Path) -> Result<PathBuf, Error> {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let text =
        SCRIPT.replace("{target}", TARGET).replace("{driver}", &quoted(driver)).replace("{sysroot}", &quoted(sysroot));
    let script = sysroot.join(SCRIPT_PATH);
    if files::read(&script).is_ok_and(|there| there == text) {
        return Ok(script);
    }
    let scratch = tempfile::tempdir_in(sysroot).map_err(Error::io("create a folder in", sysroot))?;
    let new = scratch.path().join("script");
    files::write(&new, text)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).map_err(Error::io("make executable", &new))?;
    fs::rename(&new, &script).map_err(Error::io("create", &script))?;
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_driver_gets_the_target_the_sysroot_and_no_compiler() {
        let folder = tempfile::tempdir().unwrap();
        let sysroot = folder.path().join("it's here");
        files::create_dir(&sysroot.join("bin")).unwrap();
        let driver = sysroot.join("driver");
        files::write(&driver, "#!/bin/sh\necho \"$RUSTC_BOOTSTRAP:\" \"$@\"\n").unwrap();
        fs::set_permissions(&driver, fs::Permissions::from_mode(0o755)).unwrap();
        let script = write(&driver, &sysroot).unwrap();
        let run = |arguments: &[&str]| {
            // A file that this process has open for writing can't be started by its threads.
            let mut command = Command::new("/bin/sh");
            let output = command.arg(&script).arg("/bin/rustc").args(arguments).env_remove("RUSTC_BOOTSTRAP").output();
            String::from_utf8(output.unwrap().stdout).unwrap()
        };
        let end = format!("--sysroot {}\n", sysroot.display());
        assert_eq!(run(&["build.rs"]), format!(": rustc build.rs {end}"));
        let target = ["lib.rs", "--target", TARGET];
        assert_eq!(run(&target), format!("1: rustc lib.rs --target {TARGET} -Zunstable-options {end}"));
        assert_eq!(write(&driver, &sysroot).unwrap(), script);
    }
}
