//! A module as JSON.

use super::{Seen, Sizes, requests};
use plugix_host::abi::interface::descriptor::{Descriptor, PluginDescriptor};
use plugix_host::code::Artifact;
use plugix_host::module::{Form, MemoryKind, Threads};
use serde_json::{Value, json};

pub(super) fn describe(seen: &Seen) -> Value {
    let Seen { name, info, artifact, sizes } = seen;
    json!({
        "name": name,
        "size": info.size,
        "form": match info.form {
            Form::Command => "command",
            Form::Reactor => "reactor",
            Form::Bare => "bare",
        },
        "wasi": {
            "unstable": info.wasi.unstable,
            "preview1": info.wasi.preview1,
            "wasix32": info.wasi.wasix32,
            "wasix64": info.wasi.wasix64,
        },
        "memory": memory(info.memory),
        "threads": info.threads == Threads::Possible,
        "threads-because": info.threads.to_string(),
        "plugin": info.plugin.as_ref().map(plugin),
        "about": info.about.as_ref().map(|about| {
            json!({ "name": about.name, "version": about.version, "description": about.description })
        }),
        "requests": requests::json(&info.requests),
        "implements": info.implements.iter().map(interface).collect::<Vec<_>>(),
        "uses": info.uses.iter().map(interface).collect::<Vec<_>>(),
        "imports": info.imports.iter()
            .map(|import| json!({ "module": import.module, "name": import.name }))
            .collect::<Vec<_>>(),
        "exports": info.exports,
        "compiled": artifact.as_ref().map(origin),
        "sizes": sizes.as_ref().map(Sizes::as_json),
    })
}

fn memory(memory: MemoryKind) -> Value {
    let (from, shared, minimum, maximum) = match memory {
        MemoryKind::Imported { shared, minimum, maximum } => ("imported", shared, minimum, maximum),
        MemoryKind::Exported { shared, minimum, maximum } => ("exported", shared, minimum, maximum),
        MemoryKind::None | MemoryKind::Wide => return Value::Null,
    };
    json!({ "from": from, "shared": shared, "minimum-pages": minimum, "maximum-pages": maximum })
}

fn plugin(plugin: &PluginDescriptor) -> Value {
    json!({
        "abi": plugin.abi.to_string(),
        "sdk": plugin.sdk,
        "config": plugin.config.to_string(),
        "needs": { "threads": plugin.needs.threads, "memory": plugin.needs.memory },
    })
}

fn interface(interface: &Descriptor) -> Value {
    let methods: Vec<_> = interface
        .methods
        .iter()
        .map(|method| {
            json!({
                "name": method.name,
                "signature": method.signature,
                "docs": method.docs,
                "optional": method.optional,
            })
        })
        .collect();
    json!({
        "name": interface.name,
        "version": interface.version.to_string(),
        "docs": interface.docs,
        "methods": methods,
    })
}

fn origin(artifact: &Artifact) -> Value {
    let origin = artifact.origin();
    json!({
        "plugix": origin.plugix,
        "rewriting": origin.rewriting,
        "wasmer": origin.wasmer,
        "target": origin.target,
        "cpu": origin.cpu,
        "compiler": origin.compiler,
        "size": artifact.as_bytes().len(),
    })
}
