//! Requests as text: what the author of a plugin writes.
//!
//! There is a list of tables for each sort of thing. The words are those of a policy's file.

use crate::document::{Document, DocumentError, Entry, Place, Section, quoted};
use crate::requests::check;
use crate::units::bytes_text;
use crate::{Access, Item, LimitKind, NetworkKind, Request, RequestError, Requests, Unit};
use std::path::Path;
use thiserror::Error as ThisError;

/// The lists that the text can have.
pub const SECTIONS: &[&str] = &["folders", "scratch", "env", "network", "limits", "interfaces"];

/// What stands beside what is asked for.
const WORDS: [&str; 2] = ["reason", "optional"];

/// What is wrong with requests as text.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum TextError {
    /// The text.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// What is asked for.
    #[error("{place}: {problem}")]
    Request {
        /// Where it is.
        place: Place,
        /// What is wrong with it.
        problem: RequestError,
    },
}

impl Requests {
    /// Reads requests from text. `file` is named in errors.
    ///
    /// # Errors
    /// [`TextError`] says what is wrong, where it is, and what to write instead.
    pub fn from_toml(text: &str, file: Option<&Path>) -> Result<Self, TextError> {
        let document = Document { text, file, folder: Path::new("") };
        requests(&Section::top(&document, &document.parse()?, SECTIONS)?)
    }

    /// Reads requests from the text of a `Cargo.toml`: from `[package.metadata.plugix.requests]`.
    ///
    /// # Errors
    /// [`TextError`] says what is wrong, where it is, and what to write instead.
    pub fn from_manifest(text: &str, file: Option<&Path>) -> Result<Self, TextError> {
        let document = Document { text, file, folder: Path::new("") };
        let root = document.parse()?;
        let mut section = Section::any(&document, &root);
        for key in ["package", "metadata"] {
            let Some(entry) = section.get(key) else { return Ok(Self::default()) };
            section = entry.free_table()?;
        }
        let Some(plugix) = section.get("plugix") else { return Ok(Self::default()) };
        match plugix.table(&["requests"])?.get("requests") {
            Some(entry) => requests(&entry.table(SECTIONS)?),
            None => Ok(Self::default()),
        }
    }
}

fn requests(section: &Section<'_>) -> Result<Requests, TextError> {
    let (mut requests, mut places) = (Vec::new(), Vec::new());
    for name in SECTIONS {
        let Some(list) = section.get(name) else { continue };
        for table in list.tables(&[&keys(name)[..], &WORDS].concat())? {
            let reason = table.need("reason")?.string()?.to_owned();
            let optional = table.get("optional").map_or(Ok(false), |optional| optional.boolean())?;
            requests.push(Request { item: read_item(name, &table)?, reason, optional });
            places.push(table.place());
        }
    }
    check(&requests).map_err(|(index, problem)| TextError::Request { place: places[index].clone(), problem })?;
    Requests::new(requests).map_err(|problem| TextError::Request { place: section.place(), problem })
}

/// The keys of a thing in the list of this name.
pub fn keys(section: &str) -> Vec<&'static str> {
    match section {
        "folders" => vec!["guest", "access", "size"],
        "scratch" => vec!["guest", "size"],
        "env" => vec!["name", "value"],
        "network" => NetworkKind::ALL.iter().map(|kind| kind.word()).collect(),
        "limits" => LimitKind::ALL.iter().map(|kind| kind.word()).collect(),
        "interfaces" => vec!["name", "version"],
        _ => Vec::new(),
    }
}

/// Reads a thing from a table of the list of this name. Its keys are known to be possible; what it is, isn't checked.
///
/// # Errors
/// [`DocumentError`]
pub fn read_item(section: &str, table: &Section<'_>) -> Result<Item, DocumentError> {
    let text = |key| -> Result<String, DocumentError> { Ok(table.need(key)?.string()?.to_owned()) };
    let size = |entry: Entry<'_>| entry.size(u64::MAX);
    Ok(match section {
        "folders" => {
            let access = table.get("access").map_or(Ok(Access::ReadOnly), |access| self::access(&access))?;
            Item::Folder { guest: text("guest")?, access, size: table.get("size").map(size).transpose()? }
        }
        "scratch" => Item::Scratch { guest: text("guest")?, size: size(table.need("size")?)? },
        "env" => {
            let value = table.get("value").map(|value| value.string().map(str::to_owned)).transpose()?;
            Item::Env { name: text("name")?, value }
        }
        "network" => {
            let (kind, entry) = one_of(table, section, NetworkKind::ALL, NetworkKind::word)?;
            Item::Network { kind, rule: entry.string()?.to_owned() }
        }
        "limits" => {
            let (kind, entry) = one_of(table, section, LimitKind::ALL, LimitKind::word)?;
            Item::Limit { kind, amount: amount(kind, &entry)? }
        }
        _ => {
            let version = table.need("version")?;
            let parsed = version.string()?.parse().map_err(|problem: String| version.wrong(problem))?;
            Item::Interface { name: text("name")?, version: parsed }
        }
    })
}

/// The name of the list that a thing stands in, and its keys with their values as TOML has them. `None` for what is unknown.
pub fn write_item(item: &Item) -> Option<(&'static str, Vec<(&'static str, String)>)> {
    Some(match item {
        Item::Folder { guest, access, size } => {
            let mut keys = vec![("guest", quoted(guest)), ("access", quoted(access.word()))];
            keys.extend(size.map(|size| ("size", quoted(&bytes_text(size)))));
            ("folders", keys)
        }
        Item::Scratch { guest, size } => {
            ("scratch", vec![("guest", quoted(guest)), ("size", quoted(&bytes_text(*size)))])
        }
        Item::Env { name, value } => {
            let mut keys = vec![("name", quoted(name))];
            keys.extend(value.as_deref().map(|value| ("value", quoted(value))));
            ("env", keys)
        }
        Item::Network { kind, rule } => ("network", vec![(kind.word(), quoted(rule))]),
        Item::Limit { kind, amount } => {
            let value = match kind.range().0 {
                Unit::Count => amount.to_string(),
                Unit::Bytes | Unit::Time => quoted(&kind.amount_text(*amount)),
            };
            ("limits", vec![(kind.word(), value)])
        }
        Item::Interface { name, version } => {
            ("interfaces", vec![("name", quoted(name)), ("version", quoted(&version.to_string()))])
        }
        Item::Unknown { .. } => return None,
    })
}

fn access(entry: &Entry<'_>) -> Result<Access, DocumentError> {
    match entry.string()? {
        "read-only" => Ok(Access::ReadOnly),
        "read-write" => Ok(Access::ReadWrite),
        other => Err(entry.wrong(format!("is {other:?}; write \"read-only\" or \"read-write\""))),
    }
}

fn amount(kind: LimitKind, entry: &Entry<'_>) -> Result<u64, DocumentError> {
    let (unit, range) = kind.range();
    match unit {
        Unit::Bytes => entry.size(*range.end()),
        Unit::Count => entry.number(*range.start(), *range.end()),
        Unit::Time => Ok(u64::try_from(entry.duration()?.as_millis()).unwrap_or(u64::MAX)),
    }
}

/// The one key that says what it is about.
fn one_of<'t, K: Copy>(
    table: &Section<'t>,
    section: &str,
    all: &[K],
    word: fn(K) -> &'static str,
) -> Result<(K, Entry<'t>), DocumentError> {
    let mut there = all.iter().filter_map(|kind| Some((*kind, table.get(word(*kind))?)));
    let Some(first) = there.next() else {
        let words: Vec<_> = all.iter().map(|kind| format!("`{}`", word(*kind))).collect();
        return Err(DocumentError::Value {
            place: table.place(),
            key: section.to_owned(),
            problem: format!("says not what it is about: write one of {}", words.join(", ")),
        });
    };
    match there.next() {
        None => Ok(first),
        Some((_, second)) => Err(second.wrong("is the second thing in one table: write a table for each")),
    }
}

#[cfg(test)]
mod tests;
