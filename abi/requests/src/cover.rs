//! What covers what: whether one thing allows all that another one would.

use crate::network::Rule;
use crate::{Access, Item};

impl Item {
    /// Whether whoever has this has the other one as well. Nothing covers what is unknown, and it covers nothing.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder { guest, access, size }, Self::Folder { guest: other_guest, access: asked, size: other }) => {
                guest == other_guest && access >= asked && (*asked == Access::ReadOnly || size_covers(*size, *other))
            }
            (Self::Scratch { guest, size }, Self::Scratch { guest: other_guest, size: other }) => {
                guest == other_guest && size >= other
            }
            // The value is the host's choice. A plugin that has the variable has no more with another value of its own.
            (Self::Env { name, .. }, Self::Env { name: other, .. }) => name == other,
            (Self::Network { kind, rule }, Self::Network { kind: other_kind, rule: other }) => {
                kind == other_kind && rule_covers(kind.is_unix(), rule, other)
            }
            (Self::Limit { kind, amount }, Self::Limit { kind: other_kind, amount: other }) => {
                kind == other_kind && amount >= other
            }
            // A later version has methods that this one lacks, and another major version is another interface.
            (Self::Interface { name, version }, Self::Interface { name: other_name, version: other }) => {
                name == other_name && version.major == other.major && version.minor >= other.minor
            }
            _ => false,
        }
    }

    /// What both allow. `None` if they have nothing in common, or nothing that can be said as one thing. What this one says
    /// of a variable's value counts.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Folder { guest, access, size }, Self::Folder { guest: same, access: asked, size: other })
                if guest == same =>
            {
                let access = *access.min(asked);
                let size = match access {
                    Access::ReadOnly => None,
                    Access::ReadWrite => [*size, *other].into_iter().flatten().min(),
                };
                Some(Self::Folder { guest: guest.clone(), access, size })
            }
            (Self::Env { name, .. }, Self::Env { name: same, .. }) if name == same => Some(self.clone()),
            _ if other.covers(self) => Some(self.clone()),
            _ if self.covers(other) => Some(other.clone()),
            _ => None,
        }
    }
}

/// `None` is as much as there is.
fn size_covers(size: Option<u64>, other: Option<u64>) -> bool {
    match (size, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(size), Some(other)) => size >= other,
    }
}

fn rule_covers(is_unix: bool, rule: &str, other: &str) -> bool {
    match (is_unix, Rule::parse(rule), Rule::parse(other)) {
        (false, Ok(rule), Ok(other)) => rule.covers(&other),
        _ => rule == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LimitKind, NetworkKind, Version};

    fn folder(access: Access, size: Option<u64>) -> Item {
        Item::Folder { guest: "/a".to_owned(), access, size }
    }

    fn limit(kind: LimitKind, amount: u64) -> Item {
        Item::Limit { kind, amount }
    }

    fn interface(major: u32, minor: u32) -> Item {
        Item::Interface { name: "Log".to_owned(), version: Version { major, minor } }
    }

    fn network(kind: NetworkKind, rule: &str) -> Item {
        Item::Network { kind, rule: rule.to_owned() }
    }

    #[test]
    fn less_is_covered_and_more_is_not() {
        use Access::{ReadOnly, ReadWrite};
        for (more, less) in [
            (folder(ReadWrite, None), folder(ReadWrite, Some(5))),
            (folder(ReadWrite, Some(5)), folder(ReadWrite, Some(4))),
            (folder(ReadWrite, Some(0)), folder(ReadOnly, None)),
            (limit(LimitKind::Memory, 5), limit(LimitKind::Memory, 4)),
            (interface(1, 2), interface(1, 1)),
            (network(NetworkKind::ConnectTcp, "*.a.b:1"), network(NetworkKind::ConnectTcp, "c.a.b:1")),
        ] {
            assert!(more.covers(&less) && more.covers(&more) && less.covers(&less), "{more} {less}");
            assert!(!less.covers(&more), "{more} {less}");
            assert_eq!((more.meet(&less), less.meet(&more)), (Some(less.clone()), Some(less.clone())));
        }
    }

    #[test]
    fn other_things_are_not_covered() {
        let unknown = Item::Unknown { kind: "gpu".to_owned(), body: vec![1] };
        let scratch = Item::Scratch { guest: "/a".to_owned(), size: 1 };
        for (one, other) in [
            (limit(LimitKind::Memory, 5), limit(LimitKind::Threads, 5)),
            (interface(1, 2), interface(2, 0)),
            (network(NetworkKind::ConnectTcp, "a.b:1"), network(NetworkKind::ConnectUdp, "a.b:1")),
            (network(NetworkKind::ConnectTcp, "a.b:1-3"), network(NetworkKind::ConnectTcp, "a.b:2-4")),
            (network(NetworkKind::ConnectUnix, "/a"), network(NetworkKind::ConnectUnix, "/a/./b")),
            (scratch.clone(), folder(Access::ReadOnly, None)),
            (unknown.clone(), unknown),
        ] {
            assert!(!one.covers(&other) && !other.covers(&one), "{one} {other}");
            assert_eq!(one.meet(&other), None, "{one} {other}");
        }
        assert!(scratch.is_about_the_same(&folder(Access::ReadOnly, None)));
    }

    #[test]
    fn what_two_folders_allow_is_the_less_of_each() {
        let one = folder(Access::ReadWrite, Some(5));
        assert_eq!(one.meet(&folder(Access::ReadOnly, None)), Some(folder(Access::ReadOnly, None)));
        assert_eq!(folder(Access::ReadWrite, None).meet(&one), Some(one));
    }
}
