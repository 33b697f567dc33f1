//! What a plugin's process may do: what the policy names, and nothing else.

use super::start;
use anyhow::{Result, anyhow};
use plugix_host::Policy;
use plugix_host::policy::Access;
use std::fs;
use tempfile::TempDir;

/// What the process has open, and what the kernel says of it.
fn status(process: u32, name: &str) -> Result<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    Ok(line.ok_or_else(|| anyhow!("no `{name}`"))?.trim().to_owned())
}

#[test]
fn folders_of_the_policy_are_there() -> Result<()> {
    let (read, write) = (TempDir::new()?, TempDir::new()?);
    fs::write(read.path().join("file"), "as it was")?;
    let policy = Policy::new().mount(read.path(), "/read", Access::ReadOnly);
    let policy = policy.mount(write.path(), "/write", Access::ReadWrite).scratch("/tmp", 1 << 20);
    let plugin = start("files", policy.threads(4));
    let call =
        |method: &str, args: &str| plugin.call_bytes(method, args.as_bytes()).map_err(|error| anyhow!("{error:?}"));
    assert_eq!(call("read", "/read/file")?, b"as it was");
    assert!(call("attempt", "write: /read/file").is_err());
    for folder in ["/write", "/tmp"] {
        call("exercise", folder)?;
        call("write_in_a_thread", &format!("{folder}/other"))?;
    }
    assert_eq!(fs::read_to_string(write.path().join("other"))?, "from a thread");
    assert!(call("list", "/etc").is_err());
    Ok(())
}

#[test]
fn the_process_is_locked_in() -> Result<()> {
    let plugin = start("calls", Policy::new());
    assert!(plugin.lacks().is_empty(), "{:?}", plugin.lacks());
    assert_eq!(status(plugin.process_id(), "NoNewPrivs")?, "1");
    assert_eq!(status(plugin.process_id(), "Seccomp")?, "2");
    Ok(())
}
