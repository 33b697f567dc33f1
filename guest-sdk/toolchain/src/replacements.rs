//! The functions in the place of wasix-libc's: one object that is linked before it.

use std::path::Path;

use crate::target_spec::TARGET;
use crate::{Error, files, process};

/// The object's name, among what is copied beside the standard library.
pub(crate) const OBJECT: &str = "wasix-libc-replacements.o";

/// How the object is compiled. It has no panics.
const FLAGS: [&str; 9] = [
    "--edition=2024",
    "--crate-type=lib",
    "--crate-name=wasix_libc_replacements",
    "--target",
    TARGET,
    "-Copt-level=s",
    "-Ccodegen-units=1",
    "-Cpanic=abort",
    "-Dwarnings",
];

macro_rules! sources {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../libc/", $name)))),*] };
}

/// The files, and their contents. The first is the crate's root.
const SOURCES: &[(&str, &str)] = sources![
    "lib.rs",
    "addresses.rs",
    "calls.rs",
    "descriptors.rs",
    "epoll.rs",
    "errno.rs",
    "jumps.rs",
    "locks.rs",
    "option_get.rs",
    "option_set.rs",
    "options.rs",
    "paths.rs",
    "poll.rs",
    "signals.rs",
    "stat.rs",
    "threads.rs",
];

/// What the linker gets: callers of the C library's function get that of the same name from here.
pub(crate) fn link_arguments() -> Vec<String> {
    names().map(|name| format!("--wrap={name}")).collect()
}

fn names() -> impl Iterator<Item = &'static str> {
    let after = |text: &'static str| text.split("extern \"C\" fn __wrap_").skip(1);
    SOURCES.iter().flat_map(move |(_, text)| after(text)).filter_map(|rest| rest.split('(').next())
}

/// Compiles the object into a folder, in a toolchain that has `core`.
pub(crate) fn compile(rustc: &Path, scratch: &Path, folder: &Path) -> Result<(), Error> {
    files::create_dir(scratch)?;
    for (name, text) in SOURCES {
        files::write(&scratch.join(name), text)?;
    }
    let mut command = std::process::Command::new(rustc);
    command.args(FLAGS).arg(format!("--emit=obj={}", folder.join(OBJECT).display())).arg(scratch.join(SOURCES[0].0));
    process::output(&mut command, crate::compiler::DAMAGED).map(drop)
}

/// Changes with any function.
pub(crate) fn identity() -> String {
    format!("{FLAGS:?} {SOURCES:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_replaces_one() {
        let names: Vec<_> = names().collect();
        assert!(names.contains(&"chdir"), "{names:?}");
        let declared = SOURCES.iter().map(|(_, text)| text.matches("#[unsafe(no_mangle)]").count()).sum::<usize>();
        // The C library has no `flock`, and nothing for jumps.
        assert_eq!(names.len() + 4, declared, "{names:?}");
    }

    #[test]
    fn each_file_is_compiled() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("libc");
        let there = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        for name in there {
            assert!(SOURCES.iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
