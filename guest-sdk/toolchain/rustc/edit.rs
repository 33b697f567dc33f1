//! A change to one file of a crate. It is checked: it fits the text or it isn't made.

use std::fs;
use std::path::Path;

/// A change to one file, which is relative to the crate's folder.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    /// A text that occurs once becomes another one.
    Once { file: &'static str, expected: &'static str, replacement: &'static str },
    /// A text becomes another one wherever it occurs, which is at least once.
    Each { file: &'static str, expected: &'static str, replacement: &'static str },
    /// A constant gets another value, in the one of these files that has it.
    Constant { files: &'static [&'static str], name: &'static str, value: &'static str },
    /// A further file.
    File { file: &'static str, text: &'static str },
}

impl Edit {
    /// Makes the change in a crate's folder.
    ///
    /// # Errors
    /// Why it doesn't fit, for people.
    pub(crate) fn apply(self, folder: &Path) -> Result<(), String> {
        match self {
            Self::File { file, text } if !folder.join(file).exists() => write(folder, file, text),
            Self::File { file, .. } => Err(format!("{file} exists")),
            Self::Once { file, .. } | Self::Each { file, .. } => self.apply_to_one_of(folder, &[file]),
            Self::Constant { files, .. } => self.apply_to_one_of(folder, files),
        }
    }

    fn apply_to_one_of(self, folder: &Path, files: &[&str]) -> Result<(), String> {
        let mut fits = files.iter().filter_map(|file| {
            let text = fs::read_to_string(folder.join(file)).ok()?;
            Some((file, self.edited(&text)?))
        });
        match (fits.next(), fits.next()) {
            (Some((file, text)), None) => write(folder, file, &text),
            _ => Err(format!("{} isn't what is expected for {self:.200?}", files.join(" or "))),
        }
    }

    /// The text after the edit, if that fits.
    pub(crate) fn edited(self, text: &str) -> Option<String> {
        let occurs_once = |part: &str| text.matches(part).count() == 1;
        match self {
            Self::Once { expected, replacement, .. } => {
                occurs_once(expected).then(|| text.replace(expected, replacement))
            }
            Self::Each { expected, replacement, .. } => {
                text.contains(expected).then(|| text.replace(expected, replacement))
            }
            Self::Constant { name, value, .. } => {
                let start = format!("pub const {name}: ");
                let (before, rest) = text.split_once(&start)?;
                let (kind, _) = rest.split_once(" = ")?;
                let (_, after) = rest.split_once(';')?;
                occurs_once(&start).then(|| format!("{before}{start}{kind} = {value};{after}"))
            }
            Self::File { text, .. } => Some(text.to_owned()),
        }
    }
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), String> {
    let path = folder.join(file);
    let failed = |error| format!("cannot write {file}: {error}");
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    // It may be a copy of a file that nobody may write.
    let _ = fs::remove_file(&path);
    fs::write(&path, text).map_err(failed)
}
