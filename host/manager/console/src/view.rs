//! The plugins as the page gets them. All words of a plugin's are allegations: the page shows them as text.

use crate::answers::granted;
use crate::console::Console;
use crate::feed::millis;
use plugix_host::Module;
use plugix_host::error::Chain;
use plugix_host::module::ModuleInfo;
use plugix_manager::store::Plugin;
use plugix_manager::store::grants::requests::{Item, Request};
use plugix_manager::store::grants::{Coverage, Decision, Grant};
use plugix_manager::{Health, InstalledPlugin, Status};
use serde_json::{Value, json};

/// All plugins.
pub(crate) fn plugins(console: &Console) -> Value {
    json!({ "plugins": console.all().iter().map(|plugin| describe(console, plugin)).collect::<Vec<_>>() })
}

fn describe(console: &Console, installed: &InstalledPlugin) -> Value {
    let InstalledPlugin { name, plugin, coverage, module, problem, running, waiting, .. } = installed;
    let status = running.as_ref().map(|plugin| plugin.status());
    let health = match (&status, coverage) {
        (Some(status), _) => health(&status.health),
        (None, Some(Coverage::Covered { .. })) => "stopped",
        (None, Some(_)) => "waiting",
        (None, None) => "broken",
    };
    let next = waiting.as_ref();
    json!({
        "name": name,
        "health": health,
        "problem": problem.as_ref().map(|problem| Chain(&**problem).to_string()),
        "current": describe_version(plugin, module.as_ref(), coverage.as_ref()),
        "next": next.map(|next| describe_version(&next.plugin, Some(&next.module), Some(&next.coverage))),
        "methods": module.as_ref().map(|module| methods(module.info())).unwrap_or_default(),
        "samples": console.meter(name).samples(),
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

fn describe_version(plugin: &Plugin, module: Option<&Module>, coverage: Option<&Coverage>) -> Value {
    let info = module.map(Module::info);
    let requests = info
        .into_iter()
        .zip(coverage)
        .flat_map(|(info, coverage)| info.requests.iter().map(|request| describe_request(request, granted(coverage))));
    json!({
        "version": plugin.version,
        "description": info.and_then(|info| info.about.as_ref()).map(|about| &about.description),
        "hash": plugin.hash,
        "size": info.map(|info| info.size),
        "source": plugin.source,
        "signed-by": plugin.signed_by,
        "requests": requests.collect::<Vec<_>>(),
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
