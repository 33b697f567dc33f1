//! What changed, for people.

use crate::text;
use plugix_host::abi::interface::descriptor::Needs;
use plugix_host::error::InterfaceError;
use plugix_host::module::{Changes, InterfaceChanges, MethodChange, Role};
use std::fmt::Write as _;

pub(super) fn describe(changes: &Changes) -> String {
    let mut page = String::new();
    for interface in &changes.interfaces {
        describe_interface(&mut page, interface);
    }
    if let Some(config) = &changes.config {
        add(&mut page, format_args!("configuration\n  - {}\n  + {}", config.old, config.new));
    }
    if let Some((old, new)) = &changes.needs {
        add(&mut page, format_args!("asks for\n  - {}\n  + {}", needs(old), needs(new)));
    }
    if let Some((old, new)) = &changes.sdk {
        add(&mut page, format_args!("built with plugix-guest {old} → {new}"));
    }
    if !changes.added_imports.is_empty() || !changes.removed_imports.is_empty() {
        add(&mut page, "imports");
        changes.removed_imports.iter().for_each(|import| add(&mut page, format_args!("  - {import}")));
        changes.added_imports.iter().for_each(|import| add(&mut page, format_args!("  + {import}")));
    }
    if page.is_empty() {
        add(&mut page, "nothing changed");
    }
    verdict(&mut page, "a host of the old interfaces", "the new plugin", changes.fits_old_host());
    let old_host = changes.interfaces.iter().flat_map(|interface| &interface.old_host);
    problems(&mut page, old_host);
    if let Some(problem) = changes.config.as_ref().and_then(|config| config.problem.as_ref()) {
        add(&mut page, format_args!("  {problem}"));
    }
    verdict(&mut page, "a host of the new interfaces", "the old plugin", changes.fits_new_host());
    problems(&mut page, changes.interfaces.iter().flat_map(|interface| &interface.new_host));
    page
}

fn describe_interface(page: &mut String, interface: &InterfaceChanges) {
    let InterfaceChanges { name, role, old, new, methods, .. } = interface;
    if methods.is_empty() && old == new {
        return;
    }
    let role = match role {
        Role::Implements => "implements",
        Role::Uses => "uses",
    };
    match (old, new) {
        (Some(old), Some(new)) if old == new => add(page, format_args!("{role} {name} {old}")),
        (Some(old), Some(new)) => add(page, format_args!("{role} {name} {old} → {new}")),
        (Some(old), None) => add(page, format_args!("- {role} {name} {old}")),
        (None, new) => {
            add(page, format_args!("+ {role} {name} {}", new.map_or_else(String::new, |new| new.to_string())))
        }
    }
    for method in methods {
        match method {
            MethodChange::Added(new) => add(page, format_args!("  + {new}")),
            MethodChange::Removed(old) => add(page, format_args!("  - {old}")),
            MethodChange::Changed(old, new) if old == new => add(page, format_args!("  ~ {new} (a type in it)")),
            MethodChange::Changed(old, new) => add(page, format_args!("  ~ {old}\n    {new}")),
        }
    }
}

fn needs(needs: &Needs) -> String {
    format!("{} threads, {} of memory", needs.threads, text::size(needs.memory))
}

fn verdict(page: &mut String, host: &str, plugin: &str, fits: bool) {
    let verdict = if fits { "fits" } else { "does NOT fit" };
    add(page, format_args!("{host} {verdict} {plugin}"));
}

fn problems<'a>(page: &mut String, problems: impl Iterator<Item = &'a InterfaceError>) {
    problems.for_each(|problem| add(page, format_args!("  {problem}")));
}

fn add(page: &mut String, line: impl std::fmt::Display) {
    // A `String` takes everything.
    let _ = writeln!(page, "{line}");
}
