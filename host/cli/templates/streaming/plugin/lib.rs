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

    /// Through the interface, as a host calls it: lines go there and come back in chunks.
    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn a_host_gets_what_it_asks_for() -> Result<(), Box<dyn Error>> {
        use plugix_guest::testing;

        let searcher = testing::client(<dyn Searches>::provider(Searcher));
        // Nobody holds all of these lines.
        let numbers = (0_u64..).map(|number| number.to_string());
        let mut found = searcher.search(Stream::new(numbers), "77")?;
        assert_eq!(found.next(), Some(Ok("77".to_owned())));
        assert_eq!(found.nth(1), Some(Ok("277".to_owned())));
        let broken = Stream::fallible([Ok("one".to_owned()), Err("the disk is gone")]);
        assert!(searcher.count(broken).is_err());
        Ok(())
    }
}
