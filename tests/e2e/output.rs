//! The host keeps what plugins print, up to a limit, and passes it on by line.

use anyhow::Result;
use plugix_e2e::{call, isolated, plugin};
use plugix_host::Policy;
use plugix_host::plugin::{Output, StandardStream};
use std::sync::{Arc, Mutex};

#[test]
fn both_streams_are_kept_until_they_are_taken() -> Result<()> {
    let plugin = plugin("output", &Policy::new());
    call(&plugin, "print", "one\n")?;
    call(&plugin, "complain", "oh")?;
    call(&plugin, "print", "two\n")?;
    let expected = Output { stdout: b"one\ntwo\n".to_vec(), stderr: b"oh".to_vec(), dropped: 0 };
    assert_eq!(plugin.take_output(), expected);
    assert_eq!(plugin.take_output(), Output::default());
    call(&plugin, "print_in_a_thread", "three")?;
    assert_eq!(plugin.take_output().stdout, b"three\n");
    Ok(())
}

#[test]
fn what_is_over_the_limit_is_dropped_and_counted() -> Result<()> {
    let plugin = plugin("output", &Policy::new().output_limit(10));
    call(&plugin, "print", "0123456")?;
    call(&plugin, "print", "789abcdef")?;
    call(&plugin, "complain", "0123456789a")?;
    let expected = Output { stdout: b"0123456789".to_vec(), stderr: b"0123456789".to_vec(), dropped: 6 + 1 };
    assert_eq!(plugin.take_output(), expected);
    // Taking makes room again.
    call(&plugin, "print", "again")?;
    assert_eq!(plugin.take_output(), Output { stdout: b"again".to_vec(), ..Output::default() });
    Ok(())
}

#[test]
fn plugins_print_to_themselves() -> Result<()> {
    let one = plugin("output", &Policy::new());
    let other = plugin("output", &Policy::new());
    call(&one, "print", "one")?;
    assert_eq!((other.take_output().stdout, one.take_output().stdout), (Vec::new(), b"one".to_vec()));
    Ok(())
}

#[test]
fn a_callback_gets_lines() -> Result<()> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let policy = Policy::new().on_output(move |stream, line| {
        sink.lock().expect("nothing panics").push((stream, line.to_owned()));
    });
    let plugin = plugin("output", &policy);
    call(&plugin, "print", "one\nand a")?;
    call(&plugin, "complain", "oh\n")?;
    call(&plugin, "print", " half\nthe ")?;
    call(&plugin, "print", "end")?;
    let expected =
        [(StandardStream::Stdout, "one"), (StandardStream::Stderr, "oh"), (StandardStream::Stdout, "and a half")];
    let expected = expected.map(|(stream, line)| (stream, line.to_owned()));
    assert_eq!(*lines.lock().expect("nothing panics"), expected);
    assert_eq!(plugin.take_output().stdout, b"one\nand a half\nthe end");
    drop(plugin);
    assert_eq!(lines.lock().expect("nothing panics").pop(), Some((StandardStream::Stdout, "the end".to_owned())));
    Ok(())
}

#[test]
fn a_callback_that_panics_harms_nobody() -> Result<()> {
    let plugin = plugin("output", &Policy::new().on_output(|_, line| panic!("a line came: {line}")));
    call(&plugin, "print", "one\n")?;
    call(&plugin, "print", "two\n")?;
    assert_eq!(plugin.take_output().stdout, b"one\ntwo\n");
    Ok(())
}

/// The plugin never stops printing. Some of its lines are left out.
#[test]
fn a_flood_of_lines_is_cut_short() -> Result<()> {
    let passed = Arc::new(Mutex::new((0_u64, 0_u64, false)));
    let sink = passed.clone();
    let policy = Policy::new().on_output(move |_, line| {
        let mut passed = sink.lock().expect("nothing panics");
        passed.0 += 1;
        passed.1 += line.len() as u64;
        passed.2 |= line.ends_with("more lines were left out]");
    });
    let plugin = plugin("output", &policy);
    let text = format!("{}\n", "flood".repeat(5_000)).repeat(1_000);
    call(&plugin, "print", &text)?;
    drop(plugin);
    let (lines, bytes, told) = *passed.lock().expect("nothing panics");
    assert!(lines > 10 && bytes < text.len() as u64 / 2, "{lines} lines of {bytes} bytes");
    assert!(told, "nobody was told of the lines that were left out");
    Ok(())
}

/// A process of its own, whose output is read.
#[test]
fn nothing_is_printed_unless_the_policy_says_so() -> Result<()> {
    let printed = isolated("output::nothing_is_printed_unless_the_policy_says_so", || {
        let quiet = plugin("output", &Policy::new());
        call(&quiet, "print", "quiet words\n")?;
        call(&quiet, "complain", "quiet complaints\n")?;
        let loud = plugin("output", &Policy::new().inherit_output());
        call(&loud, "print", "loud words\n")?;
        call(&loud, "complain", "loud complaints\n")?;
        assert_eq!(loud.take_output().stdout, b"loud words\n");
        Ok(())
    })?;
    if let Some(printed) = printed {
        let stdout = String::from_utf8_lossy(&printed.stdout);
        let stderr = String::from_utf8_lossy(&printed.stderr);
        assert!(stdout.contains("loud words") && stderr.contains("loud complaints"), "{stdout}{stderr}");
        assert!(!stdout.contains("quiet") && !stderr.contains("quiet"), "{stdout}{stderr}");
    }
    Ok(())
}
