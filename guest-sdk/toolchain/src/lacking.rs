//! What crates want that plugins don't have, read from the compiler's messages.

/// What a crate wants that plugins don't have, if that is why the compiler says this.
pub(crate) fn told(line: &str) -> Option<&'static str> {
    const UNIX: [&str; 3] = ["could not find `unix` in `os`", "could not find `linux` in `os`", "`std::os::unix`"];
    const PROCESSES: [&str; 4] = ["function `fork`", "function `execvp`", "function `waitpid`", "`posix_spawn`"];
    let has = |words: &[&str]| words.iter().any(|words| line.contains(words));
    if has(&PROCESSES) {
        return Some(
            "a crate starts processes, and a plugin is one and starts none: look for a feature of the crate that leaves \
             them out, or let the host do it by a function of its own",
        );
    }
    if wants_cxx_header(line) {
        return Some(
            "C++ code wants its standard library, which plugins don't have: look for a feature of the crate that leaves \
             that code out, or for a crate in Rust or C (guest-sdk/toolchain/CRATES.md has which were tried)",
        );
    }
    has(&UNIX).then_some(
        "a crate wants `std::os::unix`, which plugins don't have: look for a feature of the crate that leaves it out, or \
         for another crate (guest-sdk/toolchain/CRATES.md has which were tried)",
    )
}

/// Whether clang has not found a header of C++'s own: their names have no dots.
fn wants_cxx_header(line: &str) -> bool {
    let header = line.split_once("fatal error: '").and_then(|(_, rest)| rest.split_once("' file not found"));
    header.is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, TARGET};

    #[test]
    fn what_a_crate_lacks_is_told_with_what_to_do() {
        use std::os::unix::process::ExitStatusExt as _;
        let error = |line| {
            let status = std::process::ExitStatus::from_raw(256);
            Error::Compile { what: "p".to_owned(), target: TARGET.to_owned(), status, lacking: told(line) }.to_string()
        };
        let unix = error("error[E0433]: failed to resolve: could not find `unix` in `os`");
        assert!(unix.contains("`std::os::unix`") && unix.contains("CRATES.md"), "{unix}");
        let fork = error("error[E0425]: cannot find function `fork` in crate `libc`");
        assert!(fork.contains("processes") && fork.contains("the host"), "{fork}");
        let cxx = error("warning: p@1.0.0: a.cc:1:10: fatal error: 'unordered_map' file not found");
        assert!(cxx.contains("C++") && cxx.contains("CRATES.md"), "{cxx}");
        assert!(error("a.c:1:10: fatal error: 'zlib.h' file not found").ends_with("above"));
        assert!(error("error: expected `;`").ends_with("above"));
    }
}
