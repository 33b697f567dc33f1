//! Guest memory is touched in one place of the host.

use std::fs;

use anyhow::{Context as _, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

/// The files that may touch guest memory. Their paths begin like this.
const OWNERS: [&str; 2] = [
    "host/src/running/memory",  // copies claims out, and results in
    "host/src/running/control", // makes the memory that stops a plugin, and takes its access rights away
];

/// The names of types and methods that give access to a memory.
const TYPES: [&str; 3] = ["MemoryView", "WasmPtr", "WasmSlice"];
const METHODS: [&str; 2] = ["view", "data_ptr"];

pub(super) fn check() -> Result<Vec<String>> {
    let mut unused = OWNERS.to_vec();
    let mut problems = Vec::new();
    for path in workspace::files(&root().join("host/src"), "rs")? {
        let file = relative(&path);
        let accesses = accesses(&fs::read_to_string(&path)?).with_context(|| file.clone())?;
        if accesses.is_empty() {
            continue;
        }
        let owner = OWNERS.iter().find(|owner| file.starts_with(**owner));
        unused.retain(|other| Some(other) != owner);
        if owner.is_none() {
            problems.extend(accesses.into_iter().map(|(line, access)| explain(&file, line, &access)));
        }
    }
    problems.extend(unused.iter().map(|owner| {
        format!("xtask/src/tidy/guest_memory.rs: nothing in {owner} touches memory: remove it from `OWNERS`")
    }));
    Ok(problems)
}

fn explain(file: &str, line: usize, access: &str) -> String {
    format!(
        "{file}:{line}: `{access}` touches guest memory: call a function of `GuestMemory` ({}), or write one",
        OWNERS[0]
    )
}

/// The accesses in a source: the line of each, and how it is written.
fn accesses(source: &str) -> Result<Vec<(usize, String)>> {
    // A parse error has a place. An error of the lexer has no useful one.
    syn::parse_file(source)?;
    let mut found = Vec::new();
    walk(source.parse().map_err(|error| anyhow::anyhow!("{error}"))?, &mut found);
    Ok(found)
}

fn walk(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => walk(group.stream(), found),
            TokenTree::Ident(name) => {
                let line = name.span().start().line;
                let name = name.to_string();
                if TYPES.contains(&name.as_str()) {
                    found.push((line, name));
                } else if METHODS.contains(&name.as_str()) && is_called(&tokens, index) {
                    found.push((line, format!(".{name}()")));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Whether the name in this place is a method in a call.
fn is_called(tokens: &[TokenTree], index: usize) -> bool {
    let dot = index.checked_sub(1).map(|before| &tokens[before]);
    let arguments = tokens.get(index + 1);
    matches!(dot, Some(TokenTree::Punct(punct)) if punct.as_char() == '.')
        && matches!(arguments, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_are_found_in_code_and_in_macros() {
        let source = "use wasmer::WasmPtr;\nfn f() {\n    memory.view(&store).read(0);\n    assert!(view.data_ptr().is_null());\n}";
        let expected = [(1, "WasmPtr".to_owned()), (3, ".view()".to_owned()), (4, ".data_ptr()".to_owned())];
        assert_eq!(accesses(source).unwrap(), expected);
    }

    #[test]
    fn names_that_only_look_like_it_are_none() {
        let source =
            "/// `memory.view(…)` and `WasmPtr`\nfn view(view: &View) -> &str { self.view.name(\"MemoryView\") }";
        assert_eq!(accesses(source).unwrap(), []);
        assert!(accesses("fn f( {").is_err());
    }
}
