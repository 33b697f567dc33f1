//! Which hosts run a plugin. Each host computes it for itself, and all come to the same.

use super::release::Hosts;
use plugix_store::ContentHash;
use std::collections::BTreeSet;

/// Whether a host is among those that run a plugin. `live` are the hosts that say something, this one among them.
///
/// So many of the live ones are those with the highest hashes of plugin and host: if one goes, the others stay, and one
/// comes.
pub(super) fn is_for(hosts: &Hosts, plugin: &str, host: &str, live: &BTreeSet<String>) -> bool {
    match hosts {
        Hosts::All => true,
        Hosts::Named(names) => names.iter().any(|name| name == host),
        Hosts::Count(count) => {
            let weight = |host: &str| ContentHash::of(format!("{plugin}\0{host}").as_bytes());
            let own = weight(host);
            live.iter().filter(|other| *other != host && weight(other) > own).count() < *count
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(count: usize, live: &BTreeSet<String>) -> BTreeSet<&String> {
        live.iter().filter(|host| is_for(&Hosts::Count(count), "plugin", host, live)).collect()
    }

    #[test]
    fn so_many_hosts_are_chosen_and_few_change() {
        let mut live: BTreeSet<String> = (0..10).map(|host| format!("host-{host}")).collect();
        for count in [0, 1, 3, 10, 12] {
            assert_eq!(chosen(count, &live).len(), count.min(10));
        }
        let before: BTreeSet<String> = chosen(3, &live).into_iter().cloned().collect();
        let gone = before.first().unwrap().clone();
        live.remove(&gone);
        let after: BTreeSet<String> = chosen(3, &live).into_iter().cloned().collect();
        assert_eq!(after.len(), 3);
        assert_eq!(before.intersection(&after).count(), 2, "the others stay");
    }

    #[test]
    fn names_are_names() {
        let live = BTreeSet::from(["a".to_owned()]);
        assert!(is_for(&Hosts::All, "p", "b", &live));
        assert!(is_for(&Hosts::Named(vec!["b".into()]), "p", "b", &live));
        assert!(!is_for(&Hosts::Named(vec!["a".into()]), "p", "b", &live));
    }
}
