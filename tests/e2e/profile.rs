//! Profiles: samples of what a plugin's threads compute.
//!
//! Each test has a process of its own: one profile is taken at a time.

use anyhow::{Context, Result, ensure};
use plugix_e2e::{assert_matches, call, guest, guest_path, isolated, plugin};
use plugix_host::code::Profiling;
use plugix_host::profile::{Profile, ProfileError, ProfileStack};
use plugix_host::{Engine, Plugin, Policy};
use std::time::Duration;

/// How long the plugin computes, in milliseconds.
const LONG: &str = "400";

fn profiled(method: &str) -> Result<Profile> {
    let plugin = plugin("profile", &Policy::new());
    let profiling = plugin.start_profile()?;
    call(&plugin, method, LONG)?;
    Ok(profiling.finish())
}

fn has(stack: &ProfileStack, function: &str) -> bool {
    stack.frames.iter().any(|frame| frame.function.contains(function))
}

/// The time of all stacks that have a function.
fn time(profile: &Profile, function: &str) -> Duration {
    profile.stacks.iter().filter(|stack| has(stack, function)).map(|stack| stack.time).sum()
}

#[test]
fn two_threads_are_told_apart() -> Result<()> {
    isolated("profile::two_threads_are_told_apart", || {
        let profile = profiled("two_threads")?;
        let thread = |function: &str| -> Result<_> {
            let found: Vec<_> = profile.stacks.iter().filter(|stack| has(stack, function)).collect();
            let first = found.first().with_context(|| format!("no {function}: {profile:?}"))?;
            ensure!(found.iter().all(|stack| stack.thread == first.thread), "{found:?}");
            Ok(first.thread.clone())
        };
        assert!(thread("adds_squares")?.starts_with("thread "), "{profile:?}");
        assert!(thread("mixes_bits")?.starts_with("calls on "), "{profile:?}");
        // Nearly all of the time is theirs.
        let known = time(&profile, "adds_squares") + time(&profile, "mixes_bits");
        assert!(known * 10 > profile.time() * 8, "{known:?} of {profile:?}");
        // The callers are known, up to the method.
        let mixing = profile.stacks.iter().filter(|stack| has(stack, "mixes_bits"));
        let whole = mixing.filter(|stack| has(stack, "calls_what_mixes") && has(stack, "two_threads"));
        assert!(whole.map(|stack| stack.time).sum::<Duration>() * 10 > time(&profile, "mixes_bits") * 9, "{profile:?}");
        let folded = profile.folded();
        assert!(folded.lines().any(|line| line.starts_with("thread ") && line.contains("adds_squares")), "{folded}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn system_calls_belong_to_those_who_make_them() -> Result<()> {
    isolated("profile::system_calls_belong_to_those_who_make_them", || {
        let profile = profiled("system_calls")?;
        let clock = |stack: &&ProfileStack| stack.host.as_deref() == Some("[system] clock_time_get");
        let asking = profile.stacks.iter().filter(clock).collect::<Vec<_>>();
        assert!(asking.iter().any(|stack| has(stack, "asks_for_the_time")), "{profile:?}");
        assert!(asking.iter().all(|stack| has(stack, "system_calls")), "{asking:?}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn what_the_engine_does_for_a_function_is_the_functions() -> Result<()> {
    isolated("profile::what_the_engine_does_for_a_function_is_the_functions", || {
        let profile = profiled("bulk")?;
        let copying =
            profile.stacks.iter().filter(|stack| stack.host.as_deref() == Some("[engine]") && has(stack, "copies"));
        let copying: Duration = copying.map(|stack| stack.time).sum();
        assert!(copying * 10 > profile.time() * 8, "{copying:?} of {profile:?}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn one_profile_is_taken_at_a_time() -> Result<()> {
    isolated("profile::one_profile_is_taken_at_a_time", || {
        let module = guest("profile");
        let first = module.start_profile()?;
        assert_matches!(module.start_profile(), Err(ProfileError::Busy));
        drop(first);
        let plugin = Plugin::new(&module, &Policy::new())?;
        let profile = plugin.profile(Duration::from_millis(10))?;
        assert_eq!((profile.samples, profile.stacks.len()), (0, 0), "it does nothing");
        assert!(call(&plugin, "work", "10")?.parse::<u64>().is_ok());
        Ok(())
    })
    .map(drop)
}

#[test]
fn a_plugin_is_stopped_while_it_is_profiled() -> Result<()> {
    isolated("profile::a_plugin_is_stopped_while_it_is_profiled", || {
        let module = guest("profile");
        for round in 0..20 {
            let plugin = Plugin::new(&module, &Policy::new().call_deadline(Duration::from_millis(20 + round)))?;
            let profiling = plugin.start_profile()?;
            let error = call(&plugin, "two_threads", "60000").expect_err("it is stopped");
            ensure!(format!("{error:#}").contains("deadline") || format!("{error:#}").contains("longer"), "{error:#}");
            drop(plugin);
            profiling.finish();
        }
        Ok(())
    })
    .map(drop)
}

#[test]
fn perf_is_told_names() -> Result<()> {
    isolated("profile::perf_is_told_names", || {
        let engine = Engine::builder().profiling(Profiling::PerfMap).build()?;
        let module = engine.load_file(guest_path("profile"))?;
        module.compile()?;
        let path = format!("/tmp/perf-{}.map", std::process::id());
        let map = std::fs::read_to_string(&path)?;
        std::fs::remove_file(path)?;
        let line = map.lines().find(|line| line.ends_with(" guest_profile::mixes_bits")).context(map.clone())?;
        let numbers: Vec<_> = line.split(' ').take(2).map(|number| usize::from_str_radix(number, 16)).collect();
        assert!(numbers.iter().all(|number| number.as_ref().is_ok_and(|number| *number > 0)), "{line}");
        Ok(())
    })
    .map(drop)
}
