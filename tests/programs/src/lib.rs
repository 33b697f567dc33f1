//! Ordinary programs that run natively and as plugins. Natively is right: a test compares what both tell.

pub mod files;
pub mod foreign;
pub mod sockets;
mod told;
pub mod work;

use std::io;
use std::path::Path;

/// A program works in an empty folder, and tells what it saw there.
pub type Program = fn(&Path) -> io::Result<String>;

/// Programs and their names.
macro_rules! programs {
    ($($topic:ident::$module:ident::$name:ident),* $(,)?) => {
        /// The program of a name such as `files::times::both`.
        pub fn find(name: &str) -> Option<Program> {
            match name {
                $(concat!(stringify!($topic), "::", stringify!($module), "::", stringify!($name)) => {
                    Some($topic::$module::$name)
                })*
                _ => None,
            }
        }
    };
}

programs! {
    files::appending::four_handles,
    files::appending::one_handle,
    files::contents::holes,
    files::contents::positions,
    files::contents::random_reads,
    files::contents::removed_while_open,
    files::contents::truncated,
    files::contents::while_it_grows,
    files::creating::again_and_again,
    files::creating::folders,
    files::creating::on_eight_threads,
    files::creating::trees,
    files::errors::of_files,
    files::errors::of_folders,
    files::errors::of_full_folders,
    files::errors::of_names,
    files::errors::of_renaming,
    files::links::anywhere,
    files::links::hard,
    files::links::relative,
    files::listing::complete,
    files::listing::while_removing,
    files::locking::of_two,
    files::locking::on_threads,
    files::permissions::changed,
    files::permissions::of_new,
    files::permissions::told,
    files::random::calls,
    files::random::on_four_threads,
    files::replacing::a_cache,
    files::replacing::of_an_open_file,
    files::syncing::files,
    files::syncing::folders,
    files::times::both,
    sockets::datagrams::connected,
    sockets::datagrams::empty_and_large,
    sockets::datagrams::groups,
    sockets::datagrams::nonblocking,
    sockets::datagrams::options,
    sockets::datagrams::peeking,
    sockets::datagrams::timeouts,
    sockets::datagrams::unreachable,
    sockets::refused::connections,
    sockets::settings::foreign,
    sockets::settings::lingering,
    sockets::settings::options,
    sockets::settings::timeouts,
    sockets::streams::accepting,
    sockets::streams::both_ways,
    sockets::streams::half_closed,
    sockets::streams::on_ipv6,
    sockets::streams::parts,
    sockets::streams::peeking,
    foreign::pipes::ends,
    foreign::pipes::nonblocking,
    foreign::pipes::nonblocking_ones,
    foreign::pipes::of_std,
    foreign::pipes::threads,
    foreign::events::counted,
    foreign::events::semaphores,
    foreign::pairs::both_ways,
    foreign::pairs::half_closed,
    foreign::polls::readiness,
    foreign::polls::hang_ups,
    foreign::sets::data,
    foreign::sets::edges,
    foreign::sets::levels,
}
