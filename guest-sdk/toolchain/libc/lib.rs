//! Functions in the place of wasix-libc's, where those aren't what a Unix program expects.
//!
//! The toolchain compiles them to one object, and links it before the C library. The linker gives the callers of `NAME`
//! the `__wrap_NAME` from here (`--wrap`), and leaves out what nobody calls. Nothing here panics: with link-time
//! optimization, the functions of `core` that a panic needs are in no library that could be linked.
//!
//! The modules that are made with these run elsewhere too: what is more than WASIX is only used if the host has it.

#![no_std]
#![feature(asm_experimental_arch, thread_local)]
#![allow(internal_features)]

mod addresses;
mod calls;
mod descriptors;
mod epoll;
mod errno;
mod jumps;
mod locks;
mod option_get;
mod option_set;
mod options;
mod paths;
mod poll;
mod signals;
mod stat;
mod threads;
