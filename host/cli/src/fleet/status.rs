//! `plugix fleet status`.

use super::connect::Connect;
use super::table;
use crate::print;
use anyhow::Result;
use plugix_fleet::ship::{Deployments, Hosts, Overview, PluginOverview};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet status\n  \
    plugix fleet status --json | jq '.hosts[].host'")]
pub(crate) struct Args {
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let overview = Deployments::open(&args.connect.connect("plugix fleet status")?)?.overview()?;
    if args.json {
        return print::line(format_args!("{:#}", serde_json::to_value(&overview)?)).map(|()| ExitCode::SUCCESS);
    }
    let plugins: Vec<_> = overview.plugins.iter().map(|plugin| row(&overview, plugin)).collect();
    for line in table::lines(["PLUGIN", "VERSION", "REVISION", "HOSTS", "SERVES ON", "PROBLEM"], &plugins) {
        print::line(line)?;
    }
    print::line("")?;
    let hosts: Vec<_> = overview
        .hosts
        .iter()
        .flat_map(|host| {
            let none = [host.host.clone(), String::new(), String::new(), "idle".into(), String::new(), String::new()];
            let row = |it: &plugix_fleet::ship::PluginHealth| {
                let problem = it.problem.clone().unwrap_or_default();
                [
                    host.host.clone(),
                    it.plugin.clone(),
                    it.version.clone(),
                    it.state.as_str().to_owned(),
                    it.running.to_string(),
                    problem,
                ]
            };
            let rows: Vec<_> = host.plugins.iter().map(row).collect();
            if rows.is_empty() { vec![none] } else { rows }
        })
        .collect();
    for line in table::lines(["HOST", "PLUGIN", "VERSION", "STATE", "CALLS", "PROBLEM"], &hosts) {
        print::line(line)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn row(overview: &Overview, plugin: &PluginOverview) -> [String; 6] {
    let serving = overview.hosts.iter().flat_map(|host| &host.plugins);
    let serving = serving.filter(|it| it.plugin == plugin.plugin && it.revision == plugin.revision).count();
    let (version, hosts, problem) = match &plugin.release {
        Ok(release) => (release.version.clone(), hosts(&release.hosts), plugin.bad.clone().unwrap_or_default()),
        Err(problem) => ("?".to_owned(), "?".to_owned(), problem.clone()),
    };
    [plugin.plugin.clone(), version, plugin.revision.to_string(), hosts, serving.to_string(), problem]
}

fn hosts(hosts: &Hosts) -> String {
    match hosts {
        Hosts::All => "all".to_owned(),
        Hosts::Count(count) => count.to_string(),
        Hosts::Named(names) => names.join(","),
    }
}
