//! A module as text.

use super::{Seen, requests};
use crate::text::printable;
use crate::{methods, text};
use plugix_host::module::{Form, MemoryKind, ModuleInfo};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The size of a WebAssembly page, in bytes.
const PAGE: u64 = 64 << 10;

pub(super) fn describe(seen: &Seen) -> String {
    let Seen { name, info, artifact, sizes } = seen;
    let mut page = String::new();
    let mut line = |label: &str, value: &str| {
        // Writing to a string never fails, here and below.
        let _ = writeln!(page, "{:12} {}", printable(label), printable(value));
    };
    line(name, what(info));
    if let Some(about) = &info.about {
        line("name", &format!("{} {}", about.name, about.version));
        line("does", &about.description);
    }
    line("size", &text::size(info.size as u64));
    line("calls", &info.wasi.to_string());
    line("memory", &memory(info.memory));
    line("threads", &info.threads.to_string());
    if let Some(plugin) = &info.plugin {
        line("built with", &format!("plugix-guest {}, ABI {}", plugin.sdk, plugin.abi));
        line("configured", &format!("with {}", plugin.config));
        if plugin.needs.threads > 0 {
            line("needs", &format!("{} threads", plugin.needs.threads));
        }
        if plugin.needs.memory > 0 {
            line("needs", &format!("{} of memory", text::size(plugin.needs.memory)));
        }
    }
    if let Some(artifact) = artifact {
        let origin = artifact.origin();
        line("compiled", &format!("to {} for {}", text::size(artifact.as_bytes().len() as u64), origin.target));
        line("", &format!("with {}", origin.cpu.join(", ")));
        line("", &format!("by Plugix {} and wasmer {}: {}", origin.plugix, origin.wasmer, origin.compiler));
    }
    for (label, interfaces) in [("implements", &info.implements), ("uses", &info.uses)] {
        interfaces.iter().for_each(|interface| {
            let _ = write!(page, "\n{label} {}", methods::interface(interface));
        });
    }
    page.push_str(&requests::page(&info.requests));
    let mut imports = BTreeMap::<_, Vec<_>>::new();
    for import in &info.imports {
        imports.entry(import.module.as_str()).or_default().push(import.name.as_str());
    }
    for (module, names) in imports {
        let _ = writeln!(page, "\nimports from {}: {}", printable(module), printable(&names.join(", ")));
    }
    if let Some(sizes) = sizes {
        page.push_str(&sizes.page());
    }
    page
}

fn what(info: &ModuleInfo) -> &'static str {
    match info.form {
        Form::Command => "a program",
        _ if info.is_plugin() => "a plugin",
        Form::Reactor => "a library that is no plugin",
        Form::Bare => "a module without an initializer",
    }
}

fn memory(memory: MemoryKind) -> String {
    match memory {
        MemoryKind::Imported { shared, minimum, maximum } | MemoryKind::Exported { shared, minimum, maximum } => {
            let shared = if shared { "shared" } else { "of one thread" };
            let most = maximum.map_or_else(String::new, |pages| format!(", {} at the most", text::size(pages * PAGE)));
            format!("{shared}, {} to begin with{most}", text::size(minimum * PAGE))
        }
        MemoryKind::None => "none".to_owned(),
        MemoryKind::Wide => "of 64-bit addresses".to_owned(),
    }
}
