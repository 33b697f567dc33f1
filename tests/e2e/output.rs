//! What plugins print is kept for the host, up to a limit.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::{Output, Policy};

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
    let (one, other) = (plugin("output", &Policy::new()), plugin("output", &Policy::new()));
    call(&one, "print", "one")?;
    assert_eq!((other.take_output().stdout, one.take_output().stdout), (Vec::new(), b"one".to_vec()));
    Ok(())
}
