//! Tests of what names lead to.

use super::*;
use crate::Halt;
use crate::testing::Reported;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::scope;

fn names(resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Names {
    Names::with(Resolver::with(Arc::new(resolve)))
}

fn resolve(names: &Names, host: &str, rules: &Network) -> Result<Vec<IpAddr>> {
    names.resolve(&Thread::new(&Halt::new()), host, rules, &())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_name_keeps_where_it_led_first() {
    let last = AtomicU8::new(0);
    let names = names(move |_| Ok(vec![[8, 8, 8, last.fetch_add(1, Ordering::Relaxed)].into()]));
    let rules = Network::new().connect_tcp("example.com:443").unwrap();
    assert_eq!(resolve(&names, "example.com", &rules), Ok(vec![ip("8.8.8.0")]));
    assert_eq!(resolve(&names, "EXAMPLE.com.", &rules), Ok(vec![ip("8.8.8.0")]));
    assert_eq!(names.of(ip("::ffff:8.8.8.0")), ["example.com"]);
    assert!(names.of(ip("8.8.8.1")).is_empty());
}

#[test]
fn a_name_never_leads_to_a_private_address_unless_a_rule_says_so() {
    let names = names(|_| Ok(vec![ip("127.0.0.1"), ip("::ffff:10.0.0.1")]));
    let rules = Network::new().connect_tcp("example.com:443").unwrap();
    assert_eq!(resolve(&names, "example.com", &rules), Err(Errno::Perm));
    let rules = rules.connect_tcp("10.0.0.0/8:1").unwrap();
    assert_eq!(resolve(&names, "example.com", &rules), Ok(vec![ip("10.0.0.1")]));
    let fixed = Network::new().connect_tcp("db.internal:1").unwrap().host("db.internal", [ip("10.0.0.5")]).unwrap();
    assert_eq!(resolve(&names, "db.internal", &fixed), Ok(vec![ip("10.0.0.5")]));
}

#[test]
fn no_other_name_reaches_the_resolver() {
    let names = names(|name| panic!("asked for {name}"));
    let rules = Network::new().connect_tcp("*.example.com:443").unwrap();
    let reported = Reported::default();
    let thread = Thread::new(&Halt::new());
    assert_eq!(names.resolve(&thread, "example.com", &rules, &reported), Err(Errno::Perm));
    assert_eq!(reported.take(), ["look up example.com"]);
    assert_eq!(resolve(&names, "example.com:80/..", &rules), Err(Errno::Inval));
    assert_eq!(resolve(&names, "10.0.0.1", &rules), Ok(vec![ip("10.0.0.1")]));
}

#[test]
fn a_resolver_that_fails_or_panics_is_an_answer() {
    let rules = Network::new().connect_tcp("example.com:443").unwrap();
    let failing = names(|_| Err(io::Error::other("no")));
    assert_eq!(resolve(&failing, "example.com", &rules), Err(Errno::Addrnotavail));
    let panicking = names(|_| panic!("as a test wants it"));
    assert_eq!(resolve(&panicking, "example.com", &rules), Err(Errno::Io));
}

#[test]
fn a_stop_ends_a_look_up_and_the_wait_for_one() {
    let (answer, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let asked = Arc::new(AtomicUsize::new(0));
    let (asking, asks) = (mpsc::channel::<()>(), asked.clone());
    let (begun, begins) = asking;
    let names = names(move |_| {
        asks.fetch_add(1, Ordering::Relaxed);
        let _ = begun.send(());
        // It ends when the test does.
        let _ = wait.lock().unwrap_or_else(PoisonError::into_inner).recv();
        Ok(vec![Ipv4Addr::LOCALHOST.into()])
    });
    let rules = Network::new().connect_tcp("*.example.com:443").unwrap();
    let halt = Halt::new();
    scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (names, rules, thread) = (&names, &rules, Thread::new(&halt));
                scope.spawn(move || names.resolve(&thread, &format!("{number}.example.com"), rules, &()))
            })
            .collect();
        begins.recv().unwrap();
        begins.recv().unwrap();
        halt.stop();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Err(Errno::Canceled));
        }
    });
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    drop(answer);
}
