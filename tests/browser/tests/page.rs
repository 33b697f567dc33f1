//! A page is used as a person uses it. Without a browser the test says why, and does nothing.

use anyhow::Result;
use plugix_browser::{Page, find_or_skip};
use std::fs;

const PAGE: &str = r#"<!doctype html><title>t</title><input id="field" value="old"><button id="button">b</button>
<p id="place">here</p><script>
document.getElementById("button").addEventListener("click", () => { document.title = document.getElementById("field").value; });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => { event.preventDefault(); document.title = await event.dataTransfer.files[0].text(); });
</script>"#;

#[test]
fn a_page_is_filled_clicked_and_dropped_onto() -> Result<()> {
    let Some(program) = find_or_skip("a_page_is_filled_clicked_and_dropped_onto") else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let (file, dropped, picture) =
        (folder.path().join("page.html"), folder.path().join("dropped"), folder.path().join("picture.png"));
    fs::write(&file, PAGE)?;
    fs::write(&dropped, "dropped")?;
    let mut page = Page::open(&program, &format!("file://{}", file.display()))?;
    page.fill("document.getElementById('field')", "new")?;
    page.click("document.getElementById('button')")?;
    page.wait("document.title === 'new'")?;
    page.drop_file("document.getElementById('place')", &dropped)?;
    page.wait("document.title === 'dropped'")?;
    page.picture(&picture)?;
    assert!(fs::read(&picture)?.starts_with(b"\x89PNG"));
    assert_eq!(page.problems(), [""; 0]);
    page.value("setTimeout(() => { throw new Error('thrown'); })")?;
    page.wait("new Promise((done) => setTimeout(() => done(true), 0))")?;
    assert!(page.problems()[0].contains("thrown"));
    Ok(())
}
