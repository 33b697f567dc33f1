//! Fleets with real servers of NATS. What answers is Rust code of the tests; the tests with plugins are in `tests/e2e/fleet`.

mod callers;
mod calls;
mod faults;
mod forms;
mod kit;
mod logins;
mod raw;
mod ship;
