//! Machines that lack something: each error says what would help.

use crate::{CACHE_VAR, Cache, Environment, Error, Progress, Toolchain, c_compiler, clang, files, process};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// An archive that is known, and can't be reached.
const UNREACHABLE: &str = r#"#!/bin/sh
case $1 in
indextargets) printf 'Origin: Debian\nRepo-URI: a://one/\nRelease: stable\nComponent: main\n' ;;
update)
    echo "Err:1 a://one/ stable InRelease" >&2
    echo "E: Failed to fetch a://one/  Temporary failure resolving 'one'" >&2
    echo "E: " >&2
    exit 100
    ;;
esac
"#;

/// A machine with Debian's programs and a linker, and nothing else.
fn machine(apt_get: &str) -> (TempDir, Environment) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["apt-get", "apt-cache", "apt-config", "dpkg-deb", "dpkg-query", "wasm-ld"] {
        let program = folder.path().join(name);
        files::write(&program, if name == "apt-get" { apt_get } else { "#!/bin/sh\n" }).unwrap();
        set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    }
    let environment = Environment::bare("/nowhere").with("PATH", folder.path());
    let environment = environment.with(CACHE_VAR, folder.path().join("cache"));
    (folder, environment)
}

fn assert_tells(error: &Error, parts: &[&str]) {
    let told = error.chain();
    parts.iter().for_each(|part| assert!(told.contains(part), "{part} isn't in: {told}"));
}

#[test]
fn without_a_network_there_is_what_does_without() {
    let (_folder, environment) = machine(UNREACHABLE);
    let error = Toolchain::ensure_in(&environment, Progress::Silent).unwrap_err();
    assert!(matches!(error, Error::NoArchive { .. }), "{error}");
    assert_tells(&error, &["Temporary failure", "network", "rust-src", "PLUGIX_WASIX_SYSROOT"]);
}

#[test]
fn without_a_network_or_packages_a_clang_is_to_be_installed() {
    let fetch = |environment: &Environment| {
        let cache = Cache::locate(environment).unwrap();
        c_compiler::fetch("PATH has none", "a-plugin", environment, &cache, Progress::Silent).unwrap_err()
    };
    let (_folder, environment) = machine(UNREACHABLE);
    assert_tells(&fetch(&environment), &["a-plugin has C code", "PATH has none", "Temporary failure", clang::HELP]);
    let nothing = environment.with("PATH", "/nowhere");
    assert_tells(&fetch(&nothing), &["a-plugin has C code", "no apt-get on PATH", clang::HELP]);
}

#[test]
fn without_room_it_is_told_where_there_could_be_some() {
    let parts = ["No space left on device", "free some", "PLUGIX_CACHE"];
    assert_tells(&files::write(Path::new("/dev/full"), "text").unwrap_err(), &parts);
    let mut command = Command::new("sh");
    command.args(["-c", "ls / > /dev/full"]);
    assert_tells(&process::output(&mut command, "").unwrap_err(), &parts);
    let (_folder, environment) = machine(&UNREACHABLE.replace("Temporary failure", "No space left on device"));
    assert_tells(&Toolchain::ensure_in(&environment, Progress::Silent).unwrap_err(), &parts);
}
