//! Starting programs and loading code.

use super::attack;
use super::stage::{Attacker, House};
use anyhow::{Result, ensure};

/// The system call answers that it isn't supported (58). The host learns of it.
fn closed(house: &House, calls: &[&str]) -> Result<()> {
    let attacker = Attacker::new(house.policy())?;
    for call in calls {
        attacker.refused(call, "errno 58")?;
        attacker.seen.saw_denied("call", *call)?;
    }
    Ok(())
}

macro_rules! closed {
    ($($test:ident $($call:literal)+;)*) => { $(
        #[test]
        fn $test() -> Result<()> {
            attack!(|house| closed(house, &[$($call),+]))
        }
    )* };
}

closed! {
    spawning "proc_spawn" "proc_spawn2" "proc_spawn3";
    executing_another_program "proc_exec3" "proc_exec4";
    forking "proc_fork" "proc_fork_env";
    taking_a_snapshot "proc_snapshot";
    loading_a_library "dlopen" "dlsym" "dl_invalid_handle";
    making_functions "closure_allocate" "closure_prepare" "closure_free" "call_dynamic" "reflect_signature";
    switching_stacks "context_create" "context_switch" "context_destroy";
}

/// These return nothing where they fail.
#[test]
fn executing_as_older_programs_do() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for call in ["proc_exec", "proc_exec2"] {
            ensure!(attacker.attack(call)? == Ok("it returned".into()));
            attacker.seen.saw_denied("call", call)?;
        }
        Ok(())
    })
}

#[test]
fn running_what_can_be_read() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for program in ["/data/program.wasm", "/bin/sh", "sh", "/data/file"] {
            attacker.refused(&format!("program {program}"), "Unsupported")?;
        }
        Ok(())
    })
}
