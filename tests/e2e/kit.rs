//! `plugix-testing`: what a host's own tests are made of.

use anyhow::Result;
use plugix_e2e::call;
use plugix_host::Policy;
use plugix_host::events::Event;
use plugix_testing::{BuildError, Crate};
use plugix_toolchain::Build;
use std::path::Path;

/// The crate of a fixture.
fn guest(name: &str) -> Result<Crate, BuildError> {
    Crate::build(Path::new(env!("CARGO_MANIFEST_DIR")).join("guests").join(name))
}

#[test]
fn the_policy_is_that_beside_the_crate() -> Result<()> {
    let kit = guest("kit")?;
    assert_eq!(call(&*kit.start()?, "var", "COLOUR")?, "blue");
    assert!(call(&*kit.clone().policy(Policy::new()).start()?, "var", "COLOUR").is_err());
    Ok(())
}

#[test]
fn output_is_kept_from_the_start() -> Result<()> {
    let plugin = guest("kit")?.start()?;
    call(&plugin, "print", "one, ")?;
    assert_eq!((plugin.stdout(), plugin.stderr()), ("one, ".to_owned(), "and ".to_owned()));
    call(&plugin, "print", "two")?;
    assert_eq!((plugin.stdout(), plugin.stderr()), ("one, two".to_owned(), "and and ".to_owned()));
    Ok(())
}

#[test]
fn what_is_denied_is_a_sentence() -> Result<()> {
    let plugin = guest("kit")?.start()?;
    assert_eq!(plugin.denied(), [""; 0]);
    assert!(call(&plugin, "connect", "127.0.0.1:80").is_err());
    assert_eq!(plugin.denied(), [r#"may not connect to "127.0.0.1:80""#]);
    Ok(())
}

#[test]
fn what_a_thread_does_later_can_be_waited_for() -> Result<()> {
    let plugin = guest("kit")?.start_with(|builder| builder.name("late"))?;
    call(&plugin, "connect_later", "127.0.0.1:81")?;
    let denied = plugin.wait_for(|event| matches!(event, Event::Denied { .. }));
    assert!(denied.to_string().contains("127.0.0.1:81"), "{denied}");
    Ok(())
}

#[test]
fn packages_of_one_workspace_are_told_apart() -> Result<()> {
    let package = |name| Build::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")).package(name);
    for name in ["guest-kit", "guest-clock"] {
        let module = Crate::of(package(name))?.module().name().to_owned();
        assert_eq!(module, name.replace('-', "_"));
    }
    Ok(())
}

#[test]
fn what_builds_no_module_says_so() {
    let nothing = guest("nothing").unwrap_err();
    assert!(matches!(nothing, BuildError::Toolchain(_)), "{nothing}");
}
