//! A file that says beforehand what may be granted.

use super::text::{allowed_keys, read_allowed};
use super::{Allowed, Answer, Decision, GrantsError, GrantsTextError, Prompt, PromptError, Question};
use plugix_requests::SECTIONS;
use plugix_requests::document::{Document, Section};
use std::path::Path;

/// What may be granted to a plugin that asks for it. What isn't here is refused.
///
/// ```
/// use plugix_store::grants::Prepared;
///
/// let prepared = Prepared::from_toml(
///     r#"
///     [[folders]]
///     guest = "/books"
///     access = "read-only"
///     host = "books" # from the file's folder on
///
///     [[network]]
///     connect-tcp = "*.example.com:443"
///
///     [[limits]]
///     memory = "512 MiB"
///     "#,
///     "/home/ada",
/// )?;
/// assert_eq!(prepared.allowed().len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared(Vec<Allowed>);

impl Prepared {
    /// Reads text. Paths of the host's are relative to `folder`.
    ///
    /// # Errors
    /// [`GrantsTextError`] says what is wrong, where it is, and what to write instead.
    pub fn from_toml(text: &str, folder: impl AsRef<Path>) -> Result<Self, GrantsTextError> {
        read(&Document { text, file: None, folder: folder.as_ref() })
    }

    /// Reads a file. Paths of the host's are relative to the file's folder.
    ///
    /// # Errors
    /// [`GrantsError::Io`] or [`GrantsError::Text`]
    pub fn from_toml_file(path: impl AsRef<Path>) -> Result<Self, GrantsError> {
        let path = path.as_ref();
        let failed = |source| GrantsError::Io { what: "read", path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let folder = std::path::absolute(path).map_err(failed)?;
        let folder = folder.parent().unwrap_or(Path::new("/"));
        Ok(read(&Document { text: &text, file: Some(path), folder })?)
    }

    /// What may be granted.
    pub fn allowed(&self) -> &[Allowed] {
        &self.0
    }
}

fn read(document: &Document<'_>) -> Result<Prepared, GrantsTextError> {
    let root = document.parse()?;
    let top = Section::top(document, &root, SECTIONS)?;
    let mut allowed = Vec::new();
    for section in SECTIONS {
        let Some(list) = top.get(section) else { continue };
        for table in list.tables(&allowed_keys(section))? {
            allowed.push(read_allowed(section, &table)?);
        }
    }
    Ok(Prepared(allowed))
}

impl Prompt for Prepared {
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
        let decide = |request: &plugix_requests::Request| {
            let within = self.0.iter().find_map(|allowed| allowed.within(&request.item));
            within.map_or(Decision::Refused, Decision::Allowed)
        };
        Ok(Answer { decisions: question.asked.iter().map(decide).collect(), added: Vec::new() })
    }
}
