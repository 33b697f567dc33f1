//! Which of the manager's plugins implement what another one calls.

use crate::error::{LinkError, ManagerError};
use crate::lock::lock;
use crate::managed::Managed;
use crate::manager::Manager;
use crate::order::Links;
use crate::surroundings::Providers;
use std::collections::BTreeMap;

impl Manager {
    pub(crate) fn providers(
        &self,
        links: Links,
        started: &BTreeMap<String, Managed>,
    ) -> Result<Providers, ManagerError> {
        let find = |(interface, name): (String, String)| {
            let provider = started.get(&name).cloned().or_else(|| self.get(&name));
            let provider = provider.ok_or_else(|| ManagerError::Unknown { name: name.clone() })?;
            match provider.replaceable() {
                Some(_) => Ok((interface, provider)),
                None => Err(ManagerError::Mode { name, pooled: true }),
            }
        };
        links.into_iter().map(find).collect()
    }

    /// Refuses links by which a plugin would call itself through others.
    pub(crate) fn check_circle(&self, name: &str, links: &Links) -> Result<(), LinkError> {
        let mut path = vec![name.to_owned()];
        for provider in links.values() {
            self.follow(name, provider, &mut path)?;
        }
        Ok(())
    }

    fn follow(&self, name: &str, at: &str, path: &mut Vec<String>) -> Result<(), LinkError> {
        path.push(at.to_owned());
        if at == name {
            return Err(LinkError::Circle { plugins: std::mem::take(path) });
        }
        let Some(plugin) = self.get(at) else { return Ok(()) };
        let next: Vec<_> = lock(&plugin.0.known).links.iter().map(|(_, next)| next.clone()).collect();
        next.iter().try_for_each(|next| self.follow(name, next, path))?;
        path.pop();
        Ok(())
    }
}
