//! `plugix diff`.

use crate::Plugix;
use anyhow::Result;
use plugix_e2e::with_section;
use plugix_e2e_contract::evolve::{newer, older, words};
use plugix_e2e_contract::typed::Typed;
use plugix_e2e_contract::versions::{LaterTyped, RetypedTyped};
use plugix_host::abi::Interface;
use plugix_host::abi::interface::descriptor::section::{IMPLEMENTS, USES};

/// A module that does nothing, with these sections.
fn module(plugix: &Plugix, name: &str, sections: &[(&str, &[u8])]) -> Result<String> {
    let nothing = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01\x07\x0a\x01\x06memory\x02\0".to_vec();
    let wasm = sections.iter().fold(nothing, |wasm, (name, data)| with_section(wasm, name, data));
    Ok(plugix.write(name, wasm)?.display().to_string())
}

fn implementing<I: Interface + ?Sized>(plugix: &Plugix, name: &str) -> Result<String> {
    module(plugix, name, &[(IMPLEMENTS, I::DESCRIPTOR)])
}

#[test]
fn what_fits() -> Result<()> {
    let plugix = Plugix::new()?;
    let old = implementing::<dyn older::aged::Reports>(&plugix, "old.wasm")?;
    let new = implementing::<dyn newer::aged::Reports>(&plugix, "new.wasm")?;
    assert_eq!(
        plugix.run(&["diff", &old, &new])?.succeeded(),
        "implements Aged 1.0.0 → 1.1.0\n  \
         ~ echo(report: Report) -> Report (a type in it)\n  \
         ~ fail(how: &str) -> Result<Report, Failure> (a type in it)\n  \
         ~ lines(count: u32) -> Stream<Line> (a type in it)\n  \
         ~ join(lines: Stream<Line>) -> Result<String, String> (a type in it)\n  \
         ~ mixed(line: Line, points: PodSlice<'_, Point>, last: u8) -> PodVec<Point> (a type in it)\n  \
         ~ render(line: &Line) -> String\n    render_plain(line: &Line) -> String\n  \
         ~ total(of: u32) -> u32\n    sum(of: u32) -> u32\n  \
         + words(text: &str) -> u64\n  \
         + render(line: &Line, wide: bool) -> Vec<String>\n\
         a host of the old interfaces fits the new plugin\n\
         a host of the new interfaces fits the old plugin\n"
    );
    let same = plugix.run(&["diff", &old, &old])?.succeeded();
    assert!(same.starts_with("nothing changed\n"), "{same}");
    Ok(())
}

#[test]
fn what_breaks() -> Result<()> {
    let plugix = Plugix::new()?;
    let old = implementing::<dyn Typed>(&plugix, "old.wasm")?;
    let new = implementing::<dyn RetypedTyped>(&plugix, "new.wasm")?;
    let outcome = plugix.run(&["diff", &old, &new])?;
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(5), ""));
    for line in [
        "  ~ everything(value: Everything) -> Everything (a type in it)\n",
        "  - text(text: &str) -> String\n",
        "a host of the old interfaces does NOT fit the new plugin\n",
        "  `Typed` lacks the method `text(text: &str) -> String`: wanted in version 2.3.0, not found in version 2.3.0; ",
        "a host of the new interfaces does NOT fit the old plugin\n",
        "  `Typed` has another `everything`: ",
        "argument `value`: the field `flag` is found and not wanted, and has no `#[schema(default)]`: ",
    ] {
        assert!(outcome.stdout.contains(line), "{line}{}", outcome.stdout);
    }
    let next = implementing::<dyn words::v2::Words>(&plugix, "next.wasm")?;
    let gone = plugix.run(&["diff", &old, &next])?;
    assert_eq!(gone.code, Some(5));
    assert!(gone.stdout.contains("the plugin doesn't implement `Typed`; it implements `Words`\n"), "{}", gone.stdout);
    Ok(())
}

#[test]
fn what_a_plugin_uses() -> Result<()> {
    let plugix = Plugix::new()?;
    let old = module(&plugix, "old.wasm", &[])?;
    let new = module(&plugix, "new.wasm", &[(USES, <dyn words::v1::Words>::DESCRIPTOR)])?;
    let outcome = plugix.run(&["diff", &old, &new])?;
    assert_eq!(outcome.code, Some(5));
    assert_eq!(
        outcome.stdout,
        "+ uses Words 1.3.0\n  + count(text: &str) -> u32\n\
         a host of the old interfaces does NOT fit the new plugin\n  \
         the plugin needs the host to provide `Words`; it provides none\n\
         a host of the new interfaces fits the old plugin\n"
    );
    Ok(())
}

#[test]
fn for_programs() -> Result<()> {
    let plugix = Plugix::new()?;
    let old = implementing::<dyn LaterTyped>(&plugix, "old.wasm")?;
    let new = implementing::<dyn Typed>(&plugix, "new.wasm")?;
    let outcome = plugix.run(&["diff", "--json", &old, &new])?;
    let changes: serde_json::Value = serde_json::from_str(&outcome.stdout)?;
    assert_eq!(outcome.code, Some(5));
    let fits = serde_json::json!({ "old-host-and-new-plugin": true, "new-host-and-old-plugin": false });
    assert_eq!(changes["fits"], fits);
    let interface = &changes["interfaces"][0];
    assert_eq!((&interface["role"], &interface["old"]), (&"implements".into(), &"2.4.0".into()));
    assert_eq!(
        interface["methods"][0],
        serde_json::json!({ "change": "removed", "old": "twice(text: &str) -> String", "new": null })
    );
    assert!(interface["old-host-problems"].as_array().is_some_and(Vec::is_empty));
    assert!(interface["new-host-problems"].as_array().is_some_and(|problems| problems.len() > 5));
    Ok(())
}
