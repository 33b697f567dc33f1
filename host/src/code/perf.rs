//! Tells Linux's `perf` which function of a plugin lies where.

use super::Profiling;
use crate::error::demangled;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process;

/// Tells of the code of a module, if that is wanted. A profile without names is better than no plugin, so a failure is
/// only logged.
pub(crate) fn tell(profiling: Profiling, name: &str, code: &wasmer::Module) {
    if profiling != Profiling::PerfMap {
        return;
    }
    let path = format!("/tmp/perf-{}.map", process::id());
    if let Err(error) = append(Path::new(&path), &lines(code)) {
        tracing::warn!(target: "plugix::perf", module = name, path, %error, "the names of functions can't be told");
    }
}

/// A line for each function: its address and its length in hexadecimal, and its name.
fn lines(code: &wasmer::Module) -> String {
    let mut lines = String::new();
    let functions = code.sys_artifact().and_then(|artifact| artifact.finished_function_extents()).unwrap_or_default();
    for (local, function) in functions {
        let index = code.info().func_index(local);
        let name = match code.info().function_names.get(&index) {
            // A name is the plugin's, and could have lines of its own.
            Some(name) => demangled(name).replace(char::is_control, "_"),
            None => format!("wasm function {}", index.as_u32()),
        };
        // Writing to a string can't fail.
        let _ = writeln!(lines, "{:x} {:x} {name}", *function.ptr as usize, function.length);
    }
    lines
}

/// Appends to this user's own file. The folder is everybody's, and somebody could have put something else there.
fn append(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW).open(path)?;
    // SAFETY: this call only returns a number.
    let user = unsafe { libc::geteuid() };
    let there = file.metadata()?;
    if !there.is_file() || there.uid() != user || there.nlink() != 1 {
        return Err(io::Error::other("the file is another's"));
    }
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_is_written_to() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (victim, link, hard) =
            (folder.path().join("victim"), folder.path().join("link"), folder.path().join("hard"));
        std::fs::write(&victim, "as it was")?;
        std::os::unix::fs::symlink(&victim, &link)?;
        std::fs::hard_link(&victim, &hard)?;
        assert!(append(&link, "changed").is_err() && append(&hard, "changed").is_err());
        assert_eq!(std::fs::read_to_string(&victim)?, "as it was");
        let own = folder.path().join("own");
        append(&own, "one\n")?;
        append(&own, "two\n")?;
        assert_eq!(std::fs::read_to_string(own)?, "one\ntwo\n");
        Ok(())
    }
}
