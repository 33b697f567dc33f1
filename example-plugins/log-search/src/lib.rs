//! Searches logs of any length, in constant memory.

use log_search_interface::{Hit, LogSearch, SearchError};
use plugix_guest::abi::{Stream, StreamError};
use plugix_guest::{Plugin, plugin};
use std::error::Error;

struct Searcher;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Searcher {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

// ANCHOR: streams
#[plugin]
impl LogSearch for Searcher {
    fn search(&self, lines: Stream<String>, text: &str) -> Stream<Hit> {
        let text = text.to_owned(); // the stream outlives the call
        let hits = (1..).zip(lines).filter_map(move |(number, line)| match line {
            Ok(line) => line.contains(&text).then_some(Ok(Hit { number, line })),
            Err(broken) => Some(Err(broken)), // the host is told why the log ends here
        });
        Stream::fallible(hits)
    }

    fn longest(&self, mut lines: Stream<String>) -> Result<u64, SearchError> {
        let longest = lines.try_fold(0, |longest, line| Ok(longest.max(line?.len() as u64)));
        longest.map_err(|broken: StreamError| SearchError::BrokenOff { problem: broken.to_string() })
    }
}
// ANCHOR_END: streams

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&'static str]) -> Stream<String> {
        Stream::new(lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn lines_are_found_with_their_numbers() {
        let found: Result<Vec<_>, _> = Searcher.search(log(&["start", "error: disk", "end"]), "error").collect();
        assert_eq!(found, Ok(vec![Hit { number: 2, line: "error: disk".to_owned() }]));
    }

    #[test]
    fn a_log_that_breaks_off_is_told() {
        let broken = || Stream::fallible([Ok("start".to_owned()), Err("the disk is gone")]);
        let problem = "the stream broke off: the disk is gone".to_owned();
        assert_eq!(Searcher.longest(broken()), Err(SearchError::BrokenOff { problem }));
        assert_eq!(Searcher.search(broken(), "error").count(), 1);
        assert_eq!(Searcher.longest(log(&["start", "end"])), Ok(5));
    }
}
