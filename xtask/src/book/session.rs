//! Where the commands of a page run: bash, in a home folder of the page's own.

use super::folder;
use crate::engine_linked::{PROGRAMS, root};
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Seconds after which a command is taken for one that never ends.
const PATIENCE: &str = "1200";

/// The home folder, and where the reader is in it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// With the programs that the book names.
    path: OsString,
    programs: PathBuf,
    home: PathBuf,
    /// The current folder.
    here: PathBuf,
    /// How the last command ended.
    code: i32,
}

impl Session {
    /// Where no page has begun.
    pub(super) fn new(programs: &Path) -> Result<Self> {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&others));
        let path = std::env::join_paths(folders)?;
        Ok(Self { path, programs: programs.to_owned(), home: PathBuf::new(), here: PathBuf::new(), code: 0 })
    }

    /// An empty home folder for a page, with the checkout in it.
    pub(super) fn begin(&self, page: &str) -> Result<Self> {
        let name = Path::new(page).file_stem().unwrap_or(OsStr::new(page));
        let home = folder()?.join("home").join(name);
        let kept = home.with_extension("kept");
        if home.exists() {
            move_targets(&home, &kept)?;
            fs::remove_dir_all(&home).with_context(|| format!("can't clear {}", home.display()))?;
        }
        fs::create_dir_all(&home).with_context(|| format!("can't make {}", home.display()))?;
        let home = home.canonicalize()?;
        symlink(root(), home.join("plugix"))?;
        Ok(Self { here: home.clone(), home, code: 0, ..self.clone() })
    }

    /// Runs a command: what it prints to standard output and standard error.
    pub(super) fn run(&mut self, command: &str) -> Result<String> {
        move_targets(&self.home.with_extension("kept"), &self.home)?;
        let place = self.home.with_extension("place");
        // The last lines tell where the reader is now, and how the command ended.
        let script = format!("(exit {})\n{command}\ncode=$?\npwd > {place:?}\nexit $code", self.code);
        let (mut output, writer) = std::io::pipe()?;
        let mut bash = Command::new("timeout");
        bash.args([PATIENCE, "bash", "-c", &script]).current_dir(&self.here).envs(self.variables());
        // Cargo tells its own programs more than a reader's shell has, and the reader builds where everybody does.
        let is_foreign = |name: &str| name.starts_with("CARGO_PKG_") || ["CARGO", "CARGO_TARGET_DIR"].contains(&name);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_foreign)) {
            bash.env_remove(name);
        }
        bash.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let mut child = bash.spawn().context("can't run `timeout` and `bash`")?;
        drop(bash); // it has the writing ends of the pipe
        let mut printed = Vec::new();
        output.read_to_end(&mut printed)?;
        self.code = child.wait()?.code().unwrap_or(1);
        ensure!(self.code != 124, "`{command}` takes too long");
        self.here = fs::read_to_string(&place).map_or_else(|_| self.here.clone(), |place| place.trim_end().into());
        Ok(self.as_read(&String::from_utf8_lossy(&printed)))
    }

    fn variables(&self) -> Vec<(&str, OsString)> {
        let real = |name, below: &str| {
            let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
            (name, std::env::var_os(name).unwrap_or_else(|| home.join(below).into()))
        };
        vec![
            ("PATH", self.path.clone()),
            (PROGRAMS, self.programs.clone().into()),
            ("HOME", self.home.clone().into()),
            // What was made or fetched before is the reader's as well.
            real("CARGO_HOME", ".cargo"),
            real("RUSTUP_HOME", ".rustup"),
            real("XDG_CACHE_HOME", ".cache"),
            // The crates are those that the checkout has. A newer version could print something else.
            ("CARGO_NET_OFFLINE", "true".into()),
            ("CARGO_TERM_COLOR", "never".into()),
            ("CARGO_TERM_PROGRESS_WHEN", "never".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("TERM", "dumb".into()),
        ]
    }

    /// With the names that the reader's folders have, and without spaces and empty lines at the end.
    fn as_read(&self, printed: &str) -> String {
        let root = root().canonicalize().unwrap_or_else(|_| root().to_owned());
        let printed = printed.replace(&*self.home.to_string_lossy(), "~").replace(&*root.to_string_lossy(), "~/plugix");
        printed.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

/// Moves what was built for projects of one folder to the projects of the same names in another, if they have nothing
/// yet. So a reader's project is new each time, and its dependencies are compiled once.
fn move_targets(from: &Path, to: &Path) -> Result<()> {
    let Ok(projects) = workspace::entries(from) else { return Ok(()) };
    for project in projects.iter().filter(|project| project.join("target").is_dir() && !project.is_symlink()) {
        let place = to.join(project.file_name().unwrap_or_default());
        if to.extension().is_none() && !place.is_dir() || place.join("target").exists() {
            continue;
        }
        fs::create_dir_all(&place)?;
        fs::rename(project.join("target"), place.join("target"))?;
    }
    Ok(())
}
