//! Which plugin calls which, and in what order they are started.

use crate::error::LinkError;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a plugin's interfaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) implements: Vec<String>,
    /// What it wants of others, and whether it gets along without.
    pub(crate) wants: Vec<(String, bool)>,
    /// What it may call of other plugins.
    pub(crate) may_call: Vec<String>,
}

/// The interfaces that a plugin calls, and the plugins that implement them.
pub(crate) type Links = BTreeMap<String, String>;

/// Finds for each new plugin the others that it calls, and an order in which all that a plugin calls are started before it.
/// `running` are there already.
pub(crate) fn order(new: &[Node], running: &[Node]) -> Result<Vec<(usize, Links)>, LinkError> {
    let mut links = new.iter().map(|node| find_links(node, new, running)).collect::<Result<Vec<_>, _>>()?;
    let place: BTreeMap<&str, usize> = new.iter().enumerate().map(|(at, node)| (&*node.name, at)).collect();
    let mut search =
        Search { links: &links, place: &place, path: Vec::new(), done: BTreeSet::new(), order: Vec::new() };
    for at in 0..new.len() {
        search.visit(at, new)?;
    }
    let order = search.order;
    Ok(order.into_iter().map(|at| (at, std::mem::take(&mut links[at]))).collect())
}

fn find_links(node: &Node, new: &[Node], running: &[Node]) -> Result<Links, LinkError> {
    let mut links = Links::new();
    for (interface, optional) in &node.wants {
        let others = new.iter().chain(running).filter(|other| other.name != node.name);
        let providers: Vec<_> = others.filter(|other| other.implements.contains(interface)).collect();
        let provider = match &*providers {
            [] if *optional => continue,
            [] => return Err(LinkError::Missing { plugin: node.name.clone(), interface: interface.clone() }),
            [provider] => provider,
            several => {
                return Err(LinkError::Several {
                    plugin: node.name.clone(),
                    interface: interface.clone(),
                    providers: several.iter().map(|provider| provider.name.clone()).collect(),
                });
            }
        };
        if !node.may_call.contains(interface) {
            if *optional {
                continue;
            }
            return Err(LinkError::NotGranted {
                plugin: node.name.clone(),
                interface: interface.clone(),
                provider: provider.name.clone(),
            });
        }
        links.insert(interface.clone(), provider.name.clone());
    }
    Ok(links)
}

struct Search<'a> {
    links: &'a [Links],
    place: &'a BTreeMap<&'a str, usize>,
    path: Vec<usize>,
    done: BTreeSet<usize>,
    order: Vec<usize>,
}

impl Search<'_> {
    fn visit(&mut self, at: usize, new: &[Node]) -> Result<(), LinkError> {
        if self.done.contains(&at) {
            return Ok(());
        }
        if let Some(begin) = self.path.iter().position(|&before| before == at) {
            let circle = self.path[begin..].iter().chain([&at]).map(|&at| new[at].name.clone());
            return Err(LinkError::Circle { plugins: circle.collect() });
        }
        self.path.push(at);
        for provider in self.links[at].values() {
            if let Some(&provider) = self.place.get(&**provider) {
                self.visit(provider, new)?;
            }
        }
        self.path.pop();
        self.done.insert(at);
        self.order.push(at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, implements: &[&str], wants: &[&str]) -> Node {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        Node {
            name: name.to_owned(),
            implements: owned(implements),
            wants: owned(wants).into_iter().map(|name| (name, false)).collect(),
            may_call: owned(wants),
        }
    }

    fn names(new: &[Node], running: &[Node]) -> Vec<String> {
        order(new, running).expect("there is an order").into_iter().map(|(at, _)| new[at].name.clone()).collect()
    }

    #[test]
    fn what_is_called_comes_first() {
        let new = [node("a", &[], &["B", "C"]), node("b", &["B"], &["C"]), node("c", &["C"], &[])];
        assert_eq!(names(&new, &[]), ["c", "b", "a"]);
        assert_eq!(names(&new[..1], &new[1..]), ["a"]);
    }

    #[test]
    fn circles_are_named() {
        let new = [node("a", &["A"], &["B"]), node("b", &["B"], &["C"]), node("c", &["C"], &["B"])];
        let circle = LinkError::Circle { plugins: ["b", "c", "b"].map(str::to_owned).to_vec() };
        assert_eq!(order(&new, &[]).unwrap_err(), circle);
    }

    #[test]
    fn what_is_missing_or_not_clear_is_an_error() {
        let a = node("a", &[], &["B"]);
        assert!(matches!(order(std::slice::from_ref(&a), &[]), Err(LinkError::Missing { .. })));
        let running = [node("b", &["B"], &[]), node("c", &["B"], &[])];
        assert!(matches!(order(std::slice::from_ref(&a), &running), Err(LinkError::Several { .. })));
        // A plugin doesn't call itself.
        assert!(matches!(order(&[node("b", &["B"], &["B"])], &[]), Err(LinkError::Missing { .. })));
    }

    #[test]
    fn nobody_calls_what_was_not_granted() {
        let mut a = node("a", &[], &["B"]);
        a.may_call.clear();
        let running = [node("b", &["B"], &[])];
        assert!(matches!(order(std::slice::from_ref(&a), &running), Err(LinkError::NotGranted { .. })));
        a.wants[0].1 = true;
        assert_eq!(order(&[a], &running).expect("it gets along without"), [(0, Links::new())]);
    }
}
