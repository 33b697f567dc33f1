//! What changed, as JSON.

use plugix_host::abi::interface::descriptor::Needs;
use plugix_host::error::InterfaceError;
use plugix_host::module::{Changes, InterfaceChanges, MethodChange, Role};
use serde_json::{Value, json};

pub(super) fn describe(changes: &Changes) -> Value {
    json!({
        "fits": {
            "old-host-and-new-plugin": changes.fits_old_host(),
            "new-host-and-old-plugin": changes.fits_new_host(),
        },
        "interfaces": changes.interfaces.iter().map(interface).collect::<Vec<_>>(),
        "config": changes.config.as_ref().map(|config| json!({
            "old": config.old.to_string(),
            "new": config.new.to_string(),
            "problem": config.problem.as_ref().map(ToString::to_string),
        })),
        "needs": changes.needs.as_ref().map(|(old, new)| json!({ "old": needs(old), "new": needs(new) })),
        "sdk": changes.sdk.as_ref().map(|(old, new)| json!({ "old": old, "new": new })),
        "added-imports": changes.added_imports,
        "removed-imports": changes.removed_imports,
    })
}

fn interface(interface: &InterfaceChanges) -> Value {
    let InterfaceChanges { name, role, old, new, methods, old_host, new_host } = interface;
    json!({
        "name": name,
        "role": match role {
            Role::Implements => "implements",
            Role::Uses => "uses",
        },
        "old": old.map(|version| version.to_string()),
        "new": new.map(|version| version.to_string()),
        "methods": methods.iter().map(method).collect::<Vec<_>>(),
        "old-host-problems": problems(old_host),
        "new-host-problems": problems(new_host),
    })
}

fn method(change: &MethodChange) -> Value {
    let (change, old, new) = match change {
        MethodChange::Added(new) => ("added", None, Some(new)),
        MethodChange::Removed(old) => ("removed", Some(old), None),
        MethodChange::Changed(old, new) => ("changed", Some(old), Some(new)),
    };
    json!({ "change": change, "old": old, "new": new })
}

fn needs(needs: &Needs) -> Value {
    json!({ "threads": needs.threads, "memory": needs.memory })
}

fn problems(problems: &[InterfaceError]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}
