//! Tables and values that know where they stand.

use super::error::{Place, PolicyError};
use super::units;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key with more typing mistakes than this was not meant.
const MAX_TYPOS: usize = 3;

/// The text of a policy.
pub(super) struct Document<'t> {
    pub(super) text: &'t str,
    pub(super) file: Option<&'t Path>,
    /// The paths in the text are relative to this folder.
    pub(super) folder: &'t Path,
}

/// A table. All its keys are known.
pub(super) struct Section<'t> {
    document: &'t Document<'t>,
    table: &'t DeTable<'t>,
    /// The table's own key. Empty at the top.
    name: String,
    start: usize,
}

/// The value of a key.
pub(super) struct Entry<'t> {
    document: &'t Document<'t>,
    value: &'t Spanned<DeValue<'t>>,
    key: String,
}

impl Document<'_> {
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'_>>, PolicyError> {
        DeTable::parse(self.text).map_err(|error| PolicyError::Syntax {
            place: self.place(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })
    }

    pub(super) fn place(&self, offset: usize) -> Place {
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
    pub(super) fn top(
        document: &'t Document<'t>,
        table: &'t Spanned<DeTable<'t>>,
        known: &'static [&'static str],
    ) -> Result<Self, PolicyError> {
        let top = Self { document, table: table.get_ref(), name: String::new(), start: 0 };
        top.check_keys(known)?;
        Ok(top)
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'t>> {
        let value = self.table.get(key)?;
        Some(Entry { document: self.document, value, key: self.full(key) })
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &str) -> Result<Entry<'t>, PolicyError> {
        let missing = || PolicyError::Missing { place: self.document.place(self.start), key: self.full(key) };
        self.get(key).ok_or_else(missing)
    }

    /// All keys and their values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'t str, Entry<'t>)> {
        self.table.iter().map(|(key, value)| {
            let key: &str = key.get_ref();
            (key, Entry { document: self.document, value, key: self.full(key) })
        })
    }

    fn check_keys(&self, known: &'static [&'static str]) -> Result<(), PolicyError> {
        let Some(unknown) = self.table.keys().find(|key| !known.contains(&&**key.get_ref())) else { return Ok(()) };
        let distance = |candidate: &str| strsim::damerau_levenshtein(unknown.get_ref(), candidate);
        let closest = known.iter().copied().min_by_key(|candidate| distance(candidate));
        let close = |candidate: &&str| distance(candidate) <= MAX_TYPOS.min(candidate.len() / 2);
        Err(PolicyError::UnknownKey {
            place: self.document.place(unknown.span().start),
            key: self.full(unknown.get_ref()),
            suggestion: closest.filter(close),
            known,
        })
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

impl<'t> Entry<'t> {
    /// An error about this value. `problem` follows the key.
    pub(super) fn wrong(&self, problem: impl Into<String>) -> PolicyError {
        let place = self.document.place(self.value.span().start);
        PolicyError::Value { place, key: self.key.clone(), problem: problem.into() }
    }

    fn should_be(&self, what: &str) -> PolicyError {
        self.wrong(format!("should be {what}, and is of type {}", self.value.get_ref().type_str()))
    }

    pub(super) fn string(&self) -> Result<&'t str, PolicyError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a string"))?;
        if text.contains('\0') { Err(self.wrong("contains a zero byte")) } else { Ok(text) }
    }

    pub(super) fn boolean(&self) -> Result<bool, PolicyError> {
        self.value.get_ref().as_bool().ok_or_else(|| self.should_be("`true` or `false`"))
    }

    pub(super) fn strings(&self) -> Result<Vec<(&'t str, Entry<'t>)>, PolicyError> {
        self.items("a list of strings")?.map(|entry| Ok((entry.string()?, entry))).collect()
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, least: u64, most: u64) -> Result<u64, PolicyError> {
        let range = || format!("a whole number from {least} to {most}");
        let number = self.value.get_ref().as_integer().ok_or_else(|| self.should_be(&range()))?;
        let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(format!("should be {}", range())))
    }

    /// A size up to `most`, in bytes.
    pub(super) fn size(&self, most: u64) -> Result<u64, PolicyError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a size such as \"64 MiB\""))?;
        match units::bytes(text).map_err(|problem| self.wrong(problem))? {
            size if size <= most => Ok(size),
            _ => Err(self.wrong(format!("is more than the largest size that is possible, {most} bytes"))),
        }
    }

    /// A size from the least to the most of a range, in bytes.
    pub(super) fn size_in(&self, range: &RangeInclusive<usize>) -> Result<usize, PolicyError> {
        let size = self.size(*range.end() as u64)? as usize;
        if size < *range.start() {
            return Err(self.wrong(format!("is less than the smallest size that is possible, {} bytes", range.start())));
        }
        Ok(size)
    }

    pub(super) fn duration(&self) -> Result<Duration, PolicyError> {
        let text = self.value.get_ref().as_str().ok_or_else(|| self.should_be("a time such as \"250ms\""))?;
        units::duration(text).map_err(|problem| self.wrong(problem))
    }

    /// A path in the host, relative to the document's folder.
    pub(super) fn path(&self) -> Result<PathBuf, PolicyError> {
        match self.string()? {
            "" => Err(self.wrong("is empty; write `.` for the folder of this file")),
            path => Ok(self.document.folder.join(path)),
        }
    }

    pub(super) fn table(&self, known: &'static [&'static str]) -> Result<Section<'t>, PolicyError> {
        let section = self.free_table()?;
        section.check_keys(known)?;
        Ok(section)
    }

    /// A table with any keys.
    pub(super) fn free_table(&self) -> Result<Section<'t>, PolicyError> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.should_be("a table"))?;
        Ok(Section { document: self.document, table, name: self.key.clone(), start: self.value.span().start })
    }

    pub(super) fn tables(&self, known: &'static [&'static str]) -> Result<Vec<Section<'t>>, PolicyError> {
        let what = format!("a list of tables, each headed `[[{}]]`", self.key);
        self.items(&what)?.map(|entry| entry.table(known)).collect()
    }

    fn items(&self, what: &str) -> Result<impl Iterator<Item = Entry<'t>>, PolicyError> {
        let items = self.value.get_ref().as_array().ok_or_else(|| self.should_be(what))?;
        let (document, key) = (self.document, self.key.clone());
        Ok(items.iter().map(move |value| Entry { document, value, key: key.clone() }))
    }
}
