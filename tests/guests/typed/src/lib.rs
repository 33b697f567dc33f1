//! Every kind of argument and result, there and back.

mod extra;

use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::host::Store;
use plugix_e2e_contract::typed::{DivideError, Everything, Typed};
use plugix_guest::abi::{PodSlice, PodVec, Stream};
use plugix_guest::{Plugin, host, plugin, services, uses};
use std::error::Error;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

uses!(Store);

#[derive(Default)]
struct Echo {
    lock: Mutex<u32>,
}

#[plugin(description = "Returns what it is given", threads = 8)]
impl Plugin for Echo {
    /// Text that it refuses to start with, if there is any.
    type Config = Option<String>;

    fn new(refusal: Option<String>) -> Result<Self, Box<dyn Error>> {
        match refusal {
            Some(refusal) if refusal == "panic" => panic!("the constructor panics"),
            Some(refusal) => Err(refusal.into()),
            None => Ok(Self::default()),
        }
    }

    fn unload(&self) {
        // A host that doesn't take it can't be told.
        let _ = host::<dyn Store>().put("unloaded", Vec::new());
    }
}

#[plugin]
impl Typed for Echo {
    fn everything(&self, value: Everything) -> Everything {
        value
    }

    fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn fraction(&self, bits: f64) -> f64 {
        bits
    }

    fn points(&self, points: PodSlice<'_, Point>) -> PodVec<Point> {
        points.to_vec().into()
    }

    fn divide(&self, dividend: i64, divisor: i64) -> Result<i64, DivideError> {
        match divisor {
            0 => Err(DivideError::ByZero),
            _ => dividend.checked_div(divisor).ok_or(DivideError::Overflow { dividend }),
        }
    }

    fn panic(&self, message: &str) {
        panic!("{message}");
    }

    fn catch(&self, times: u32) -> u32 {
        let caught = |time: &u32| catch_unwind(|| panic!("{}", time.to_string())).is_err();
        (0..times).filter(caught).count() as u32
    }

    fn poison(&self, panic: bool) -> bool {
        let poisoned = self.lock.is_poisoned();
        let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!panic, "poisoned on purpose");
        poisoned
    }

    fn fill_store(&self, threads: u32) -> Vec<String> {
        let put = |i: u32| {
            let key = format!("key {i}");
            host::<dyn Store>().put(&key, vec![i as u8; i as usize * 1000]).map(|_| key)
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|i| scope.spawn(move || put(i))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic").expect("the store takes it")).collect()
        })
    }

    fn look_up(&self, key: &str) -> String {
        let store = host::<dyn Store>();
        format!("{:?} of {:?}", store.get(key).map(|value| value.len()), store.list().map(|list| list.len()))
    }

    fn bad_host(&self) -> Vec<String> {
        let store = host::<dyn Store>();
        vec![format!("{:?}", store.panic("no")), format!("{:?}", store.call_back()), format!("{:?}", store.later())]
    }

    fn services(&self, thread: &str) -> bool {
        let record = || {
            log::info!(count = 3; "a record");
            log::trace!("too much");
        };
        thread::Builder::new().name(thread.to_owned()).spawn(record).expect("a thread").join().expect("no panic");
        services::progress(1, 2, "half");
        services::is_cancelled()
    }

    fn count_to(&self, count: u64) -> Stream<u64> {
        Stream::new(0..count)
    }

    fn sum(&self, numbers: Stream<u64>) -> Result<u64, String> {
        numbers.map(|number| number.map_err(|error| error.to_string())).sum()
    }

    fn chunks(&self, count: u32, len: u32) -> Stream<Vec<u8>> {
        Stream::new((0..count).map(move |i| vec![i as u8; len as usize]))
    }
}
