//! The keys of `plugix.toml`.

#[cfg(feature = "network")]
use super::network::network;
use crate::policy::{OPEN_FILES_RANGE, Policy, STACK_RANGE, Stdin};
use plugix_requests::document::{Document, DocumentError, Section};
use plugix_system::Access;

const TOP: &[&str] = &[
    "args",
    "env",
    "mounts",
    "scratch",
    "current-folder",
    "limits",
    "deadlines",
    "network",
    "input",
    "output",
    "devices",
    "config",
];
const MOUNT: &[&str] = &["host", "guest", "access", "limit"];
const SCRATCH: &[&str] = &["guest", "limit"];
const LIMITS: &[&str] =
    &["memory", "stack", "table-entries", "exceptions", "threads", "open-files", "kept-output", "result", "argument"];
const DEADLINES: &[&str] = &["start", "call"];
const INPUT: &[&str] = &["inherit", "text"];
const OUTPUT: &[&str] = &["inherit"];

/// The most bytes that a 32-bit memory has.
const MAX_MEMORY: u64 = 1 << 32;

/// Reads a policy.
pub(super) fn read(document: &Document<'_>) -> Result<Policy, DocumentError> {
    let table = document.parse()?;
    let top = Section::top(document, &table, TOP)?;
    let mut policy = Policy::new();
    if let Some(args) = top.get("args") {
        policy = args.strings()?.into_iter().fold(policy, |policy, (arg, _)| policy.arg(arg));
    }
    if let Some(env) = top.get("env") {
        policy = environment(policy, &env.free_table()?)?;
    }
    if let Some(mounts) = top.get("mounts") {
        policy = mounts.tables(MOUNT)?.iter().try_fold(policy, mount)?;
    }
    if let Some(scratch) = top.get("scratch") {
        for folder in scratch.tables(SCRATCH)? {
            policy = policy.scratch(folder.need("guest")?.string()?, folder.need("limit")?.size(u64::MAX)?);
        }
    }
    if let Some(folder) = top.get("current-folder") {
        policy = policy.current_folder(folder.string()?);
    }
    if let Some(limits) = top.get("limits") {
        policy = self::limits(policy, &limits.table(LIMITS)?)?;
    }
    if let Some(deadlines) = top.get("deadlines") {
        policy = self::deadlines(policy, &deadlines.table(DEADLINES)?)?;
    }
    if let Some(network) = top.get("network") {
        policy = self::network(policy, &network)?;
    }
    if let Some(input) = top.get("input") {
        policy = self::input(policy, &input.table(INPUT)?)?;
    }
    if let Some(devices) = top.get("devices")
        && devices.boolean()?
    {
        policy = policy.devices();
    }
    if let Some(output) = top.get("output")
        && let Some(inherit) = output.table(OUTPUT)?.get("inherit")
        && inherit.boolean()?
    {
        policy = policy.inherit_output();
    }
    if let Some(config) = top.get("config") {
        config.free_table()?;
        policy.config = config_of(document);
    }
    Ok(policy)
}

fn environment(mut policy: Policy, env: &Section<'_>) -> Result<Policy, DocumentError> {
    for (name, value) in env.entries() {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(value.wrong("is no name of an environment variable"));
        }
        policy = policy.env(name, value.string()?);
    }
    Ok(policy)
}

fn mount(policy: Policy, mount: &Section<'_>) -> Result<Policy, DocumentError> {
    let host = mount.need("host")?.path()?;
    let guest = mount.need("guest")?.string()?;
    let access = match mount.get("access") {
        None => Access::ReadOnly,
        Some(access) => match access.string()? {
            "read-only" => Access::ReadOnly,
            "read-write" => Access::ReadWrite,
            other => return Err(access.wrong(format!("is {other:?}; write \"read-only\" or \"read-write\""))),
        },
    };
    match (mount.get("limit"), access) {
        (None, access) => Ok(policy.mount(host, guest, access)),
        (Some(limit), Access::ReadWrite) => Ok(policy.mount_limited(host, guest, limit.size(u64::MAX)?)),
        (Some(limit), Access::ReadOnly) => Err(limit.wrong("is for mounts with `access = \"read-write\"`")),
    }
}

fn limits(mut policy: Policy, limits: &Section<'_>) -> Result<Policy, DocumentError> {
    if let Some(memory) = limits.get("memory") {
        policy = policy.memory(memory.size(MAX_MEMORY)?);
    }
    if let Some(stack) = limits.get("stack") {
        policy = policy.stack(stack.size_in(&STACK_RANGE)?);
    }
    if let Some(entries) = limits.get("table-entries") {
        policy = policy.table_entries(entries.number(0, u32::MAX.into())? as u32);
    }
    if let Some(exceptions) = limits.get("exceptions") {
        policy = policy.exceptions(exceptions.size(u64::MAX)?);
    }
    if let Some(threads) = limits.get("threads") {
        policy = policy.threads(threads.number(0, u32::MAX.into())? as usize);
    }
    if let Some(files) = limits.get("open-files") {
        policy = policy
            .max_open_files(files.number((*OPEN_FILES_RANGE.start()).into(), (*OPEN_FILES_RANGE.end()).into())? as u32);
    }
    if let Some(output) = limits.get("kept-output") {
        policy = policy.output_limit(output.size(isize::MAX as u64)? as usize);
    }
    if let Some(result) = limits.get("result") {
        policy = policy.result_limit(result.size(u32::MAX.into())? as u32);
    }
    if let Some(argument) = limits.get("argument") {
        policy = policy.argument_limit(argument.size(u32::MAX.into())? as u32);
    }
    Ok(policy)
}

fn deadlines(mut policy: Policy, deadlines: &Section<'_>) -> Result<Policy, DocumentError> {
    if let Some(start) = deadlines.get("start") {
        policy = policy.start_deadline(start.duration()?);
    }
    if let Some(call) = deadlines.get("call") {
        policy = policy.call_deadline(call.duration()?);
    }
    Ok(policy)
}

fn input(policy: Policy, input: &Section<'_>) -> Result<Policy, DocumentError> {
    let inherit = match input.get("inherit") {
        Some(inherit) if inherit.boolean()? => Some(inherit),
        _ => None,
    };
    match (inherit, input.get("text")) {
        (None, None) => Ok(policy),
        (None, Some(text)) => Ok(policy.stdin(Stdin::bytes(text.string()?.as_bytes()))),
        (Some(inherit), None) => match Stdin::inherit() {
            Ok(stdin) => Ok(policy.stdin(stdin)),
            Err(error) => Err(inherit.wrong(format!("can't be had: {error}"))),
        },
        (Some(_), Some(text)) => {
            Err(text.wrong("can't be there beside `inherit = true`: the input is one or the other"))
        }
    }
}

#[cfg(not(feature = "network"))]
fn network(_: Policy, entry: &plugix_requests::document::Entry<'_>) -> Result<Policy, DocumentError> {
    Err(entry.wrong("can't be there: this application was built without the feature `network` of `plugix-host`"))
}

/// The plugin's configuration, in any form.
fn config_of(document: &Document<'_>) -> Option<toml::Table> {
    let mut table: toml::Table = toml::from_str(document.text).ok()?;
    match table.remove("config") {
        Some(toml::Value::Table(config)) => Some(config),
        _ => None,
    }
}
