//! The `plugix` command: begins, builds, tests, shows, compiles and runs plugins.

mod advice;
mod build;
mod cache;
mod cargo_args;
mod check;
mod compile;
mod completions;
mod crates;
mod diff;
mod doctor;
mod env;
mod exit;
mod fake;
mod input;
mod inspect;
mod load;
mod man;
mod methods;
mod new;
mod policy;
mod print;
mod program;
mod records;
mod run;
mod runner;
mod setup;
mod template;
mod test;
mod test_policy;
mod text;
mod watch;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "plugix",
    version,
    about = "Begins, builds, tests, shows and runs plugins",
    after_help = exit::HELP
)]
struct Arguments {
    /// Report on standard error what is being done
    #[arg(short, long, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Begin a plugin: its interface, the plugin, a host that tests it
    New(new::Args),
    /// Build a plugin crate
    Build(build::Args),
    /// Check a plugin crate, without building it
    Check(check::Args),
    /// Check a plugin crate with clippy
    Clippy(check::ClippyArgs),
    /// Run the tests of a crate in the sandbox
    Test(test::Args),
    /// Call a method of a plugin, or run a program
    Run(run::Args),
    /// Build, test or run again on each change
    Watch(watch::Args),
    /// Show what a module is and what it asks for; nothing in it runs
    Inspect(inspect::Args),
    /// Show what changed between two modules, and whether hosts and plugins of either still fit
    Diff(diff::Args),
    /// Compile a module to a file that loads without compiling
    Compile(compile::Args),
    /// Show or clear the cache of compiled modules
    Cache(cache::Args),
    /// Print what plain cargo needs to build plugins
    Env(env::Args),
    /// Write that into a crate's `.cargo/config.toml`
    Setup(setup::Args),
    /// Look for what keeps plugins from being built and tested here, and say what to do
    Doctor(doctor::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print manual pages
    Man(man::Args),
    /// Run a test program for cargo
    #[command(hide = true)]
    Runner(runner::Args),
}

fn main() -> ExitCode {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::code::run_if_child() };
    let Arguments { verbose, command } = Arguments::parse();
    let calls = matches!(&command, Command::Run(args) if args.calls_a_method());
    records::install(verbose, !calls);
    let outcome = match &command {
        Command::New(args) => new::run(args),
        Command::Build(args) => build::run(args),
        Command::Check(args) => check::run(args),
        Command::Clippy(args) => check::run_clippy(args),
        Command::Test(args) => test::run(args),
        Command::Run(args) => run::run(args),
        Command::Watch(args) => watch::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Compile(args) => compile::run(args),
        Command::Cache(args) => cache::run(args),
        Command::Env(args) => env::run(args),
        Command::Setup(args) => setup::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Completions(args) => completions::run::<Arguments>(args),
        Command::Man(args) => man::run::<Arguments>(args),
        Command::Runner(args) => runner::run(args),
    };
    outcome.unwrap_or_else(|error| {
        if error.is::<print::Closed>() {
            // The reader has all that it wanted.
            return ExitCode::SUCCESS;
        }
        // A plugin has a say in some errors.
        print::tell(text::printable_lines(&format!("error: {error:#}")));
        exit::code(&error)
    })
}
