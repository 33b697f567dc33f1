//! Interfaces may have any name, and one crate may have several versions of an interface.

mod loopback;

use loopback::Loopback;
use plugix_abi::interface;
use plugix_abi::interface::{Interface as _, Version};

/// Letters that generated code might take for its own.
#[interface(version = "1.0")]
trait T {
    fn twice(&self, number: u32) -> u32 {
        2 * number
    }
}

#[interface(version = "1.0")]
trait C {
    fn list(&self, text: &str) -> Vec<String>;
}

#[interface(version = "1.0")]
trait O {
    fn or(&self, a: bool, b: bool) -> Result<bool, String>;
}

struct Letters;

impl T for Letters {}

impl C for Letters {
    fn list(&self, text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }
}

impl O for Letters {
    fn or(&self, a: bool, b: bool) -> Result<bool, String> {
        Ok(a || b)
    }
}

/// The versions differ in nothing but their numbers.
mod v1 {
    #[plugix_abi::interface(version = "1.0")]
    pub(crate) trait Pages {
        fn count(&self) -> u32;
    }
}

mod v2 {
    #[plugix_abi::interface(version = "2.0")]
    pub(crate) trait Pages {
        fn count(&self) -> u32;
    }
}

struct Book;

impl v1::Pages for Book {
    fn count(&self) -> u32 {
        1
    }
}

impl v2::Pages for Book {
    fn count(&self) -> u32 {
        2
    }
}

#[test]
fn letters() {
    assert_eq!(<dyn T>::client(Loopback::<dyn T>::new(&Letters)).twice(4), Ok(8));
    assert_eq!(<dyn C>::client(Loopback::<dyn C>::new(&Letters)).list("ab"), Ok(vec!["a".into(), "b".into()]));
    assert_eq!(<dyn O>::client(Loopback::<dyn O>::new(&Letters)).or(true, false), Ok(true));
}

#[test]
fn two_versions_beside_each_other() {
    let [old, new] = [<dyn v1::Pages>::INFO, <dyn v2::Pages>::INFO];
    assert_eq!(old.name, new.name);
    assert_eq!((old.version, new.version.major), (Version { major: 1, minor: 0, patch: 0 }, 2));
    assert_eq!(<dyn v1::Pages>::client(Loopback::<dyn v1::Pages>::new(&Book)).count(), Ok(1));
    assert_eq!(<dyn v2::Pages>::client(Loopback::<dyn v2::Pages>::new(&Book)).count(), Ok(2));
}
