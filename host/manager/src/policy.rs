//! From what a plugin was granted to what it may do.
//!
//! ```
//! use plugix_host::Policy;
//! use plugix_manager::policy::policy;
//! use plugix_manager::store::grants::requests::Access;
//! use plugix_manager::store::grants::{Allowed, Grant};
//!
//! let mut grant = Grant::new();
//! grant.add(Allowed::folder("/srv/books", "/books", Access::ReadOnly, None)?);
//! let policy = policy(&grant, &Policy::new().inherit_output())?;
//! # drop(policy);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use plugix_host::Policy;
use plugix_host::policy::{self, Network, NetworkRuleError};
use plugix_store::grants::requests::{Access, Item, Kind, LimitKind, NetworkKind, Version};
use plugix_store::grants::{Allowed, Grant};
use std::time::Duration;
use thiserror::Error as ThisError;

/// Why a grant makes no policy.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum GrantPolicyError {
    /// A rule is none.
    #[error(transparent)]
    Network(#[from] NetworkRuleError),
    /// The host shows the plugin something else in the place of a folder that was granted.
    #[error(
        "a {granted} was granted, and this host has a {there} for all plugins: take the grant back, and grant another place"
    )]
    Place {
        /// What was granted.
        granted: String,
        /// What the base policy has in this place.
        there: String,
    },
    /// This version can't allow that.
    #[error("a policy can't allow to {0}")]
    Unsupported(Item),
}

type Rule = fn(Network, &str) -> Result<Network, NetworkRuleError>;

/// What a network rule becomes.
const NETWORK: [(NetworkKind, Rule); 6] = [
    (NetworkKind::ConnectTcp, Network::connect_tcp),
    (NetworkKind::ConnectUdp, Network::connect_udp),
    (NetworkKind::ListenTcp, Network::listen_tcp),
    (NetworkKind::ListenUdp, Network::listen_udp),
    (NetworkKind::ConnectUnix, |network, path| network.connect_unix(path)),
    (NetworkKind::ListenUnix, |network, path| network.listen_unix(path)),
];

type Limit = fn(Policy, u64) -> Policy;

/// What a limit becomes. A number that is too large for its place is the largest there.
const LIMITS: [(LimitKind, Limit); 12] = [
    (LimitKind::Memory, Policy::memory),
    (LimitKind::Stack, |policy, bytes| policy.stack(count(bytes))),
    (LimitKind::TableEntries, |policy, entries| policy.table_entries(count32(entries))),
    (LimitKind::Exceptions, Policy::exceptions),
    (LimitKind::Threads, |policy, threads| policy.threads(count(threads))),
    (LimitKind::OpenFiles, |policy, files| policy.max_open_files(count32(files))),
    (LimitKind::Sockets, |policy, sockets| {
        let network = policy.allowed_network().clone().sockets(count(sockets));
        policy.network(network)
    }),
    (LimitKind::KeptOutput, |policy, bytes| policy.output_limit(count(bytes))),
    (LimitKind::Result, |policy, bytes| policy.result_limit(count32(bytes))),
    (LimitKind::Argument, |policy, bytes| policy.argument_limit(count32(bytes))),
    (LimitKind::Start, |policy, milliseconds| policy.start_deadline(Duration::from_millis(milliseconds))),
    (LimitKind::Call, |policy, milliseconds| policy.call_deadline(Duration::from_millis(milliseconds))),
];

/// A policy that allows what the base allows, and what was granted. A limit that was granted is the policy's, whether it is
/// more or less than the base's. What was refused adds nothing. Interfaces are no matter of policies: see [`interfaces`].
///
/// A folder that the base shows in the same place stays as it is if it gives all that was granted. If it is another folder, or
/// gives less, there is no policy: nobody would know which of the two the plugin sees.
///
/// # Errors
/// [`GrantPolicyError`] says what can't be allowed. Nothing is left out silently.
pub fn policy(grant: &Grant, base: &Policy) -> Result<Policy, GrantPolicyError> {
    grant.allowed().try_fold(base.clone(), allow)
}

/// The interfaces that the plugin may call: their names, and the earliest version that does.
pub fn interfaces(grant: &Grant) -> impl Iterator<Item = (&str, Version)> {
    grant.allowed().filter_map(|allowed| match allowed.item() {
        Item::Interface { name, version } => Some((name.as_str(), *version)),
        _ => None,
    })
}

/// The kinds that have a row here.
pub fn kinds() -> impl Iterator<Item = Kind> {
    let others = [Kind::Folder, Kind::Scratch, Kind::Env, Kind::Interface];
    let network = NETWORK.iter().map(|(kind, _)| Kind::Network(*kind));
    others.into_iter().chain(network).chain(LIMITS.iter().map(|(kind, _)| Kind::Limit(*kind)))
}

fn allow(policy: Policy, allowed: &Allowed) -> Result<Policy, GrantPolicyError> {
    let unsupported = || GrantPolicyError::Unsupported(allowed.item().clone());
    Ok(match allowed.item() {
        Item::Folder { guest, access, size } => {
            let host = allowed.host().ok_or_else(unsupported)?;
            mounted(policy, guest, |policy| match (access, size) {
                (Access::ReadOnly, _) => policy.mount(host, guest, policy::Access::ReadOnly),
                (Access::ReadWrite, None) => policy.mount(host, guest, policy::Access::ReadWrite),
                (Access::ReadWrite, Some(size)) => policy.mount_limited(host, guest, *size),
            })?
        }
        Item::Scratch { guest, size } => mounted(policy, guest, |policy| policy.scratch(guest, *size))?,
        Item::Env { name, value: Some(value) } => policy.env(name, value),
        // A variable that the host doesn't have, or that is no text, is one that the plugin doesn't have.
        Item::Env { name, value: None } => match std::env::var(name) {
            Ok(value) => policy.env(name, value),
            Err(_) => policy,
        },
        Item::Network { kind, rule } => {
            let (_, add) = NETWORK.iter().find(|(row, _)| row == kind).ok_or_else(unsupported)?;
            let network = add(policy.allowed_network().clone(), rule)?;
            policy.network(network)
        }
        Item::Limit { kind, amount } => {
            let (_, limit) = LIMITS.iter().find(|(row, _)| row == kind).ok_or_else(unsupported)?;
            limit(policy, *amount)
        }
        Item::Interface { .. } => policy,
        Item::Unknown { .. } => return Err(unsupported()),
    })
}

/// Shows the plugin something, unless the policy shows it already.
fn mounted(policy: Policy, guest: &str, show: impl Fn(Policy) -> Policy) -> Result<Policy, GrantPolicyError> {
    let Some(there) = policy.mounted_at(guest) else { return Ok(show(policy)) };
    let alone = show(Policy::new());
    match alone.mounted_at(guest) {
        Some(granted) if !there.covers(granted) => {
            Err(GrantPolicyError::Place { granted: granted.to_string(), there: there.to_string() })
        }
        _ => Ok(policy),
    }
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn count32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    fn folder(host: &str, guest: &str, access: Access, size: Option<u64>) -> Grant {
        let mut grant = Grant::new();
        grant.add(Allowed::folder(host, guest, access, size).expect("it can be granted"));
        grant
    }

    fn scratch(size: u64) -> Grant {
        let mut grant = Grant::new();
        let item = Item::Scratch { guest: "/tmp".to_owned(), size };
        grant.add(Allowed::new(item).expect("it can be granted"));
        grant
    }

    #[test]
    fn a_place_of_the_base_stays_if_it_gives_what_was_granted() {
        let base = Policy::new()
            .mount("/srv/books", "/books/", policy::Access::ReadOnly)
            .mount_limited("/srv/data", "/data", 2 * MB)
            .scratch("/tmp", MB);
        for fits in [
            folder("/srv/books", "/books", Access::ReadOnly, None),
            folder("/srv/data", "/data", Access::ReadOnly, None),
            folder("/srv/data", "/data", Access::ReadWrite, Some(MB)),
            folder("/srv/books", "/books/old", Access::ReadWrite, None),
            scratch(MB),
        ] {
            policy(&fits, &base).expect("it fits");
        }
        for differs in [
            folder("/srv/others", "/books", Access::ReadOnly, None),
            folder("/srv/books", "/books", Access::ReadWrite, None),
            folder("/srv/data", "/data", Access::ReadWrite, None),
            folder("/srv/data", "/tmp", Access::ReadOnly, None),
            scratch(2 * MB),
        ] {
            assert!(matches!(policy(&differs, &base), Err(GrantPolicyError::Place { .. })), "{differs:?}");
        }
        let error = policy(&folder("/srv/others", "/books", Access::ReadOnly, None), &base).expect_err("it differs");
        let text = error.to_string();
        assert!(
            text.contains("read-only mount /srv/others at /books") && text.contains("mount /srv/books at /books/"),
            "{text}"
        );
    }
}
