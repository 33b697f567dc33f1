//! What of the machine plugins are built with: the toolchain and its parts, the caches and the disk.

use super::Finding;
use crate::{load, text};
use plugix_toolchain::{Environment, Survey, Verdict};
use std::path::Path;
use std::process::{Command, Stdio};

/// What composing a toolchain takes of the disk, and then some plugins. In bytes.
const ROOM: u64 = 3 << 30;

pub(super) fn findings() -> Vec<Finding> {
    let mut findings = vec![cargo()];
    match Survey::take(&Environment::current()) {
        Ok(survey) => {
            findings.push(toolchain(&survey));
            findings.extend(clang(&survey));
            let root = survey.cache().root();
            findings.push(Finding::good(
                "toolchain's cache",
                format!("{} in {}", size(survey.cache().size()), root.display()),
            ));
            findings.extend(free(root).map(|free| disk(free, survey.is_ready(), root)));
        }
        Err(error) => findings.push(Finding::bad("toolchain", error.chain(), "set HOME, or PLUGIX_CACHE to a folder")),
    }
    findings.push(rust_src(sysroot().as_deref()));
    findings.push(modules());
    findings
}

fn cargo() -> Finding {
    match first_line("cargo", &["--version"]) {
        Some(version) => Finding::good("cargo", version),
        None => Finding::bad("cargo", "there is none on PATH", "install Rust: https://rustup.rs"),
    }
}

fn toolchain(survey: &Survey) -> Finding {
    let taken = survey.candidates().iter().find_map(|candidate| match &candidate.verdict {
        Verdict::Taken(parts) => Some(format!("{}\n{parts}", candidate.provider)),
        _ => None,
    });
    match taken {
        Some(parts) if survey.is_ready() => Finding::good("toolchain", parts),
        Some(parts) => Finding::note(
            "toolchain",
            parts,
            "the first `plugix build` makes it, once for all crates, in a few minutes",
        ),
        None => Finding::bad(
            "toolchain",
            survey.to_string(),
            "with rustup: `rustup component add rust-src`, and a wasix-libc in PLUGIX_WASIX_SYSROOT; on Debian, apt has all of it",
        ),
    }
}

fn clang(survey: &Survey) -> Option<Finding> {
    Some(match survey.clang() {
        Ok(program) => Finding::good("clang, for crates with C code", program.display().to_string()),
        Err(reason) => Finding::note(
            "clang, for crates with C code",
            reason,
            "nothing, if no crate has any; on Debian it is fetched when a crate wants it, elsewhere install clang 20 or newer",
        ),
    })
}

/// The library's sources of the compiler that this machine uses.
fn rust_src(sysroot: Option<&Path>) -> Finding {
    let Some(sysroot) = sysroot else {
        return Finding::note("rust-src", "there is no rustc on PATH", "install Rust: https://rustup.rs");
    };
    match sysroot.join("lib/rustlib/src/rust/library").is_dir() {
        true => Finding::good("rust-src", sysroot.display().to_string()),
        false => Finding::note(
            "rust-src",
            format!("{} hasn't the library's sources", sysroot.display()),
            "`rustup component add rust-src clippy`: then plugins have your own compiler, and `plugix clippy` works",
        ),
    }
}

fn disk(free: u64, is_ready: bool, folder: &Path) -> Finding {
    let seen = format!("{} free for {}", size(free), folder.display());
    match (free < ROOM, is_ready) {
        (false, _) => Finding::good("disk", seen),
        (true, true) => Finding::note("disk", seen, "make room: a plugin's target folder takes some hundred MiB"),
        (true, false) => Finding::bad("disk", seen, format!("make room: the toolchain takes {}", size(ROOM))),
    }
}

fn modules() -> Finding {
    let what = "compiled modules";
    match load::cache(None) {
        Ok(Some(cache)) => match cache.entries() {
            Ok(entries) => {
                let bytes = entries.iter().map(|entry| entry.size).sum();
                Finding::good(what, format!("{} in {}", size(bytes), cache.folder().display()))
            }
            Err(error) => Finding::note(
                what,
                format!("{:#}", anyhow::Error::new(error)),
                "modules are compiled each time; name a folder with `--cache`",
            ),
        },
        Ok(None) => Finding::note(what, "there is no place for a cache", "set HOME or XDG_CACHE_HOME"),
        Err(error) => Finding::note(what, format!("{error:#}"), "modules are compiled each time"),
    }
}

/// The bytes that are free where a folder is, or will be.
fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn sysroot() -> Option<std::path::PathBuf> {
    first_line("rustc", &["--print", "sysroot"]).map(Into::into)
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    text.lines().next().map(str::to_owned)
}

fn size(bytes: u64) -> String {
    text::size(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    /// State, finding, and the state after what the finding advises.
    #[test]
    fn what_is_advised_helps() {
        let folder = tempfile::tempdir().unwrap();
        let before = rust_src(Some(folder.path()));
        assert_eq!(before.state, State::Note);
        assert!(before.advice.unwrap().contains("rustup component add rust-src"));
        std::fs::create_dir_all(folder.path().join("lib/rustlib/src/rust/library")).unwrap();
        assert_eq!(rust_src(Some(folder.path())).state, State::Good);

        let at = Path::new("/cache");
        let before = disk(1 << 20, false, at);
        assert_eq!((before.state, &*before.seen), (State::Bad, "1.0 MiB free for /cache"));
        assert_eq!(disk(ROOM, false, at).state, State::Good);
        // What is there already stays usable.
        assert_eq!(disk(1 << 20, true, at).state, State::Note);
    }

    #[test]
    fn a_machine_without_anything_is_told_what_to_install() {
        let bare = Environment::bare("/nowhere").with("HOME", "/nowhere");
        let survey = Survey::take(&bare).unwrap();
        let finding = toolchain(&survey);
        assert_eq!(finding.state, State::Bad);
        assert!(finding.seen.contains("passed over"), "{}", finding.seen);
        assert_eq!(clang(&survey).map(|finding| finding.state), Some(State::Note));
    }
}
