//! Shared calls that ask their host: at the same time, and back into the plugin.

use super::{builder, share};
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::Error;
use plugix_host::error::Overload;
use plugix_host::plugin::SharedPlugin;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;

/// Lets nobody go before all have come.
struct Together(Barrier);

impl Oracle for Together {
    fn answer(&self, question: u32) -> u32 {
        self.0.wait();
        question + 1
    }
}

#[test]
fn host_functions_run_at_the_same_time() -> Result<()> {
    let oracle = <dyn Oracle>::provider(Together(Barrier::new(4)));
    let (_plugin, client) = share(builder().provide(oracle), 4)?;
    thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|at| {
                scope.spawn({
                    let client = &client;
                    move || client.ask(at)
                })
            })
            .collect();
        for (at, call) in (1..).zip(calls) {
            assert_eq!(call.join().expect("the thread is well").map_err(|error| anyhow::anyhow!("{error}"))?, at);
        }
        Ok(())
    })
}

/// Asks the plugin back until there are no more questions.
struct Back(Arc<OnceLock<SharedPlugin>>);

impl Oracle for Back {
    fn answer(&self, question: u32) -> u32 {
        let plugin = self.0.get().expect("it is set");
        let client = plugin.bind::<dyn Shared>();
        match (question, client) {
            (0, _) => 0,
            (_, Err(Error::Overloaded(Overload::WithinACall { count: 3 }))) => 1000,
            (_, Err(error)) => panic!("{error}"),
            (_, Ok(client)) => match client.ask(question - 1) {
                Ok(deep) => deep + 1,
                Err(error) => panic!("{error}"),
            },
        }
    }
}

#[test]
fn a_host_function_calls_back_and_never_waits_for_itself() -> Result<()> {
    let cell = Arc::new(OnceLock::new());
    let (plugin, client) = share(builder().provide(<dyn Oracle>::provider(Back(cell.clone()))), 3)?;
    cell.set(plugin).expect("it is not set");
    assert_eq!(client.ask(2).map_err(|error| anyhow::anyhow!("{error}"))?, 2);
    // There is no fourth worker, and nobody to wait for.
    assert_eq!(client.ask(9).map_err(|error| anyhow::anyhow!("{error}"))?, 1002);
    assert_matches!(client.nothing(), Ok::<(), Error>(()));
    Ok(())
}
