//! Crates that can't become plugins: each mistake has a text that says what to write.

use crate::Plugix;
use anyhow::Result;

const PACKAGE: &str = "[package]\nname = \"site\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";

/// What `plugix build` says of a crate with this manifest.
fn problem(manifest: &str, arguments: &[&str]) -> Result<(String, Plugix)> {
    let plugix = Plugix::new()?;
    plugix.write("site/Cargo.toml", format!("{PACKAGE}{manifest}"))?;
    plugix.write("site/src/lib.rs", "//! Nothing yet.\n")?;
    let stderr = plugix.run_in("site", &[&["build"], arguments].concat())?.failed();
    Ok((stderr.replace(&plugix.file("site").display().to_string(), "SITE"), plugix))
}

#[test]
fn a_crate_without_a_cdylib() -> Result<()> {
    let expected = "error: `site` makes no `cdylib`, and a plugin is one. Write into SITE/Cargo.toml:\n\n    \
        [lib]\n    crate-type = [\"cdylib\", \"rlib\"]\n\n\
        (`rlib` is for the tests in `tests`. A program for the sandbox is built with `--bins`.)\n";
    assert_eq!(problem("", &[])?.0, expected);
    Ok(())
}

#[test]
fn a_profile_that_aborts() -> Result<()> {
    let manifest = "[lib]\ncrate-type = [\"cdylib\"]\n[profile.release]\npanic = \"abort\"\n";
    let expected = "error: plugins unwind: a panic is an error for the host, and the plugin stays usable. Remove \
        `panic = \"abort\"` from `[profile.release]` in SITE/Cargo.toml\n";
    assert_eq!(problem(manifest, &["--release"])?.0, expected);
    Ok(())
}

#[test]
fn a_package_that_is_not_there() -> Result<()> {
    let expected = "error: the workspace has no package `sight`; it has site\n";
    assert_eq!(problem("", &["-p", "sight"])?.0, expected);
    Ok(())
}

#[test]
fn a_folder_without_a_crate() -> Result<()> {
    let plugix = Plugix::new()?;
    let folder = plugix.0.path().canonicalize()?;
    let expected = format!(
        "error: there is no Cargo.toml in {} or above: go to your crate, name it with `--manifest-path`, or begin one with \
         `plugix new NAME`\n",
        folder.display()
    );
    for command in ["build", "check", "test", "env", "setup"] {
        assert_eq!(plugix.run(&[command])?.failed(), expected, "{command}");
    }
    let expected = "error: there is no site: `--manifest-path` names a Cargo.toml\n";
    assert_eq!(plugix.run(&["build", "--manifest-path", "site"])?.failed(), expected);
    Ok(())
}

/// This one is built, in seconds: it depends on nothing.
#[test]
fn a_library_that_is_no_plugin() -> Result<()> {
    let (stderr, plugix) = problem("[lib]\ncrate-type = [\"cdylib\"]\n[profile.dev]\ndebug = 0\n", &[])?;
    let expected = "error: `site` is a library that is no plugin: it has no `#[plugin]`. Write into its lib.rs:\n\n    \
        #[plugix_guest::plugin(description = \"What it does\")]\n    \
        impl plugix_guest::Plugin for MyPlugin { … }\n\n    \
        #[plugix_guest::plugin]\n    impl MyInterface for MyPlugin { … }\n\n";
    assert!(stderr.ends_with(expected), "{stderr}");

    plugix.write("site/src/lib.rs", "fn unfinished( {}")?;
    let stderr = plugix.run_in("site", &["check"])?.failed();
    assert!(stderr.contains("src/lib.rs:1"), "{stderr}");
    assert!(stderr.ends_with("failed (exit status: 101); the compiler's messages are above\n"), "{stderr}");
    Ok(())
}

#[test]
fn names_and_places_that_cannot_be() -> Result<()> {
    let plugix = Plugix::new()?;
    for (arguments, expected) in [
        (
            &["new", "Site"][..],
            "error: `Site` is no name for a crate: take a lower-case letter, and then letters, digits and `-`\n",
        ),
        (&["new", "std"], "error: `std` means something else in Rust: take another name\n"),
        (&["new", "site", "--path", "."], "error: --path: . is no checkout of Plugix\n"),
    ] {
        assert_eq!(plugix.run(arguments)?.failed(), expected);
    }
    plugix.write("site/mine", "")?;
    assert_eq!(plugix.run(&["new", "site"])?.failed(), "error: site: there is something already\n");
    assert!(!plugix.file("site/Cargo.toml").exists());
    Ok(())
}
