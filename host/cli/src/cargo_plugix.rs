//! `cargo plugix …`: the command `plugix`, as a subcommand of cargo.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    // Both are installed in one folder. Cargo's first argument is the subcommand's own name.
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name("plugix"));
    let program = beside.filter(|program| program.is_file()).unwrap_or_else(|| "plugix".into());
    let mut arguments = std::env::args_os().skip(1).peekable();
    arguments.next_if(|first| first == "plugix");
    let error = Command::new(&program).args(arguments).exec();
    eprintln!("error: can't run {}: {error}", program.display());
    ExitCode::FAILURE
}
