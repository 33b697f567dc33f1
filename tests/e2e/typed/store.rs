//! The host's side of [`Store`].

use plugix_e2e_contract::host::{Store, StoreError};
use plugix_host::{Error, Plugin};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};

/// Keeps values. Clones are the same store.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestStore(Arc<State>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) values: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Where all threads that put something meet first.
    meeting: Mutex<Option<Arc<Barrier>>>,
    /// The plugin that [`Store::call_back`] calls.
    pub(super) plugin: OnceLock<Weak<Plugin>>,
    /// What came of that.
    pub(super) called_back: OnceLock<Option<Error>>,
}

impl TestStore {
    /// So many callers meet before any of them puts something. With 0, nobody waits.
    pub(crate) fn meet(&self, count: usize) -> Arc<Barrier> {
        let meeting = Arc::new(Barrier::new(count));
        *self.meeting.lock().expect("nobody panics with it") = (count > 0).then(|| meeting.clone());
        meeting
    }
}

impl Deref for TestStore {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Store for TestStore {
    fn put(&self, key: &str, value: Vec<u8>) -> u64 {
        let meeting = self.meeting.lock().expect("nobody panics with it").clone();
        if let Some(meeting) = meeting {
            meeting.wait();
        }
        let mut values = self.values.lock().expect("nobody panics with it");
        values.insert(key.to_owned(), value);
        values.len() as u64
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        let values = self.values.lock().expect("nobody panics with it");
        values.get(key).cloned().ok_or_else(|| StoreError::Missing { key: key.to_owned() })
    }

    fn list(&self) -> BTreeMap<String, u64> {
        let values = self.values.lock().expect("nobody panics with it");
        values.iter().map(|(key, value)| (key.clone(), value.len() as u64)).collect()
    }

    fn panic(&self, message: &str) -> u64 {
        panic!("the store says {message}");
    }

    fn call_back(&self) -> String {
        let Some(plugin) = self.plugin.get().and_then(Weak::upgrade) else { return "nobody".to_owned() };
        let outcome = plugin.call::<_, u32>("Extra/text", &("four",));
        let error = match outcome {
            Ok(_) => None,
            Err(plugix_host::error::CallError::Failed(error)) => Some(error),
            Err(plugix_host::error::CallError::Returned(_)) => unreachable!("the method returns no errors"),
        };
        let words = error.as_ref().map_or_else(|| "no error".to_owned(), Error::to_string);
        let _ = self.called_back.set(error);
        words
    }

    fn later(&self) -> u32 {
        8
    }
}
