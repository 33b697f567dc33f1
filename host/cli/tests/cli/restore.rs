//! The modules of a lock file come to another machine, and what lies is refused.

use crate::Plugix;
use crate::kept::{hash, run};
use anyhow::Result;
use plugix_e2e_registry::{Registry, module};
use std::fs;

#[test]
fn another_machine_gets_the_same_modules() -> Result<()> {
    let (plugix, registry) = (Plugix::new()?, Registry::new());
    let (words, other) = (module("words", "1.0.0", 1000), module("other", "1.0.0", 1000));
    registry.put("tools/words", "1", &words, &[]);
    let file = plugix.write("other.wasm", &other)?;
    run(&plugix, &["add", &format!("oci://{}", registry.reference("tools/words:1"))])?.succeeded();
    run(&plugix, &["add", "other.wasm"])?.succeeded();
    assert_eq!(run(&plugix, &["restore"])?.succeeded(), "other 1.0.0 is here\nwords 1.0.0 is here\n");

    let lock = fs::read(plugix.file(".plugix/plugix.lock"))?;
    plugix.write("second/plugix.lock", &lock)?;
    // The tag leads elsewhere by now, and the file has another module.
    registry.put("tools/words", "1", &module("words", "2.0.0", 1000), &[]);
    fs::write(&file, module("other", "6.6.6", 1000))?;
    let restored = run(&plugix, &["restore", "--home", "second"])?;
    assert_eq!((restored.code, &*restored.stdout), (Some(1), "words 1.0.0 is here again\n"));
    let expected = format!("other: file:{} has the module ", file.display());
    assert!(restored.stderr.starts_with(&expected), "{}", restored.stderr);
    assert!(restored.stderr.ends_with("error: not restored: other\n"), "{}", restored.stderr);
    let kept = |bytes: &[u8]| plugix.file(&format!("second/modules/{}.wasm", &hash(bytes)["blake3:".len()..]));
    assert_eq!((fs::read(kept(&words))?, kept(&other).exists()), (words, false));
    assert_eq!(fs::read(plugix.file("second/plugix.lock"))?, lock);

    // What is here needs nobody else.
    fs::write(&file, &other)?;
    drop(registry);
    let restored = run(&plugix, &["restore", "other", "words", "--home", "second"])?.succeeded();
    assert_eq!(restored, "other 1.0.0 is here again\nwords 1.0.0 is here\n");
    assert!(run(&plugix, &["restore", "none", "--home", "second"])?.failed().contains("there is no plugin `none`"));
    assert!(run(&plugix, &["restore", "--home", "third"])?.failed().contains("there is no folder third"));
    Ok(())
}
