//! A person uses the page in a real browser. Without one the test says why, and does nothing.

use crate::{guest, start};
use anyhow::Result;
use plugix_browser::{Page, find_or_skip};
use std::path::Path;

/// The plugin's part of the page.
fn card(name: &str, inside: &str) -> String {
    format!("document.querySelector('[data-name=\"{name}\"] {inside}')")
}

fn text(element: &str) -> String {
    format!("{element}.textContent")
}

/// Chooses a method, fills in its arguments and calls it.
fn call(page: &mut Page, name: &str, method: &str, args: &str) -> Result<()> {
    let (select, details) = (card(name, "select"), card(name, ".calls"));
    page.value(&format!(
        "{details}.open = true; {select}.value = 'Counting/{method}'; {select}.dispatchEvent(new Event('change'))"
    ))?;
    page.fill(&card(name, "textarea"), args)?;
    page.click(&card(name, ".calls button"))
}

#[test]
fn a_person_installs_grants_calls_reloads_and_recovers() -> Result<()> {
    let Some(program) = find_or_skip("browser::a_person_installs_grants_calls_reloads_and_recovers") else {
        return Ok(());
    };
    let (client, folder) = (start()?, tempfile::tempdir()?);
    let mut page = Page::open(&program, &client.address)?;
    page.wait("document.getElementById('connection').textContent === 'connected'")?;
    assert_eq!(page.value("location.search")?, "", "the token stays in the address");

    // A module that is none says so, and nothing is there.
    let broken = folder.path().join("broken.wasm");
    std::fs::write(&broken, "<img src=x onerror=alert(1)>")?;
    page.drop_file("document.getElementById('drop')", &broken)?;
    page.wait("document.getElementById('install-result').className.includes('bad')")?;
    assert_eq!(page.value("document.querySelectorAll('.plugin').length")?, 0);

    // One that is dropped runs.
    page.fill("document.getElementById('name')", "counter")?;
    page.fill("document.getElementById('config')", "\"\"")?;
    page.drop_file("document.getElementById('drop')", guest("guest-stateful"))?;
    page.wait(&format!("{} === 'serving'", text(&card("counter", ".health"))))?;
    call(&mut page, "counter", "add", "[5]")?;
    page.wait(&format!("{} === '5'", text(&card("counter", "output"))))?;

    // One that asks waits for a person.
    page.fill("document.getElementById('name')", "asks")?;
    page.drop_file("document.getElementById('drop')", guest("guest-requests"))?;
    page.wait(&format!("{} === 'waits for a grant'", text(&card("asks", ".health"))))?;
    page.click(&card("asks", ".grant [data-do=\"all\"]"))?;
    page.value(&format!(
        "document.querySelectorAll('[data-name=\"asks\"] .grant input[placeholder]').forEach((field) => field.value = {:?})",
        folder.path()
    ))?;
    page.click(&card("asks", ".grant [data-do=\"approve\"]"))?;
    page.wait(&format!("{} === 'serving'", text(&card("asks", ".health"))))?;

    // A reload under load keeps the count, and loses no call.
    page.value(
        "window.load = (async () => { let calls = 0; const ask = async () => { while (!window.enough) { \
         const body = JSON.stringify({ method: 'Counting/add', args: [1] }); \
         const answer = await fetch('/api/plugins/counter/call', { method: 'POST', body, \
         headers: { 'content-type': 'application/json' } }); \
         if (!answer.ok) throw new Error(await answer.text()); calls++; } }; \
         await Promise.all([ask(), ask(), ask()]); return calls; })(); null",
    )?;
    page.click(&card("counter", "[data-do=\"reload\"]"))?;
    page.wait(&format!("{}.includes('reloaded 1 times')", text(&card("counter", "[data-is=\"since\"]"))))?;
    page.wait(&format!("{} === 'Reload: done'", text(&card("counter", "[data-is=\"result\"]"))))?;
    let calls = page.value("window.enough = true; window.load")?.as_u64().unwrap_or_default();
    assert!(calls > 0);
    call(&mut page, "counter", "add", "[0]")?;
    page.wait(&format!("{} === '{}'", text(&card("counter", "output")), 5 + calls))?;

    // It dies, and comes back.
    call(&mut page, "counter", "trap", "[]")?;
    page.wait(&format!("{}.includes('restarted 1 times')", text(&card("counter", "[data-is=\"since\"]"))))?;
    page.wait("document.getElementById('events').textContent.includes('serves again')")?;
    call(&mut page, "counter", "generation", "[]")?;
    page.wait(&format!("{} === '1'", text(&card("counter", "output"))))?;

    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for scheme in ["light", "dark"] {
        page.prefer(scheme)?;
        page.picture(&pictures.join(format!("console-{scheme}.png")))?;
    }

    // What is taken back ends it.
    page.click(&card("asks", ".grant [data-do=\"take-back\"]"))?;
    page.wait(&format!("{} === 'waits for a grant'", text(&card("asks", ".health"))))?;
    page.click(&card("counter", "[data-do=\"stop\"]"))?;
    page.wait(&format!("{} === 'stopped'", text(&card("counter", ".health"))))?;
    // Answers that say no are logged by the browser itself. Anything else is a fault of the page.
    let faults: Vec<_> =
        page.problems().into_iter().filter(|problem| !problem.contains("\"source\":\"network\"")).collect();
    assert_eq!(faults, [""; 0]);
    Ok(())
}
