//! Words of texts.

use crate::folder;
use std::collections::HashMap;
use std::path::PathBuf;
use word_count_interface::CountError;

/// How often each word occurs.
pub(crate) type Count = HashMap<String, u64>;

/// Counts the words of these files.
pub(crate) fn count(files: impl Iterator<Item = PathBuf>) -> Result<Count, CountError> {
    let mut count = Count::new();
    for file in files {
        add(&folder::read(&file)?, &mut count);
    }
    Ok(count)
}

/// Counts the words of a text: letters and digits, and apostrophes between them.
fn add(text: &str, count: &mut Count) {
    let text = text.to_lowercase();
    let parts = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    for word in parts.map(|part| part.trim_matches('\'')).filter(|word| !word.is_empty()) {
        match count.get_mut(word) {
            Some(times) => *times += 1,
            None => {
                count.insert(word.to_owned(), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_the_rest() {
        let mut count = Count::new();
        add("The sea! The 'sea', the whale's; and — ÄRGER, ärger. 42", &mut count);
        let expected = [("the", 3), ("sea", 2), ("whale's", 1), ("and", 1), ("ärger", 2), ("42", 1)];
        assert_eq!(count, expected.map(|(word, times)| (word.to_owned(), times)).into());
    }
}
