//! The methods of a plugin as a person reads them: signatures, and what their authors say.

use crate::text::printable;
use plugix_host::abi::interface::descriptor::Descriptor;
use plugix_host::module::ModuleInfo;
use std::fmt::Write as _;

/// All methods of a module with their docs. `None` if it has none.
pub(crate) fn page(info: &ModuleInfo) -> Option<String> {
    let pages: Vec<_> = info.implements.iter().map(interface).collect();
    (!pages.is_empty()).then(|| pages.join("\n").trim_end().to_owned())
}

/// An interface and its methods.
pub(crate) fn interface(interface: &Descriptor) -> String {
    let mut page = String::new();
    // Writing to a string never fails, here and below.
    let _ = writeln!(page, "{} {}", printable(&interface.name), interface.version);
    docs(&mut page, "  ", &interface.docs);
    for method in &interface.methods {
        let optional = if method.optional { " (optional)" } else { "" };
        let _ = writeln!(page, "  {}{optional}", printable(&method.signature));
        docs(&mut page, "      ", &method.docs);
    }
    page
}

/// Docs, each line behind so much space.
fn docs(page: &mut String, space: &str, docs: &str) {
    for line in docs.lines() {
        let line = printable(line);
        let _ = writeln!(page, "{}", format_args!("{space}{line}").to_string().trim_end());
    }
}
