//! The `plugix` command: begins, builds, tests, shows, compiles and runs plugins.

mod add;
mod advice;
mod build;
mod cache;
mod cargo_args;
mod check;
mod compile;
mod completions;
mod coredump;
mod crates;
mod diff;
mod doctor;
mod env;
mod exit;
mod fake;
mod fleet;
mod grants;
mod input;
mod inspect;
mod kept;
mod keygen;
mod list;
mod load;
mod login;
mod man;
mod methods;
mod names;
mod new;
mod outdated;
mod policy;
mod print;
mod program;
mod pull;
mod push;
mod records;
mod remove;
mod restore;
mod run;
mod runner;
mod secret;
mod setup;
mod sign;
mod template;
mod test;
mod test_policy;
mod text;
mod update;
mod verify;
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
    /// Show what is in a core dump of a plugin
    Coredump(coredump::Args),
    /// Show what changed between two modules, and whether hosts and plugins of either still fit
    Diff(diff::Args),
    /// Compile a module to a file that loads without compiling
    Compile(compile::Args),
    /// Show or clear the cache of compiled modules
    Cache(cache::Args),
    /// Keep a plugin: from a file, a folder, an address or a registry
    Add(add::Args),
    /// Remove kept plugins
    Remove(remove::Args),
    /// Fetch kept plugins from their sources again
    Update(update::Args),
    /// Fetch the modules that the lock file names and that aren't here
    Restore(restore::Args),
    /// List the kept plugins
    List(list::Args),
    /// Show what plugins may do, and what was refused, or forget it
    Grants(grants::Args),
    /// Show what could be updated
    Outdated(outdated::Args),
    /// Bring a module to a registry
    Push(push::Args),
    /// Fetch a module from a registry or an address, without keeping it
    Pull(pull::Args),
    /// Tell a registry who you are
    Login(login::Args),
    /// Make a pair of keys for signatures
    Keygen(keygen::Args),
    /// Sign a module
    Sign(sign::Args),
    /// Check who signed a module
    Verify(verify::Args),
    /// Plugins on many machines: serve, call, apply, look
    Fleet(fleet::Args),
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
    unsafe { plugix_host::run_if_child() };
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
        Command::Coredump(args) => coredump::run(args),
        Command::Diff(args) => diff::run(args),
        Command::Compile(args) => compile::run(args),
        Command::Cache(args) => cache::run(args),
        Command::Add(args) => add::run(args),
        Command::Remove(args) => remove::run(args),
        Command::Update(args) => update::run(args),
        Command::Restore(args) => restore::run(args),
        Command::Grants(args) => grants::run(args),
        Command::List(args) => list::run(args),
        Command::Outdated(args) => outdated::run(args),
        Command::Push(args) => push::run(args),
        Command::Pull(args) => pull::run(args),
        Command::Login(args) => login::run(args),
        Command::Keygen(args) => keygen::run(args),
        Command::Sign(args) => sign::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Fleet(args) => fleet::run(args),
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
