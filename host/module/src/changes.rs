//! What changed between two modules, and whether hosts and plugins of either still fit.

use crate::interface::{self, Difference, compare_types};
use crate::{InterfaceError, ModuleInfo};
use plugix_abi::interface::Version;
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor, Needs, Type};

/// What changed between two modules. See [`ModuleInfo::changes_to`].
#[derive(Clone, Debug)]
pub struct Changes {
    /// The interfaces of either, those first that a plugin implements.
    pub interfaces: Vec<InterfaceChanges>,
    /// The type of the configuration, if it is another one.
    pub config: Option<ConfigChange>,
    /// What the old one and the new one need to run, if that is not the same.
    pub needs: Option<(Needs, Needs)>,
    /// The SDK's version of the old one and the new one, if that is not the same.
    pub sdk: Option<(String, String)>,
    /// What the new one imports, and the old one doesn't. Memories, and the methods of interfaces, are left out.
    pub added_imports: Vec<String>,
    /// What the old one imports, and the new one doesn't.
    pub removed_imports: Vec<String>,
}

/// Who implements an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The plugin; its host calls it.
    Implements,
    /// The host; the plugin calls it.
    Uses,
}

/// What changed in an interface.
#[derive(Clone, Debug)]
pub struct InterfaceChanges {
    /// Its name.
    pub name: String,
    /// Who implements it.
    pub role: Role,
    /// Its version with the old module. `None` if that one doesn't have it.
    pub old: Option<Version>,
    /// Its version with the new module. `None` if that one doesn't have it.
    pub new: Option<Version>,
    /// The methods that are not what they were.
    pub methods: Vec<MethodChange>,
    /// What keeps a host that knows the old interface from the new plugin.
    pub old_host: Vec<InterfaceError>,
    /// What keeps a host that knows the new interface from the old plugin.
    pub new_host: Vec<InterfaceError>,
}

/// A method that is not what it was: what it was, and what it is. Both are signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodChange {
    /// It is new.
    Added(String),
    /// It is gone.
    Removed(String),
    /// It has another signature, or a type in it has another form.
    Changed(String, String),
}

/// The type of a configuration is another one.
#[derive(Clone, Debug)]
pub struct ConfigChange {
    /// The old module's.
    pub old: Type,
    /// The new module's.
    pub new: Type,
    /// What keeps a configuration of the old type from the new plugin. `None` if it only lacks what has a default, so that
    /// one from JSON or TOML fits.
    pub problem: Option<Difference>,
}

impl ModuleInfo {
    /// What changed from this module to a newer one, and whether hosts and plugins of either still fit. The interfaces
    /// are compared as a host compares its own with a plugin's.
    pub fn changes_to(&self, new: &Self) -> Changes {
        let (old_plugin, new_plugin) = (self.plugin.as_ref(), new.plugin.as_ref());
        let needs = |info: &Self| info.plugin.as_ref().map(|plugin| plugin.needs).unwrap_or_default();
        let config = old_plugin.zip(new_plugin).filter(|(old, new)| old.config != new.config);
        let sdk = old_plugin.zip(new_plugin).map(|(old, new)| (old.sdk.clone(), new.sdk.clone()));
        let mut interfaces = interfaces(Role::Implements, &self.implements, &new.implements);
        interfaces.extend(self::interfaces(Role::Uses, &self.uses, &new.uses));
        Changes {
            interfaces,
            config: config.map(|(old, new)| ConfigChange {
                old: old.config.clone(),
                new: new.config.clone(),
                problem: compare_types(&old.config, &new.config).err(),
            }),
            needs: Some((needs(self), needs(new))).filter(|(old, new)| old != new),
            sdk: sdk.filter(|(old, new)| old != new),
            added_imports: imports_beyond(new, self),
            removed_imports: imports_beyond(self, new),
        }
    }
}

impl Changes {
    /// Whether a host that was built with the old interfaces can have the new plugin, as far as its policy allows.
    pub fn fits_old_host(&self) -> bool {
        self.interfaces.iter().all(|interface| interface.old_host.is_empty())
            && self.config.as_ref().is_none_or(|config| config.problem.is_none())
    }

    /// Whether a host that was built with the new interfaces can have the old plugin.
    pub fn fits_new_host(&self) -> bool {
        self.interfaces.iter().all(|interface| interface.new_host.is_empty())
    }
}

/// The interfaces of either. Both lists are sorted by name, and no name is in one of them twice.
fn interfaces(role: Role, old: &[Descriptor], new: &[Descriptor]) -> Vec<InterfaceChanges> {
    let mut names: Vec<_> = old.iter().chain(new).map(|interface| &interface.name).collect();
    names.sort();
    names.dedup();
    let changes = |name: &String| {
        let both = (find(name, old), find(name, new));
        interface_changes(name, role, both, (old, new))
    };
    names.into_iter().map(changes).collect()
}

fn find<'a>(name: &str, all: &'a [Descriptor]) -> Option<&'a Descriptor> {
    all.iter().find(|interface| interface.name == name)
}

fn interface_changes(
    name: &str,
    role: Role,
    (old, new): (Option<&Descriptor>, Option<&Descriptor>),
    (all_old, all_new): (&[Descriptor], &[Descriptor]),
) -> InterfaceChanges {
    // The caller is the host for what the plugin implements, and the plugin for what it uses.
    let (old_host, new_host) = match role {
        Role::Implements => (problems(role, old, new, all_new), problems(role, new, old, all_old)),
        Role::Uses => (problems(role, new, old, all_old), problems(role, old, new, all_new)),
    };
    let methods = match (old, new) {
        (Some(old), Some(new)) => methods(old, new),
        (Some(old), None) => old.methods.iter().map(|method| MethodChange::Removed(method.signature.clone())).collect(),
        (None, new) => new.iter().flat_map(|new| &new.methods).map(added).collect(),
    };
    let version = |interface: Option<&Descriptor>| interface.map(|interface| interface.version);
    InterfaceChanges { name: name.to_owned(), role, old: version(old), new: version(new), methods, old_host, new_host }
}

/// What keeps a caller from an implementation. `all` is what the implementing side has.
fn problems(
    role: Role,
    caller: Option<&Descriptor>,
    implementation: Option<&Descriptor>,
    all: &[Descriptor],
) -> Vec<InterfaceError> {
    // A host that has come to know an interface asks for it where it is.
    let Some(wanted) = caller else { return Vec::new() };
    let names = || all.iter().map(|interface| interface.name.clone()).collect();
    match (implementation, role) {
        (Some(found), _) => interface::differences(wanted, found),
        (None, Role::Implements) => {
            vec![InterfaceError::NotImplemented { interface: wanted.name.clone(), implemented: names() }]
        }
        (None, Role::Uses) if wanted.methods.iter().all(|method| method.optional) => Vec::new(),
        (None, Role::Uses) => vec![InterfaceError::NotProvided { interface: wanted.name.clone(), provided: names() }],
    }
}

fn methods(old: &Descriptor, new: &Descriptor) -> Vec<MethodChange> {
    let mut is_left = vec![true; new.methods.len()];
    let mut changes = Vec::new();
    for method in &old.methods {
        let Some(at) = interface::position(method, old.version, new) else {
            changes.push(MethodChange::Removed(method.signature.clone()));
            continue;
        };
        is_left[at] = false;
        let there = &new.methods[at];
        if there.hash != method.hash || there.signature != method.signature {
            changes.push(MethodChange::Changed(method.signature.clone(), there.signature.clone()));
        }
    }
    changes.extend(new.methods.iter().zip(is_left).filter(|(_, is_left)| *is_left).map(|(method, _)| added(method)));
    changes
}

fn added(method: &MethodDescriptor) -> MethodChange {
    MethodChange::Added(method.signature.clone())
}

/// What one module imports and another doesn't.
fn imports_beyond(of: &ModuleInfo, other: &ModuleInfo) -> Vec<String> {
    let is_new = |import: &&crate::Import| {
        !import.is_memory() && !import.is_host_function() && !other.imports.iter().any(|there| there == *import)
    };
    of.imports.iter().filter(is_new).map(|import| format!("{} {}", import.module, import.name)).collect()
}
