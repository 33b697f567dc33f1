//! Tests that are left out for every WASI. Most WASIs have no threads, no sockets and no panics, and plugins do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::sources::write;
use crate::workspace;

/// How tests are left out, and what takes its place.
const GATES: [(&str, &str); 10] = [
    ("not(target_os = \"wasi\")", "all()"),
    ("not(target_os=\"wasi\")", "all()"),
    ("not(target_family = \"wasm\")", "all()"),
    ("not(target_arch = \"wasm32\")", "all()"),
    ("cfg_attr(target_os = \"wasi\", ignore", "cfg_attr(any(), ignore"),
    ("cfg_attr(target_family = \"wasm\", ignore", "cfg_attr(any(), ignore"),
    ("cfg_attr(any(target_os = \"emscripten\", target_os = \"wasi\"), ignore", "cfg_attr(any(), ignore"),
    ("cfg_attr(any(target_os = \"emscripten\", target_family = \"wasm\"), ignore", "cfg_attr(any(), ignore"),
    ("any(target_os = \"emscripten\", target_os = \"wasi\", target_env = \"sgx\")", "any()"),
    ("not(any(target_os = \"emscripten\", target_os = \"wasi\"))", "all()"),
];

/// The modules of the standard library whose tests are left out.
const MODULES: [&str; 6] =
    ["fs.rs", "net/ip_addr.rs", "net/socket_addr.rs", "net/tcp.rs", "net/udp.rs", "thread/mod.rs"];

/// Where the tests use `std::os::unix`.
const UNIX: &str = "sys/fd/unix.rs";

/// Where tests know symbolic links on Unix and Windows only, and what takes the place of that.
const LINKS: (&str, [(&str, &str); 3]) = (
    "fs/tests.rs",
    [
        ("os::unix::fs::symlink", "os::wasi::fs::symlink_path"),
        ("#[cfg(unix)]\nuse crate::os::wasi", "use crate::os::wasi"),
        ("#[cfg(unix)]\n    let link = tmp.join(\"link\");\n    #[cfg(unix)]\n", "let link = tmp.join(\"link\");\n"),
    ],
);

/// What tests use that only the library's own build lets them.
const FEATURES: (&str, [(&str, &str); 1]) =
    ("sync/lib.rs", [("#![feature(sync_nonpoison)]", "#![feature(sync_nonpoison, sync_poison_mod)]")]);

const TESTS: &str = "mod tests;";

/// Makes test programs take WASI for any platform, and the unit tests, which are never left out but ignored.
pub(super) fn lift(package: &Path, except: &[String]) -> Result<()> {
    lift_programs(&package.join("tests"), except)?;
    workspace::files(&package.join("src"), "rs")?
        .iter()
        .try_for_each(|path| edit(path, &GATES, |gate| gate.ends_with("ignore")))
}

fn lift_programs(tests: &Path, except: &[String]) -> Result<()> {
    let files = if tests.is_dir() { workspace::files(tests, "rs")? } else { Vec::new() };
    let is_lifted =
        |path: &&PathBuf| except.iter().all(|program| path.file_stem().is_none_or(|name| name != &**program));
    files.iter().filter(is_lifted).try_for_each(|path| edit(path, &GATES, |_| true))
}

/// Does so for the tests of the standard library, the programs and the units.
pub(super) fn lift_of_std(std: &Path) -> Result<()> {
    lift_programs(&std.join("tests"), &[])?;
    let source = std.join("src");
    for path in workspace::files(&source, "rs")?.iter().filter(|path| path.ends_with("tests.rs")) {
        edit(path, &GATES, |_| true)?;
    }
    for module in MODULES {
        let path = source.join(module);
        let text = fs::read_to_string(&path)?;
        let opened = opened(&text).with_context(|| format!("no tests in {}", path.display()))?;
        write(&path, &opened)?;
    }
    let (file, edits) = FEATURES;
    edit(&std.join("tests").join(file), &edits, |_| true)?;
    let (file, edits) = LINKS;
    edit(&source.join(file), &edits, |_| true)?;
    let path = source.join(UNIX);
    let text = fs::read_to_string(&path)?;
    write(&path, &text.replace("#[cfg(test)]\nmod tests;", "#[cfg(any())]\nmod tests;"))
}

fn edit(path: &Path, edits: &[(&str, &str)], is_meant: impl Fn(&str) -> bool) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let meant = edits.iter().filter(|(from, _)| is_meant(from));
    write(path, &meant.fold(text, |text, (from, to)| text.replace(from, to)))
}

/// A module whose condition for its tests is never WASI's.
fn opened(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(TESTS)?;
    let (code, condition) = before.split_at(before.rfind("#[cfg(")?);
    Some([code, &condition.replace("target_os = \"wasi\"", "any()"), TESTS, rest].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_condition_of_the_tests_changes() {
        let text = "#[cfg(target_os = \"wasi\")]\nmod wasi;\n#[cfg(all(test, not(target_os = \"wasi\")))]\nmod tests;\nfn f();\n";
        let expected = "#[cfg(target_os = \"wasi\")]\nmod wasi;\n#[cfg(all(test, not(any())))]\nmod tests;\nfn f();\n";
        assert_eq!(opened(text).as_deref(), Some(expected));
        assert_eq!(opened(expected).as_deref(), Some(expected));
    }
}
