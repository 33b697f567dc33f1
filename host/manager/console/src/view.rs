//! The plugins as the page gets them. All words of a plugin's are allegations: the page shows them as text.

use crate::console::Console;
use crate::feed::millis;
use crate::installed::{Installed, Version, granted};
use plugix_host::module::ModuleInfo;
use plugix_manager::store::grants::requests::{Item, Request};
use plugix_manager::store::grants::{Coverage, Decision, Grant};
use plugix_manager::{Health, Status};
use serde_json::{Value, json};

/// All plugins.
pub(crate) fn plugins(console: &Console) -> Value {
    let all = console.all();
    json!({ "plugins": all.iter().map(|(name, plugin)| describe(console, name, plugin)).collect::<Vec<_>>() })
}

fn describe(console: &Console, name: &str, plugin: &Installed) -> Value {
    let status = console.manager().get(name).map(|plugin| plugin.status());
    let version = &plugin.current;
    let coverage = console.coverage(name, version);
    let health = match &status {
        Some(status) => health(&status.health),
        None if matches!(coverage, Coverage::Covered { .. }) => "stopped",
        None => "waiting",
    };
    json!({
        "name": name,
        "health": health,
        "current": describe_version(console, name, version),
        "next": plugin.next.as_ref().map(|next| describe_version(console, name, next)),
        "methods": methods(version.module.info()),
        "samples": plugin.meter.samples(),
        "status": status.as_ref().map(describe_status),
    })
}

fn health(health: &Health) -> &'static str {
    match health {
        Health::Serving => "serving",
        Health::Restarting { .. } => "restarting",
        Health::Dead => "dead",
        _ => "stopped",
    }
}

fn describe_status(status: &Status) -> Value {
    json!({
        "since": millis(status.since),
        "restarts": status.restarts,
        "reloads": status.reloads,
        "errors": status.errors.iter()
            .map(|error| json!({ "at": millis(error.at), "error": error.error }))
            .collect::<Vec<_>>(),
        "links": status.links,
        "usage": status.usage,
    })
}

fn describe_version(console: &Console, name: &str, version: &Version) -> Value {
    let about = version.module.info().about.as_ref();
    let grant = granted(console.coverage(name, version));
    let requests = version.module.info().requests.iter();
    json!({
        "version": about.map(|about| &about.version),
        "description": about.map(|about| &about.description),
        "hash": version.hash.hex(),
        "size": version.module.info().size,
        "requests": requests.map(|request| describe_request(request, &grant)).collect::<Vec<_>>(),
    })
}

fn describe_request(Request { item, reason, optional }: &Request, grant: &Grant) -> Value {
    let decision = grant.decided().iter().find(|decided| decided.asked() == item).map(|decided| decided.decision());
    let (answer, folder) = match decision {
        Some(Decision::Allowed(allowed)) => (Some(true), allowed.host()),
        Some(Decision::Refused) => (Some(false), None),
        None => (None, None),
    };
    json!({
        "item": item.to_string(),
        "reason": reason,
        "optional": optional,
        "possible": item.kind().is_some(),
        "needs-folder": matches!(item, Item::Folder { .. }),
        "allowed": answer,
        "folder": folder,
    })
}

fn methods(info: &ModuleInfo) -> Vec<Value> {
    let all = info.implements.iter().flat_map(|interface| {
        interface.methods.iter().map(move |method| {
            json!({
                "path": format!("{}/{}", interface.name, method.name),
                "signature": method.signature,
                "docs": method.docs,
            })
        })
    });
    all.collect()
}
