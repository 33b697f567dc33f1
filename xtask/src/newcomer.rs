//! `cargo xtask newcomer`: does what somebody does who has the published crates and a folder of his own, and takes the time.
//!
//! The crates are those that `cargo package` makes. A registry has them in place of crates.io, by cargo's own `[patch]`.
//! Nothing of this workspace is used but the command line program, as `cargo install` would leave it.

mod packages;
mod project;
mod steps;
mod timings;
mod watch;

use crate::engine_linked::{self, root};
use crate::workspace;
use anyhow::{Context as _, Result, bail, ensure};
use packages::Packages;
use project::Project;
use std::fs;
use std::path::Path;
use steps::Steps;

/// What `plugix new` can begin.
const TEMPLATES: [&str; 5] = ["plain", "host-interface", "streaming", "network", "host"];

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask newcomer                    # all templates, with their hosts: the engine is compiled once, 10 minutes\n  \
    cargo xtask newcomer --plugins-only     # no hosts: two minutes\n  \
    cargo xtask newcomer -t streaming       # one template")]
pub(crate) struct Args {
    /// Begin with this template only; can be given several times
    #[arg(short, long, value_parser = TEMPLATES)]
    template: Vec<String>,
    /// Leave out the applications, which link the engine
    #[arg(long)]
    plugins_only: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let folder = workspace::target_folder()?.join("newcomer");
    let cli = engine_linked::build_program(&["--all-targets"], "plugix")?;
    let packages = Packages::make(&folder.join("packages"))?;
    // Outside of the workspace: nothing of its settings is found from there.
    let outside = std::env::temp_dir().join(format!("plugix-newcomer-{}", std::process::id()));
    ensure!(!outside.starts_with(root()), "{} lies in the workspace: set `TMPDIR`", outside.display());
    fs::create_dir_all(&outside).with_context(|| format!("can't make {}", outside.display()))?;
    let mut steps = Steps::default();
    let outcome = all(args, &cli, &packages, &outside, &folder.join("hosts"), &mut steps);
    steps.show();
    fs::remove_dir_all(&outside).with_context(|| format!("can't remove {}", outside.display()))?;
    outcome?;
    match steps.missed() {
        0 => Ok(()),
        missed => bail!("{missed} took longer than it may"),
    }
}

/// All steps of all templates. Those that were made are kept if one fails.
fn all(args: &Args, cli: &Path, packages: &Packages, outside: &Path, hosts: &Path, steps: &mut Steps) -> Result<()> {
    let wanted = |template: &&&str| args.template.is_empty() || args.template.iter().any(|wanted| wanted == *template);
    for template in TEMPLATES.iter().filter(wanted) {
        let project = Project::new(cli, packages, outside, template, hosts)?;
        project.plugin(steps).with_context(|| format!("the template `{template}`"))?;
        if !args.plugins_only {
            project.host(steps).with_context(|| format!("the host of the template `{template}`"))?;
            if *template == "plain" {
                project.least_host(steps)?;
            }
        }
    }
    packages.publish(steps)
}
