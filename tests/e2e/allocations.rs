//! Small calls take nothing from the heap, neither the host's nor the plugin's.

// The allocator that the tests of `plugix-abi` count with.
#[path = "../../abi/tests/counting/mod.rs"]
mod counting;

use anyhow::Result;
use plugix_e2e::{assert_matches, plugin};
use plugix_e2e_contract::small::Small;
use plugix_host::Policy;
use plugix_host::error::CallError;

#[test]
fn small_calls_take_nothing_from_either_heap() -> Result<()> {
    let plugin = plugin("small", &Policy::new());
    let client = plugin.bind::<dyn Small>()?;
    /// What a call takes: blocks of the host's heap, and of the plugin's.
    macro_rules! taken {
        ($call:expr) => {{
            // The engine keeps what a thread's first call takes.
            let _ = $call;
            let host = counting::allocations();
            let plugin = client.allocations()?;
            let result = $call;
            let host = counting::allocations() - host;
            (result, host, client.allocations()? - plugin)
        }};
    }
    assert_matches!(taken!(client.nothing()), (Ok(()), 0, 0));
    assert_matches!(taken!(client.flag(true)), (Ok(true), 0, 0));
    assert_matches!(taken!(client.four(1, 2, true, 4.0)), (Ok(8), 0, 0));
    assert_matches!(taken!(client.length("four", &[0; 60], (&[1, 2][..]).into())), (Ok(66), 0, 0));
    let refused = taken!(client.length("", &[], (&[][..]).into()));
    assert_matches!(refused, (Err(CallError::Returned(1)), 0, 0));
    assert_matches!(taken!(client.pair(7)), (Ok((7, Some('Σ'))), 0, 0));
    // One for the value that the method makes, one for the copy that the caller gets.
    assert_matches!(taken!(client.echo(&[7; 64])), (Ok(bytes), 1, 1) if bytes == &[7; 64]);
    Ok(())
}
