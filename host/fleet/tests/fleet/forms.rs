//! Interfaces that change: hosts and clients of several versions in one fleet.

use crate::kit::*;
use plugix_abi::interface;
use plugix_fleet::Error;
use plugix_fleet::serve::Server;
use plugix_nats::Server as Nats;
use std::sync::Arc;
use std::time::Duration;

mod old {
    /// The interface as it was.
    #[plugix_abi::interface(version = "1.0", name = "Names")]
    pub(crate) trait Names {
        /// A greeting.
        fn greet(&self, name: &str, times: u8) -> String;
    }
}

mod new {
    /// The interface as it is: a method has another name, and one came.
    #[plugix_abi::interface(version = "1.1", name = "Names")]
    pub(crate) trait Names {
        /// A greeting.
        #[was("greet")]
        fn welcome(&self, name: &str, times: u8) -> String;
        /// A farewell.
        #[since("1.1")]
        fn farewell(&self, name: &str) -> String;
    }
}

struct Old;

impl old::Names for Old {
    fn greet(&self, name: &str, times: u8) -> String {
        format!("old {name} {times}")
    }
}

struct New;

impl new::Names for New {
    fn welcome(&self, name: &str, times: u8) -> String {
        format!("new {name} {times}")
    }

    fn farewell(&self, name: &str) -> String {
        format!("bye {name}")
    }
}

#[test]
fn clients_follow_what_the_hosts_have() {
    let nats = Nats::start().unwrap();
    let fleet = connect(&nats.url());
    let server = Server::builder(&fleet, "one").build().unwrap();
    let before = server.serve("names", Native::<dyn old::Names>::new(<dyn old::Names>::provider(Old), 4)).unwrap();
    let client = fleet.bind::<dyn new::Names>().unwrap();
    assert_eq!(client.welcome("a", 2).unwrap(), "old a 2");
    assert!(!client.has_farewell());
    let error = client.farewell("a").unwrap_err();
    assert!(matches!(error, Error::NotProvided { .. }), "{error}");
    // The next version comes, and the old one goes: the same client goes on.
    let _after = server.serve("names", Native::<dyn new::Names>::new(<dyn new::Names>::provider(New), 4)).unwrap();
    before.stop(Duration::from_secs(5));
    assert_eq!(client.welcome("a", 2).unwrap(), "new a 2");
    assert_eq!(fleet.bind::<dyn new::Names>().unwrap().farewell("a").unwrap(), "bye a");
    assert_eq!(fleet.bind::<dyn old::Names>().unwrap().greet("a", 2).unwrap(), "new a 2");
}

#[test]
fn both_versions_serve_side_by_side() {
    let nats = Nats::start().unwrap();
    let fleet = connect(&nats.url());
    let server = Server::builder(&fleet, "one").build().unwrap();
    let _old = server.serve("old", Native::<dyn old::Names>::new(<dyn old::Names>::provider(Old), 4)).unwrap();
    let _new = server.serve("new", Native::<dyn new::Names>::new(<dyn new::Names>::provider(New), 4)).unwrap();
    let client = fleet.bind::<dyn new::Names>().unwrap();
    for _ in 0..30 {
        let greeting = client.welcome("a", 2).unwrap();
        assert!(["old a 2", "new a 2"].contains(&&*greeting), "{greeting}");
    }
}

#[interface(version = "2.0", name = "Work")]
pub(crate) trait Other {
    /// Another one.
    fn echo(&self, bytes: &[u8]) -> Vec<u8>;
}

mod broken {
    #[plugix_abi::interface(version = "1.2", name = "Work")]
    pub(crate) trait Work {
        /// The argument is of another type.
        fn echo(&self, number: u64) -> Vec<u8>;
    }
}

#[test]
fn other_versions_and_forms_that_do_not_fit_are_named() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let error = fleet.bind::<dyn Other>().map(drop).unwrap_err().to_string();
    assert!(error.contains("no host serves `Work 2`"), "{error}");
    let Err(Error::Interface(error)) = fleet.bind::<dyn broken::Work>().map(drop) else { panic!("it does not fit") };
    assert!(error.to_string().contains("echo"), "{error}");
}
