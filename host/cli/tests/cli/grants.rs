//! What was granted and refused is listed, and forgotten.

use crate::Plugix;
use crate::kept::{json, run};
use anyhow::Result;
use plugix_e2e_registry::module;
use plugix_requests::Requests;
use plugix_store::grants::{Allowed, Decision, Grant, Grants, Origin};
use plugix_store::{ContentHash, Source, Store};

#[test]
fn grants_are_listed_and_forgotten() -> Result<()> {
    let plugix = Plugix::new()?;
    let words = module("words", "1.0.0", 100);
    let file = plugix.write("words.wasm", &words)?;
    assert_eq!(run(&plugix, &["grants"])?.succeeded(), "");
    run(&plugix, &["add", "words.wasm"])?.succeeded();

    // A host has asked, and kept the answers.
    let text = "[[folders]]\nguest = \"/books\"\nreason = \"counts\"\n[[limits]]\nthreads = 8\nreason = \"is fast\"";
    let mut grant = Grant::new();
    for request in &Requests::from_toml(text, None)? {
        let decision = match Allowed::as_asked(&request.item, Some("/srv/books".as_ref())) {
            Ok(allowed) if allowed.host().is_some() => Decision::Allowed(allowed),
            _ => Decision::Refused,
        };
        grant.decide(request.item.clone(), decision)?;
    }
    let origin = Origin::of(&"words".parse()?, &Source::file(&file)?)?;
    let mut grants = Grants::of_home(plugix.file(".plugix"))?;
    grants.set(&origin, &ContentHash::of(b"an old version"), grant.clone())?;
    grants.set(&origin, &ContentHash::of(&words), grant)?;
    grants.set(&"oci://a.example/gone".parse()?, &ContentHash::of(b"gone"), Grant::new())?;

    let answers = "  may read a folder, as \"/books\": /srv/books\n  may not run up to 8 threads\n";
    let path = file.display();
    let expected = format!(
        "words (another version) file:{path}\n{answers}words file:{path}\n{answers}\
         no kept plugin oci://a.example/gone\n  asks for nothing\n"
    );
    assert_eq!(run(&plugix, &["grants"])?.succeeded(), expected);
    let listed = json(&run(&plugix, &["grants", "--json"])?.succeeded())?;
    assert_eq!((&listed[1]["names"][0], &listed[1]["is-kept"]), (&"words".into(), &true.into()));
    assert_eq!((&listed[1]["granted"][0]["folder"], &listed[0]["is-kept"]), (&"/srv/books".into(), &false.into()));

    let store = Store::open(plugix.file(".plugix"))?;
    assert!(run(&plugix, &["grants", "forget", "words"])?.failed().contains("in use by another program"));
    assert_eq!(run(&plugix, &["grants"])?.succeeded(), expected, "looking is always possible");
    drop(store);
    let expected = "what was granted and refused to words is forgotten\n";
    assert_eq!(run(&plugix, &["grants", "forget", "words"])?.succeeded(), expected);
    run(&plugix, &["grants", "forget", "oci://a.example/gone"])?.succeeded();
    assert_eq!(run(&plugix, &["grants"])?.succeeded(), "");
    let expected = "error: neither a kept plugin nor a grant is called nobody: see `plugix grants`\n";
    assert_eq!(run(&plugix, &["grants", "forget", "nobody"])?.failed(), expected);
    Ok(())
}
