//! Real modules in a real host. Each topic has a module here. Its fixtures have the same name in `../guests` (plugins
//! and programs) or in `../modules` (WebAssembly text).

mod admission;
mod allocations;
mod artifacts;
mod asynchronous;
mod bulk;
mod cache;
mod calls;
mod capture;
mod clock;
mod command;
mod detection;
mod ends;
mod environment;
mod events;
mod files;
mod hostile;
mod leaks;
mod lies;
mod memory;
mod net;
mod output;
mod panics;
mod policy_toml;
mod pool;
mod protocol;
mod raw;
mod refusals;
mod registers;
mod shared;
mod soak;
mod stop;
mod storage;
mod threads;
mod typed;
mod usage;
