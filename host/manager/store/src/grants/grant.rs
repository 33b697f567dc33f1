//! What one plugin may do, and what was refused.

use super::GrantError;
use plugix_requests::{Access, Item};
use std::path::{Path, PathBuf};

/// Something that a plugin may do or have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    item: Item,
    /// The folder, if the item is one.
    host: Option<PathBuf>,
}

/// What was said to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The plugin gets this: what it asked for, or less.
    Allowed(Allowed),
    /// The plugin gets nothing of it.
    Refused,
}

/// A request, and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    asked: Item,
    decision: Decision,
}

/// What one plugin may do, and what was refused. A new one allows nothing and refuses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    decided: Vec<Decided>,
    added: Vec<Allowed>,
}

impl Allowed {
    /// Anything but a folder, which needs one of the host's. A variable without a value has the value of the host's own.
    ///
    /// # Errors
    /// [`GrantError::NeedsFolder`], [`GrantError::Unknown`], or [`GrantError::Impossible`]
    pub fn new(item: Item) -> Result<Self, GrantError> {
        match item {
            Item::Folder { .. } => Err(GrantError::NeedsFolder(item.to_string())),
            Item::Unknown { .. } => Err(GrantError::Unknown(item.to_string())),
            item => item.check().map(|()| Self { item, host: None }).map_err(GrantError::Impossible),
        }
    }

    /// A folder of the host's.
    ///
    /// # Errors
    /// [`GrantError::HostPath`] if `host` is not absolute or no UTF-8, [`GrantError::Impossible`] if the rest can't be.
    pub fn folder(
        host: impl Into<PathBuf>,
        guest: impl Into<String>,
        access: Access,
        size: Option<u64>,
    ) -> Result<Self, GrantError> {
        let (host, item) = (host.into(), Item::Folder { guest: guest.into(), access, size });
        if !host.is_absolute() || host.to_str().is_none_or(|host| host.contains('\0')) {
            return Err(GrantError::HostPath(host));
        }
        item.check().map_err(GrantError::Impossible)?;
        Ok(Self { item, host: Some(host) })
    }

    /// A folder of the host's in answer to a request for one; anything else as it is asked for.
    ///
    /// # Errors
    /// Those of [`Allowed::new`] and [`Allowed::folder`].
    pub fn as_asked(asked: &Item, host: Option<&Path>) -> Result<Self, GrantError> {
        match (asked, host) {
            (Item::Folder { guest, access, size }, Some(host)) => Self::folder(host, guest, *access, *size),
            _ => Self::new(asked.clone()),
        }
    }

    /// What is allowed.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// The host's folder. It is there if [`Allowed::item`] is a folder.
    pub fn host(&self) -> Option<&Path> {
        self.host.as_deref()
    }

    /// As much of it as is asked for. `None` if that is nothing.
    #[must_use]
    pub fn within(&self, asked: &Item) -> Option<Self> {
        Some(Self { item: self.item.meet(asked)?, host: self.host.clone() })
    }
}

impl Decided {
    /// What was asked for.
    pub fn asked(&self) -> &Item {
        &self.asked
    }

    /// What was said.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}

impl Grant {
    /// Allows nothing, and refuses nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps what was said to a request. What was said to a request for the same thing is forgotten.
    ///
    /// # Errors
    /// [`GrantError::MoreThanAsked`], [`GrantError::Unknown`] if nobody can grant it, [`GrantError::Impossible`] if nobody can
    /// ask for it.
    pub fn decide(&mut self, asked: Item, decision: Decision) -> Result<(), GrantError> {
        if let Item::Unknown { .. } = asked {
            return Err(GrantError::Unknown(asked.to_string()));
        }
        asked.check().map_err(GrantError::Impossible)?;
        if let Decision::Allowed(allowed) = &decision
            && !asked.covers(&allowed.item)
        {
            return Err(GrantError::MoreThanAsked { asked: asked.to_string(), allowed: allowed.item.to_string() });
        }
        self.decided.retain(|decided| !decided.asked.is_about_the_same(&asked));
        self.decided.push(Decided { asked, decision });
        // The order is that of the file.
        self.decided.sort_by_key(|decided| order(&decided.asked));
        Ok(())
    }

    /// Allows something beside what was asked for. It counts in the place of what was said to a request for the same thing.
    pub fn add(&mut self, allowed: Allowed) {
        self.added.retain(|added| !added.item.is_about_the_same(&allowed.item));
        self.added.push(allowed);
        self.added.sort_by_key(|added| order(&added.item));
    }

    /// All that the plugin may do.
    pub fn allowed(&self) -> impl Iterator<Item = &Allowed> {
        let decided = self.decided.iter().filter_map(|decided| match &decided.decision {
            Decision::Allowed(allowed) => Some(allowed),
            Decision::Refused => None,
        });
        let is_replaced =
            |allowed: &&Allowed| self.added.iter().any(|added| added.item.is_about_the_same(&allowed.item));
        decided.filter(move |allowed| !is_replaced(allowed)).chain(&self.added)
    }

    /// What was asked for, and what was said to it.
    pub fn decided(&self) -> &[Decided] {
        &self.decided
    }

    /// What was allowed beside that.
    pub fn added(&self) -> &[Allowed] {
        &self.added
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.decided.is_empty() && self.added.is_empty()
    }
}

/// The place of a thing's list in the file.
fn order(item: &Item) -> usize {
    let section = plugix_requests::write_item(item).map(|(section, _)| section);
    let place = plugix_requests::SECTIONS.iter().position(|name| Some(*name) == section);
    place.unwrap_or(plugix_requests::SECTIONS.len())
}
