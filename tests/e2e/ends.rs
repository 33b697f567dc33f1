//! Plugins that end: what the host learns, at once and later.

use anyhow::{Result, ensure};
use plugix_e2e::{assert_matches, call, failure, isolated, plugin, told, wait_until};
use plugix_host::error::Trap;
use plugix_host::{Error, Plugin, Policy};

fn ends() -> Plugin {
    plugin("ends", &Policy::new())
}

/// The trap with which a method ends the plugin.
fn trap(plugin: &Plugin, method: &str) -> Result<Trap> {
    match failure(plugin, method, "")? {
        Error::Trap(trap) => Ok(*trap),
        other => Err(other.into()),
    }
}

#[test]
fn a_trap_ends_the_plugin() -> Result<()> {
    for method in ["trap", "overflow_the_stack"] {
        let plugin = ends();
        assert_eq!(call(&plugin, "live", "")?, "alive");
        let trap = trap(&plugin, method)?;
        assert!(trap.site.thread.is_none(), "{method}: {trap:?}");
        for _ in 0..2 {
            let later = failure(&plugin, "live", "")?;
            assert_matches!(later, Error::Dead(cause) if matches!(&**cause, Error::Trap(first) if first.frames == trap.frames));
        }
    }
    Ok(())
}

#[test]
fn a_trap_shows_where() -> Result<()> {
    let trap = trap(&ends(), "trap")?;
    assert!(trap.frames.first().is_some_and(|frame| frame.function.contains("trap_here")), "{trap:?}");
    Ok(())
}

#[test]
fn errors_say_where_they_come_from() -> Result<()> {
    let plugin = ends();
    let trapped = told(&failure(&plugin, "trap", "")?);
    assert!(trapped.starts_with("the plugin `guest_ends` trapped in `trap`: unreachable in "), "{trapped}");
    assert_eq!(told(&failure(&plugin, "live", "")?), format!("the plugin is dead: {trapped}"));
    let in_a_thread = told(&failure(&ends(), "trap_in_a_thread", "")?);
    assert!(
        in_a_thread.starts_with("the plugin is dead: the plugin `guest_ends` trapped in its thread "),
        "{in_a_thread}"
    );
    Ok(())
}

#[test]
fn a_dead_plugin_leaves_others_alone() -> Result<()> {
    let one = ends();
    let other = ends();
    trap(&one, "trap")?;
    assert_eq!(call(&other, "live", "")?, "alive");
    assert_eq!(call(&ends(), "live", "")?, "alive");
    Ok(())
}

#[test]
fn exit_ends_the_plugin() -> Result<()> {
    for code in [0, 3, 255] {
        let plugin = ends();
        assert_matches!(failure(&plugin, "exit", code.to_string())?, Error::Exited { code: found } if *found == code);
        let later = failure(&plugin, "live", "")?;
        assert_matches!(later, Error::Dead(cause) if matches!(**cause, Error::Exited { code: found } if found == code));
    }
    Ok(())
}

#[test]
fn abort_is_an_exit_by_a_signal() -> Result<()> {
    // 128 + SIGABRT, as a shell has it.
    assert_matches!(failure(&ends(), "abort", "")?, Error::Exited { code: 134 });
    Ok(())
}

#[test]
fn exit_in_a_thread_ends_the_plugin() -> Result<()> {
    let plugin = ends();
    let error = failure(&plugin, "exit_in_a_thread", "3")?;
    assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Exited { code: 3 }));
    assert_matches!(failure(&plugin, "live", "")?, Error::Dead(_));
    Ok(())
}

#[test]
fn a_trap_in_a_thread_ends_the_plugin() -> Result<()> {
    let plugin = ends();
    let error = failure(&plugin, "trap_in_a_thread", "")?;
    assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(trap) if trap.site.thread.is_some()));
    assert_matches!(failure(&plugin, "live", "")?, Error::Dead(_));
    Ok(())
}

#[test]
fn a_trap_in_a_thread_is_told_to_the_next_call() -> Result<()> {
    let plugin = ends();
    // The thread may trap before the call that started it has returned. Then it ends that call.
    let _ = call(&plugin, "trap_later", "");
    wait_until("the end of the thread", || plugin.live_threads() == 0);
    let error = failure(&plugin, "live", "")?;
    assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(trap) if trap.site.thread.is_some()));
    Ok(())
}

#[test]
fn nothing_is_printed_to_the_hosts_streams() -> Result<()> {
    let printed = isolated("ends::nothing_is_printed_to_the_hosts_streams", || {
        for method in ["trap", "abort", "trap_in_a_thread", "exit_in_a_thread"] {
            failure(&ends(), method, "3")?;
        }
        Ok(())
    })?;
    if let Some(output) = printed {
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(stderr.is_empty(), "stderr: {stderr}");
    }
    Ok(())
}
