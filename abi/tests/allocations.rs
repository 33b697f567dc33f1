//! Small calls take nothing from the heap, neither to send nor to receive.

mod counting;
mod loopback;

use loopback::Loopback;
use plugix_abi::interface::Interface;
use plugix_abi::{PodSlice, interface};

#[interface(version = "1")]
trait Small {
    fn nothing(&self);
    fn add(&self, a: u32, b: u32) -> u32;
    fn len(&self, text: &str, bytes: &[u8]) -> Result<u64, u8>;
    fn sum(&self, samples: PodSlice<'_, u64>) -> (u64, Option<char>);
    fn make(&self) -> String;
}

struct Plain;

impl Small for Plain {
    fn nothing(&self) {}

    fn add(&self, a: u32, b: u32) -> u32 {
        a + b
    }

    fn len(&self, text: &str, bytes: &[u8]) -> Result<u64, u8> {
        if text.is_empty() { Err(1) } else { Ok((text.len() + bytes.len()) as u64) }
    }

    fn sum(&self, samples: PodSlice<'_, u64>) -> (u64, Option<char>) {
        (samples.iter().sum(), Some('Σ'))
    }

    fn make(&self) -> String {
        "made".into()
    }
}

fn allocations<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = counting::allocations();
    let value = run();
    (value, counting::allocations() - before)
}

#[test]
fn small_calls_allocate_nothing() {
    let client = <dyn Small>::client(Loopback::<dyn Small>::new(&Plain));
    assert_eq!(allocations(|| client.nothing().is_ok()), (true, 0));
    assert_eq!(allocations(|| client.add(2, 3).unwrap()), (5, 0));
    assert_eq!(allocations(|| client.len("four", &[0; 60]).unwrap()), (64, 0));
    assert_eq!(allocations(|| client.len("", &[]).is_err()), (true, 0));
    assert_eq!(allocations(|| client.sum((&[1, 2, 3][..]).into()).unwrap()), ((6, Some('Σ')), 0));
    // One for the value that the method makes, one for the copy that the caller gets.
    assert_eq!(allocations(|| client.make().unwrap()), ("made".into(), 2));
}
