//! A page in the browser, used as a person uses it.

use crate::find::Program;
use crate::pipe::Pipe;
use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What a page may tell that no test expects: an exception, a failed load, something that the page's policy forbids.
const PROBLEMS: [&str; 2] = ["Runtime.exceptionThrown", "Log.entryAdded"];

/// How long is waited for something on the page, in milliseconds.
const PATIENCE: u64 = 60_000;

/// A page. The browser ends with it.
#[derive(Debug)]
pub struct Page {
    pipe: Pipe,
    session: String,
}

impl Page {
    /// Starts the browser, and opens an address.
    ///
    /// # Errors
    /// If the browser doesn't run.
    pub fn open(program: &Program, address: &str) -> Result<Self> {
        let mut pipe = Pipe::start(program)?;
        let target = pipe.ask(None, "Target.createTarget", json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = pipe.ask(None, "Target.attachToTarget", attach)?;
        let session = session["sessionId"].as_str().context("a session has an id")?.to_owned();
        let mut page = Self { pipe, session };
        for domain in ["Runtime", "Log", "Page", "DOM"] {
            page.ask(&format!("{domain}.enable"), json!({}))?;
        }
        page.go(address)?;
        Ok(page)
    }

    /// Opens another address.
    ///
    /// # Errors
    /// If it can't be reached.
    pub fn go(&mut self, address: &str) -> Result<()> {
        let went = self.ask("Page.navigate", json!({ "url": address }))?;
        if let Some(error) = went.get("errorText") {
            bail!("{address}: {error}");
        }
        self.wait("document.readyState === 'complete'").map(drop)
    }

    /// The value of an expression. A promise is awaited.
    ///
    /// # Errors
    /// What the expression throws.
    pub fn value(&mut self, expression: &str) -> Result<Value> {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.ask("Runtime.evaluate", params)?;
        match answer.get("exceptionDetails") {
            Some(details) => bail!("{expression}: {details}"),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Waits until an expression is true.
    ///
    /// # Errors
    /// If it isn't within a minute: then with the page's text.
    pub fn wait(&mut self, expression: &str) -> Result<Value> {
        let looking = format!(
            "new Promise((done) => {{ const end = Date.now() + {PATIENCE}; (function look() {{ \
             let value; try {{ value = ({expression}); }} catch (error) {{ value = null; }} \
             if (value || Date.now() > end) done(value); else setTimeout(look, 20); }})(); }})"
        );
        let value = loop {
            match self.value(&looking) {
                // The page that was asked has made room for the next.
                Err(error) if error.to_string().contains("Inspected target navigated") => {}
                Err(error) if error.to_string().contains("context was destroyed") => {}
                value => break value?,
            }
        };
        match &value {
            Value::Null | Value::Bool(false) => {
                bail!("not within a minute: {expression}\n{}", self.value("document.body.innerText")?)
            }
            _ => Ok(value),
        }
    }

    /// Clicks into the middle of an element.
    ///
    /// # Errors
    /// If there is none.
    pub fn click(&mut self, element: &str) -> Result<()> {
        let [x, y] = self.middle(element)?;
        for kind in ["mousePressed", "mouseReleased"] {
            let params = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", params)?;
        }
        Ok(())
    }

    /// Puts text into a field, in the place of what it has.
    ///
    /// # Errors
    /// If there is no such field.
    pub fn fill(&mut self, element: &str, text: &str) -> Result<()> {
        self.value(&format!("{{ const field = {element}; field.focus(); field.select(); }}"))?;
        self.ask("Input.insertText", json!({ "text": text })).map(drop)
    }

    /// Drops a file onto an element.
    ///
    /// # Errors
    /// If there is no such element.
    pub fn drop_file(&mut self, element: &str, file: &Path) -> Result<()> {
        let [x, y] = self.middle(element)?;
        let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            self.ask("Input.dispatchDragEvent", json!({ "type": kind, "x": x, "y": y, "data": data }))?;
        }
        Ok(())
    }

    /// Writes a picture of the whole page.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn picture(&mut self, file: &Path) -> Result<()> {
        let params = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.ask("Page.captureScreenshot", params)?;
        fs::write(file, STANDARD.decode(picture["data"].as_str().context("a picture is text")?)?)
            .with_context(|| format!("can't write {}", file.display()))
    }

    /// Shows the page as for somebody who prefers it: `dark` or `light`.
    ///
    /// # Errors
    /// If the browser can't.
    pub fn prefer(&mut self, scheme: &str) -> Result<()> {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.ask("Emulation.setEmulatedMedia", json!({ "features": [feature] })).map(drop)
    }

    /// What went wrong on the page so far: exceptions, and what its policy forbade.
    pub fn problems(&self) -> Vec<String> {
        let is_problem = |event: &&Value| event["method"].as_str().is_some_and(|method| PROBLEMS.contains(&method));
        self.pipe.events.iter().filter(is_problem).map(|event| event["params"].to_string()).collect()
    }

    fn middle(&mut self, element: &str) -> Result<[f64; 2]> {
        let middle = self.value(&format!(
            "{{ const element = {element}; element.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const {{ x, y, width, height }} = element.getBoundingClientRect(); [x + width / 2, y + height / 2] }}"
        ))?;
        serde_json::from_value(middle).with_context(|| format!("{element} has no place"))
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.pipe.ask(Some(&self.session), method, params)
    }
}
