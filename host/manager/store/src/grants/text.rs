//! Grants as text.
//!
//! ```toml
//! version = 1
//!
//! [[plugin]]
//! origin = "file:/plugins/words.wasm"
//! hash = "blake3:…"
//!
//! [[plugin.folders]]
//! asked = { guest = "/books", access = "read-write" }
//! guest = "/books"
//! access = "read-only"
//! host = "/home/ada/books"
//!
//! [[plugin.limits]]
//! asked = { threads = 16 }
//! refused = true
//! ```
//!
//! What has no `asked` was added.

use super::file::Entry;
use super::{Allowed, Decision, Grant, GrantsTextError};
use plugix_requests::document::{Document, DocumentError, Entry as Value, Section, quoted};
use plugix_requests::{Item, SECTIONS, keys, read_item, write_item};
use std::fmt::Write as _;
use std::path::Path;

/// The version of the form.
const VERSION: u64 = 1;

/// What stands at the top of the file.
const HEAD: &str =
    "# What plugins may do, and what was refused. A plugin is known by its origin and the hash of its module.\n";

/// Reads the text of a file of grants.
pub(super) fn read(text: &str, file: Option<&Path>) -> Result<Vec<Entry>, GrantsTextError> {
    let document = Document { text, file, folder: Path::new("") };
    let root = document.parse()?;
    let top = Section::top(&document, &root, &["version", "plugin"])?;
    let version = top.need("version")?;
    match version.number(0, u64::MAX)? {
        VERSION => {}
        other => return Err(version.wrong(format!("is {other}, and this version of Plugix reads {VERSION}")).into()),
    }
    let Some(plugins) = top.get("plugin") else { return Ok(Vec::new()) };
    plugins.tables(&[&["origin", "hash"], SECTIONS].concat())?.iter().map(entry).collect()
}

fn entry(table: &Section<'_>) -> Result<Entry, GrantsTextError> {
    let mut grant = Grant::new();
    for section in SECTIONS {
        let Some(list) = table.get(section) else { continue };
        for thing in list.tables(&[&allowed_keys(section)[..], &["asked", "refused"]].concat())? {
            let granted = |problem| GrantsTextError::Grant { place: thing.place(), problem };
            let refused = thing.get("refused").map_or(Ok(false), |refused| refused.boolean())?;
            match thing.get("asked") {
                Some(asked) => {
                    let asked = read_item(section, &asked.table(&keys(section))?)?;
                    let decision = match refused {
                        true => Decision::Refused,
                        false => Decision::Allowed(read_allowed(section, &thing)?),
                    };
                    let twice = |decided: &super::Decided| decided.asked().is_about_the_same(&asked);
                    if grant.decided().iter().any(twice) {
                        return Err(thing.wrong("is asked twice").into());
                    }
                    grant.decide(asked, decision).map_err(granted)?;
                }
                None if refused => return Err(thing.wrong("is refused, and was not asked").into()),
                None => grant.add(read_allowed(section, &thing)?),
            }
        }
    }
    Ok(Entry { origin: parsed(&table.need("origin")?)?, hash: parsed(&table.need("hash")?)?, grant })
}

fn parsed<T: std::str::FromStr<Err: ToString>>(value: &Value<'_>) -> Result<T, DocumentError> {
    value.string()?.parse().map_err(|error: T::Err| value.wrong(format!("is wrong: {}", error.to_string())))
}

/// The keys of something that is allowed.
pub(super) fn allowed_keys(section: &str) -> Vec<&'static str> {
    let mut keys = keys(section);
    if section == "folders" {
        keys.push("host");
    }
    keys
}

/// Reads something that is allowed. Its keys are known to be possible.
pub(super) fn read_allowed(section: &str, table: &Section<'_>) -> Result<Allowed, GrantsTextError> {
    let granted = |problem| GrantsTextError::Grant { place: table.place(), problem };
    match read_item(section, table)? {
        Item::Folder { guest, access, size } => {
            Allowed::folder(table.need("host")?.path()?, guest, access, size).map_err(granted)
        }
        item => Allowed::new(item).map_err(granted),
    }
}

/// Writes the text of a file of grants.
pub(super) fn write(entries: &[Entry]) -> String {
    let mut text = format!("{HEAD}version = {VERSION}\n");
    for Entry { origin, hash, grant } in entries {
        let origin = quoted(origin.as_str());
        // Writing to a string never fails, here and below.
        let _ = write!(text, "\n[[plugin]]\norigin = {origin}\nhash = \"{hash}\"\n");
        for decided in grant.decided() {
            let allowed = match decided.decision() {
                Decision::Allowed(allowed) => Some(allowed),
                Decision::Refused => None,
            };
            thing(&mut text, Some(decided.asked()), allowed);
        }
        for added in grant.added() {
            thing(&mut text, None, Some(added));
        }
    }
    text
}

fn thing(text: &mut String, asked: Option<&Item>, allowed: Option<&Allowed>) {
    let Some((section, keys)) = asked.or(allowed.map(Allowed::item)).and_then(write_item) else { return };
    let _ = write!(text, "\n[[plugin.{section}]]\n");
    if asked.is_some() {
        let keys: Vec<_> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let _ = writeln!(text, "asked = {{ {} }}", keys.join(", "));
    }
    let Some(allowed) = allowed else {
        text.push_str("refused = true\n");
        return;
    };
    for (key, value) in write_item(allowed.item()).into_iter().flat_map(|(_, keys)| keys) {
        let _ = writeln!(text, "{key} = {value}");
    }
    if let Some(host) = allowed.host() {
        // A folder's path is known to be UTF-8.
        let _ = writeln!(text, "host = {}", quoted(&host.to_string_lossy()));
    }
}
