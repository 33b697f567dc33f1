//! What the host decodes for a plugin ends with the plugin.

use anyhow::{Result, ensure};
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::bench::{Bench, DECODED};
use plugix_e2e_contract::host::Adder;
use plugix_host::error::StopReason;
use plugix_host::plugin::CancelHandle;
use plugix_host::{Error, Plugin};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Words of a call, and how many of them are decoded when the plugin is stopped.
const WORDS: u32 = 1 << 20;
const UNTIL: u32 = 1000;

struct HostAdder;

impl Adder for HostAdder {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

/// Stops the plugin in the midst of decoding what the call makes the host decode. Both calls are one test: what is told of
/// each word is the process's.
#[test]
fn results_and_arguments_are_decoded_no_further() -> Result<()> {
    static STOP: Mutex<Option<CancelHandle>> = Mutex::new(None);
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let counted = DECODED.set(Box::new(|| {
        if COUNT.fetch_add(1, Ordering::Relaxed) == UNTIL {
            STOP.lock().expect("no panic").take().expect("there is a plugin").cancel();
        }
    }));
    ensure!(counted.is_ok(), "another test counts words");
    for returned in [true, false] {
        COUNT.store(0, Ordering::Relaxed);
        let plugin =
            Plugin::builder(&guest("bench")).config(&0_u32).provide(<dyn Adder>::provider(HostAdder)).start()?;
        *STOP.lock().expect("no panic") = Some(plugin.cancel_handle());
        let bench = plugin.bind::<dyn Bench>()?;
        let outcome = if returned { bench.words(WORDS).map(drop) } else { bench.give_words(WORDS) };
        assert_matches!(outcome, Err(Error::Stopped(StopReason::Cancelled)));
        let decoded = COUNT.load(Ordering::Relaxed);
        ensure!((UNTIL..WORDS / 2).contains(&decoded), "{decoded} words, returned: {returned}");
    }
    Ok(())
}
