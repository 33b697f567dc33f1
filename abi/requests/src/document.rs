//! Text in TOML: tables and values that know where they stand, and errors that say it.

use crate::units;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error as ThisError;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key with more typing mistakes than this was not meant.
const MAX_TYPOS: usize = 3;

/// What is wrong with a text, where it is, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is no TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where it is.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// The text has a key that there is not.
    #[error("{place}: there is no `{key}` here{}", suggest(suggestion.as_deref(), known))]
    UnknownKey {
        /// Where it is.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// A similar key that exists, if there is one.
        suggestion: Option<&'static str>,
        /// The keys that are possible there.
        known: Vec<&'static str>,
    },
    /// A key is missing.
    #[error("{place}: `{key}` is missing")]
    Missing {
        /// Where it should be.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
    },
    /// A value is impossible.
    #[error("{place}: `{key}` {problem}")]
    Value {
        /// Where it is.
        place: Place,
        /// The key, with the tables that it is in.
        key: String,
        /// What is wrong with the value, and what to write instead.
        problem: String,
    },
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file. `None` if the text is from elsewhere.
    pub file: Option<PathBuf>,
    /// The line. The first is 1.
    pub line: usize,
    /// The character in the line. The first is 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}:{}:{}", file.display(), self.line, self.column),
            None => write!(f, "line {}, column {}", self.line, self.column),
        }
    }
}

fn suggest(suggestion: Option<&str>, known: &[&str]) -> String {
    match suggestion {
        Some(suggestion) => format!("; did you mean `{suggestion}`?"),
        None => format!("; there are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// A text as TOML has it, in quotes.
pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text, and where it is from.
#[derive(Clone, Copy, Debug)]
pub struct Document<'t> {
    /// The text.
    pub text: &'t str,
    /// The file that has it.
    pub file: Option<&'t Path>,
    /// The paths in the text are relative to this folder.
    pub folder: &'t Path,
}

/// A table. All its keys are known, unless anything may be in it.
#[derive(Clone, Debug)]
pub struct Section<'t> {
    document: &'t Document<'t>,
    table: &'t DeTable<'t>,
    /// The table's own key. Empty at the top.
    name: String,
    start: usize,
}

/// The value of a key.
#[derive(Clone, Debug)]
pub struct Entry<'t> {
    document: &'t Document<'t>,
    value: &'t Spanned<DeValue<'t>>,
    key: String,
}

impl Document<'_> {
    /// Reads the whole text.
    ///
    /// # Errors
    /// [`DocumentError::Syntax`]
    pub fn parse(&self) -> Result<Spanned<DeTable<'_>>, DocumentError> {
        DeTable::parse(self.text).map_err(|error| DocumentError::Syntax {
            place: self.place(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })
    }

    /// The place of a byte.
    pub fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            file: self.file.map(Path::to_owned),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl<'t> Section<'t> {
    /// The whole document.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn top(
        document: &'t Document<'t>,
        table: &'t Spanned<DeTable<'t>>,
        known: &[&'static str],
    ) -> Result<Self, DocumentError> {
        let top = Self::any(document, table);
        top.check_keys(known)?;
        Ok(top)
    }

    /// The whole document, whatever is in it.
    pub fn any(document: &'t Document<'t>, table: &'t Spanned<DeTable<'t>>) -> Self {
        Self { document, table: table.get_ref(), name: String::new(), start: 0 }
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<Entry<'t>> {
        let value = self.table.get(key)?;
        Some(Entry { document: self.document, value, key: self.full(key) })
    }

    /// The value of a key that must be there.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn need(&self, key: &str) -> Result<Entry<'t>, DocumentError> {
        let missing = || DocumentError::Missing { place: self.document.place(self.start), key: self.full(key) };
        self.get(key).ok_or_else(missing)
    }

    /// All keys and their values.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Entry<'t>)> {
        self.table.iter().map(|(key, value)| {
            let key: &str = key.get_ref();
            (key, Entry { document: self.document, value, key: self.full(key) })
        })
    }

    fn check_keys(&self, known: &[&'static str]) -> Result<(), DocumentError> {
        let Some(unknown) = self.table.keys().find(|key| !known.contains(&&**key.get_ref())) else { return Ok(()) };
        let distance = |candidate: &str| strsim::damerau_levenshtein(unknown.get_ref(), candidate);
        let closest = known.iter().copied().min_by_key(|candidate| distance(candidate));
        let close = |candidate: &&str| distance(candidate) <= MAX_TYPOS.min(candidate.len() / 2);
        Err(DocumentError::UnknownKey {
            place: self.document.place(unknown.span().start),
            key: self.full(unknown.get_ref()),
            suggestion: closest.filter(close),
            known: known.to_vec(),
        })
    }

    /// An error about this table. `problem` follows the key.
    pub fn wrong(&self, problem: impl Into<String>) -> DocumentError {
        DocumentError::Value { place: self.place(), key: self.name.clone(), problem: problem.into() }
    }

    /// Where it begins.
    pub fn place(&self) -> Place {
        self.document.place(self.start)
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

impl<'t> Entry<'t> {
    /// An error about this value. `problem` follows the key.
    pub fn wrong(&self, problem: impl Into<String>) -> DocumentError {
        let place = self.document.place(self.value.span().start);
        DocumentError::Value { place, key: self.key.clone(), problem: problem.into() }
    }

    fn should_be(&self, what: &str) -> DocumentError {
        self.wrong(format!("should be {what}, and is of type {}", self.value.get_ref().type_str()))
    }

    /// A text without a zero byte.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn string(&self) -> Result<&'t str, DocumentError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a string"))?;
        if text.contains('\0') { Err(self.wrong("contains a zero byte")) } else { Ok(text) }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn boolean(&self) -> Result<bool, DocumentError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.should_be("`true` or `false`"))
    }

    /// A list of texts, each with its place.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn strings(&self) -> Result<Vec<(&'t str, Entry<'t>)>, DocumentError> {
        self.items("a list of strings")?.map(|entry| Ok((entry.string()?, entry))).collect()
    }

    /// A whole number from `least` to `most`.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn number(&self, least: u64, most: u64) -> Result<u64, DocumentError> {
        let range = || format!("a whole number from {least} to {most}");
        let number = self.value.get_ref().as_integer().ok_or_else(|| self.should_be(&range()))?;
        let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(format!("should be {}", range())))
    }

    /// A size up to `most`, in bytes.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn size(&self, most: u64) -> Result<u64, DocumentError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a size such as \"64 MiB\""))?;
        match units::bytes(text).map_err(|problem| self.wrong(problem))? {
            size if size <= most => Ok(size),
            _ => Err(self.wrong(format!("is more than the largest size that is possible, {most} bytes"))),
        }
    }

    /// A size from the least to the most of a range, in bytes.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn size_in(&self, range: &RangeInclusive<usize>) -> Result<usize, DocumentError> {
        let size = self.size(*range.end() as u64)? as usize;
        if size < *range.start() {
            return Err(self.wrong(format!("is less than the smallest size that is possible, {} bytes", range.start())));
        }
        Ok(size)
    }

    /// A time.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn duration(&self) -> Result<Duration, DocumentError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a time such as \"250ms\""))?;
        units::duration(text).map_err(|problem| self.wrong(problem))
    }

    /// A path in the host, relative to the document's folder.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn path(&self) -> Result<PathBuf, DocumentError> {
        match self.string()? {
            "" => Err(self.wrong("is empty; write `.` for the folder of this file")),
            path => Ok(self.document.folder.join(path)),
        }
    }

    /// A table with these keys.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn table(&self, known: &[&'static str]) -> Result<Section<'t>, DocumentError> {
        let section = self.free_table()?;
        section.check_keys(known)?;
        Ok(section)
    }

    /// A table with any keys.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn free_table(&self) -> Result<Section<'t>, DocumentError> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.should_be("a table"))?;
        Ok(Section { document: self.document, table, name: self.key.clone(), start: self.value.span().start })
    }

    /// A list of tables with these keys.
    ///
    /// # Errors
    /// The variant of [`DocumentError`] that says what is wrong with it.
    pub fn tables(&self, known: &[&'static str]) -> Result<Vec<Section<'t>>, DocumentError> {
        let what = format!("a list of tables, each headed `[[{}]]`", self.key);
        self.items(&what)?.map(|entry| entry.table(known)).collect()
    }

    fn items(&self, what: &str) -> Result<impl Iterator<Item = Entry<'t>>, DocumentError> {
        let items = self.value.get_ref().as_array().ok_or_else(|| self.should_be(what))?;
        let (document, key) = (self.document, self.key.clone());
        Ok(items.iter().map(move |value| Entry { document, value, key: key.clone() }))
    }
}
