//! `plugix completions`.

use crate::print;
use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix completions bash > ~/.local/share/bash-completion/completions/plugix\n  \
    plugix completions fish > ~/.config/fish/completions/plugix.fish\n  \
    plugix completions zsh > ~/.zfunc/_plugix")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run<C: CommandFactory>(args: &Args) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut C::command(), "plugix", &mut script);
    print::text(String::from_utf8_lossy(&script)).map(|()| ExitCode::SUCCESS)
}
