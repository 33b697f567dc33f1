//! Searches texts of any length, in constant memory.

use my_plugin_interface::{SearchError, Searches};

use plugix_guest::abi::Stream;
use plugix_guest::{Plugin, plugin};
use std::error::Error;

/// The plugin.
#[derive(Debug)]
pub struct Searcher;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Searcher {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Searches for Searcher {
    fn search(&self, lines: Stream<String>, word: &str) -> Stream<String> {
        let word = word.to_owned();
        // A stream that breaks off is an item, too: it is passed on.
        let wanted =
            move |line: &Result<String, _>| line.as_ref().map_or(true, |line| line.contains(&word));
        Stream::fallible(lines.filter(wanted))
    }

    fn count(&self, lines: Stream<String>) -> Result<u64, SearchError> {
        lines.into_iter().try_fold(0, |count, line| match line {
            Ok(_) => Ok(count + 1),
            Err(problem) => Err(SearchError::BrokenOff {
                problem: problem.to_string(),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&'static str]) -> Stream<String> {
        Stream::new(
            lines
                .iter()
                .map(|line| line.to_string())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn lines_with_the_word_are_found() {
        let found = Searcher.search(lines(&["one", "two", "three"]), "t");
        assert_eq!(
            found.collect::<Result<Vec<_>, _>>(),
            Ok(vec!["two".to_owned(), "three".to_owned()])
        );
    }

    #[test]
    fn lines_are_counted() {
        assert_eq!(Searcher.count(lines(&["one", "two"])), Ok(2));
    }
}
