//! A server's plugin that prints, starts threads, writes files and panics: the case of wasmer issue #5316.

use crate::Demo;
use crate::compare::compare;
use crate::table::Row;
use anyhow::{bail, ensure};
use plugix_host::policy::Access;
use plugix_host::{Error, Plugin, Policy};
use server_plugin_interface::{ServerPlugin, Settings};
use std::fs;

const REGIONS: u32 = 20;

pub(crate) fn run(demo: &Demo) -> anyhow::Result<Row> {
    let world = tempfile::tempdir()?;
    let policy = Policy::new().mount(world.path(), "/world", Access::ReadWrite);
    let settings = Settings { folder: "/world".to_owned(), seed: 5316 };
    let plugin = Plugin::builder(&demo.module("server_plugin")?).policy(policy).config(&settings).start()?;
    let server = plugin.bind::<dyn ServerPlugin>()?;

    let before = plugin.metadata().clone();
    println!("  before: {} {} (ABI {}), {:?}", before.name, before.version, before.abi, server.status()?);

    let panic = match server.crash("a drill") {
        Err(Error::Panic(panic)) => panic,
        other => bail!("the plugin should panic, but: {other:?}"),
    };
    println!("  the call's error: {}", Error::Panic(panic));
    println!("  the file that its thread wrote: {:?}", fs::read_to_string(world.path().join("crash-report.txt"))?);
    let output = plugin.take_output();
    print_lines("stdout", &output.stdout);
    print_lines("stderr", &output.stderr);

    ensure!(*plugin.metadata() == before && server.status()?.crashes == 1, "the plugin is as it was");
    println!("  after:  {} {} (ABI {}), {:?}", before.name, before.version, before.abi, server.status()?);

    let times = compare(demo.threads, |threads| server.generate(REGIONS, threads))?;
    let what = format!("make {REGIONS} regions of a world");
    let result = format!("{} KB of files", times.result.bytes / 1000);
    Ok(Row::new("server-plugin", what, result, &times))
}

fn print_lines(stream: &str, output: &[u8]) {
    for line in String::from_utf8_lossy(output).lines().filter(|line| !line.is_empty()) {
        println!("  {stream}: {line}");
    }
}
