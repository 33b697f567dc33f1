//! The second interface.

use crate::Echo;
use plugix_e2e_contract::endless::Endless;
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::host::Store;
use plugix_guest::abi::Stream;
use plugix_guest::{host, plugin, services};

#[plugin]
impl Extra for Echo {
    fn text(&self, text: &str) -> u32 {
        text.chars().count() as u32
    }

    fn broken(&self, count: u64) -> Stream<u64> {
        Stream::fallible((0..count).map(Ok).chain([Err("out of numbers")]))
    }

    fn panicking(&self, count: u64) -> Stream<u64> {
        Stream::new((0..).inspect(move |number| assert!(*number < count, "no numbers from {count} on")))
    }

    fn doubled(&self, numbers: Stream<u64>) -> Stream<u64> {
        Stream::fallible(numbers.map(|number| number.map(|number| number * 2)))
    }

    fn first(&self, mut numbers: Stream<u64>) -> Option<u64> {
        numbers.next()?.ok()
    }

    fn measure(&self, chunks: Stream<Vec<u8>>) -> u64 {
        chunks.map(|chunk| chunk.expect("the stream is whole").len() as u64).sum()
    }

    fn dropped(&self) -> u32 {
        Endless::dropped() as u32
    }

    fn endless(&self) -> Stream<u64> {
        Stream::new(Endless::default())
    }

    fn work(&self) -> u64 {
        let mut rounds = 0;
        while !services::is_cancelled() {
            rounds += 1;
            services::progress(rounds, 0, "round");
        }
        rounds
    }

    fn log_all(&self) {
        log::error!("an error");
        log::warn!("a warning");
        log::info!("information");
        log::debug!("debugging");
        log::trace!("a trace");
    }

    fn call_back(&self) -> String {
        host::<dyn Store>().call_back().unwrap_or_else(|error| error.to_string())
    }
}
