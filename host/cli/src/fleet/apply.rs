//! `plugix fleet apply`.

use super::connect::Connect;
use crate::{print, sign, text};
use anyhow::{Context as _, Result, bail};
use plugix_fleet::ship::{Deployments, Hosts, Overview, Release, Signed};
use plugix_host::module::ModuleLimits;
use plugix_host::{Engine, Policy};
use plugix_store::{ContentHash, Fetcher, Source};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet apply words.wasm --key plugix.key                     # on all hosts, with no rights\n  \
    plugix fleet apply words.wasm --key plugix.key --hosts 2           # on two of them\n  \
    plugix fleet apply words.wasm --key plugix.key --hosts a,b --policy plugix.toml --instances 4\n\n\
    What is signed is the release as a whole: the module's hash, the policy, and where it runs.")]
pub(crate) struct Args {
    /// The module, in WebAssembly
    module: PathBuf,
    /// The plugin's name in the fleet; the default is what the module says, or the file's name
    #[arg(long, value_name = "NAME")]
    plugin: Option<String>,
    /// The version, for people; the default is what the module says
    #[arg(long = "as-version", value_name = "VERSION")]
    version: Option<String>,
    /// Which hosts run it: `all`, a number, or names with commas between them
    #[arg(long, value_name = "HOSTS", default_value = "all")]
    hosts: String,
    /// How many instances each of these hosts has at most
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    instances: usize,
    /// What it may do: a `plugix.toml`; the default is nothing but to compute
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The secret key that signs the release, as `plugix keygen` writes it; may be given several times
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// Read the keys' password from standard input
    #[arg(long, requires = "keys")]
    key_password_stdin: bool,
    /// How long to wait until it serves, in seconds; 0 doesn't wait
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let module = Fetcher::new("").fetch(&Source::file(&args.module)?, None, &mut |_| {})?.module;
    let release = release(args, &module)?;
    let text = release.to_text()?;
    let sign = |file: &PathBuf| sign::bytes(file, args.key_password_stdin, text.as_bytes(), &release.plugin);
    let signatures = args.keys.iter().map(sign).collect::<Result<Vec<_>>>()?;
    if signatures.is_empty() {
        print::tell("nobody signs this: only hosts that trust anybody will run it (`--key`)");
    }
    let deployments = Deployments::open(&args.connect.connect("plugix fleet apply")?)?;
    let applied = deployments.apply(&Signed { text, signatures }, &module)?;
    let (name, version) = (&release.plugin, &release.version);
    print::line(format_args!("{name} {version} is revision {}", applied.revision))?;
    if args.wait == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let mut shown = String::new();
    let mut last = Overview::default();
    let serves = deployments.wait(name, applied.revision, Duration::from_secs(args.wait), |overview| {
        last = overview.clone();
        let line = progress(overview, name);
        if line != shown {
            print::tell(text::printable(&line));
            shown = line;
        }
    })?;
    match serves {
        true => print::line(format_args!("{name} {version} serves")).map(|()| ExitCode::SUCCESS),
        false => bail!("{}", problem(&last, name, applied.revision, args.wait)),
    }
}

fn release(args: &Args, module: &[u8]) -> Result<Release> {
    // What no host could load is not brought to any.
    let info = Engine::with_limits(ModuleLimits::default())?
        .load(module)
        .map_err(|error| crate::load::failed(&args.module, error))?;
    let info = info.info();
    let about = info.about.as_ref();
    let file = args.module.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = args.plugin.clone().or_else(|| about.map(|about| about.name.clone())).unwrap_or(file);
    let version = args.version.clone().or_else(|| about.map(|about| about.version.clone()));
    let policy = match &args.policy {
        None => String::new(),
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
            Policy::from_toml_str(&text, ".").with_context(|| file.display().to_string())?;
            text
        }
    };
    let hosts = match (args.hosts.as_str(), args.hosts.parse()) {
        ("all", _) => Hosts::All,
        (_, Ok(count)) => Hosts::Count(count),
        (names, _) => Hosts::Named(names.split(',').map(|name| name.trim().to_owned()).collect()),
    };
    let (module, instances) = (ContentHash::of(module), args.instances);
    Ok(Release { plugin: name, version: version.unwrap_or_else(|| "0".to_owned()), module, hosts, instances, policy })
}

/// What the hosts do with a plugin, as one line.
fn progress(overview: &Overview, plugin: &str) -> String {
    let hosts = overview.hosts.iter().flat_map(|host| {
        let plugins = host.plugins.iter().filter(|it| it.plugin == plugin);
        plugins.map(|it| format!("{} {} {}", host.host, it.version, it.state.as_str()))
    });
    let line = hosts.collect::<Vec<_>>().join(", ");
    if line.is_empty() { "no host has it yet".to_owned() } else { line }
}

/// Why a release doesn't serve.
fn problem(overview: &Overview, plugin: &str, revision: u64, waited: u64) -> String {
    let bad = overview.plugins.iter().find(|it| it.plugin == plugin && it.revision == revision);
    if let Some(problem) = bad.and_then(|it| it.bad.as_ref()) {
        return format!("it does not start, and the version before goes on: {}", text::printable(problem));
    }
    let hosts = overview.hosts.iter().flat_map(|host| {
        let problem =
            |it: &plugix_fleet::ship::PluginHealth| it.problem.clone().map(|text| format!("{}: {text}", host.host));
        host.plugins.iter().filter(|it| it.plugin == plugin).filter_map(problem)
    });
    let problems: Vec<_> = hosts.map(|line| format!("\n  {}", text::printable(&line))).collect();
    match overview.hosts.is_empty() {
        true => "no host lives: start one with `plugix fleet serve`".to_owned(),
        false => format!("it does not serve after {waited} s{}", problems.concat()),
    }
}
