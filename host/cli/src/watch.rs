//! `plugix watch`: builds, tests or runs again on each change.

mod changes;
mod commands;
mod process;

use crate::{cargo_args, exit, print};
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::Workspace;
use process::Running;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

/// A change comes as several events. This long after the last of them, it is over.
const QUIET: Duration = Duration::from_millis(100);

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix watch                                 # builds the plugin in the current folder on each change\n  \
    plugix watch test -- --nocapture             # tests it\n  \
    plugix watch --release run greet '[\"ada\"]'   # builds it, and calls a method\n  \
    plugix watch run words.wasm count '[]'       # calls a method of a module, which something else builds\n\n\
    Changes are those of the workspace's files, but for hidden ones, `target`, and what `.gitignore` leaves out. A run\n\
    that is under way ends when a change comes. Ctrl-C ends it all.")]
pub(crate) struct Args {
    /// What to do on each change, with its arguments
    #[command(subcommand)]
    action: Option<Action>,
    /// The crate; by default the `Cargo.toml` in the current folder or above
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Before a run, build this package of the workspace
    #[arg(short, long, value_name = "NAME")]
    package: Option<String>,
    /// Before a run, build with the profile `release`
    #[arg(short, long)]
    release: bool,
    /// Before a run, build in this folder
    #[arg(long, value_name = "FOLDER")]
    target_dir: Option<PathBuf>,
    /// End after so many times, with the exit code of the last; for scripts
    #[arg(long, value_name = "NUMBER")]
    times: Option<u64>,
    /// Leave on the terminal what was there
    #[arg(long)]
    no_clear: bool,
}

#[derive(clap::Subcommand)]
enum Action {
    /// `plugix build`; this is the default
    Build(Passed),
    /// `plugix check`
    Check(Passed),
    /// `plugix clippy`
    Clippy(Passed),
    /// `plugix test`
    Test(Passed),
    /// `plugix run`: of the module that is built before, unless one is named
    Run(Passed),
}

#[derive(clap::Args)]
struct Passed {
    /// What the command gets
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// What the loop waits for.
enum News {
    /// This file has changed.
    Changed(PathBuf),
    /// The command has ended.
    Ended,
    /// Ctrl-C.
    Interrupted,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    ensure!(args.times != Some(0), "`--times 0` would do nothing");
    let module = args.module();
    let root = match module.filter(|_| args.manifest_path.is_none()) {
        Some(module) => module.canonicalize()?.parent().map(Path::to_owned).unwrap_or_default(),
        None => Workspace::read(&cargo_args::manifest(args.manifest_path.as_deref())?)?.root().to_owned(),
    };
    let (sender, news) = mpsc::channel();
    let interrupted = sender.clone();
    // Who listens no more has ended.
    ctrlc::set_handler(move || drop(interrupted.send(News::Interrupted))).context("can't wait for Ctrl-C")?;
    changes::watch(&root, sender.clone())?;
    for time in 1.. {
        if !args.no_clear && std::io::stdout().is_terminal() {
            print::text("\x1b[2J\x1b[H")?;
        }
        let is_last = args.times == Some(time);
        let changed = match once(args, &sender, &news, is_last, &root)? {
            Outcome::Ended(code) => return Ok(ExitCode::from(code)),
            Outcome::Changed(path) => path,
        };
        while let Ok(more) = news.recv_timeout(QUIET) {
            if let News::Interrupted = more {
                return Ok(ExitCode::from(exit::INTERRUPTED));
            }
        }
        let shown = changed.strip_prefix(&root).unwrap_or(&changed);
        print::tell(format_args!("plugix: {} has changed", shown.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// How one time ended.
enum Outcome {
    /// It was the last.
    Ended(u8),
    Changed(PathBuf),
}

/// Does it once, and waits for a change. One that comes before the end ends it.
fn once(args: &Args, sender: &Sender<News>, news: &Receiver<News>, is_last: bool, root: &Path) -> Result<Outcome> {
    let mut running = Running::start(args.command()?, sender.clone())?;
    let mut is_built = !args.builds_first();
    let mut has_ended = false;
    loop {
        match news.recv()? {
            News::Interrupted => return Ok(Outcome::Ended(exit::INTERRUPTED)),
            News::Changed(path) => {
                drop(running);
                return Ok(Outcome::Changed(path));
            }
            News::Ended if has_ended => {}
            News::Ended => match running.end()? {
                (0, built) if !is_built => {
                    is_built = true;
                    running = Running::start(args.run_command(&built)?, sender.clone())?;
                }
                (code, _) if is_last => return Ok(Outcome::Ended(code)),
                (code, _) => {
                    has_ended = true;
                    let how = if code == 0 { String::new() } else { format!("exit code {code}; ") };
                    print::tell(format_args!("plugix: {how}waiting for a change in {}", root.display()));
                }
            },
        }
    }
}
