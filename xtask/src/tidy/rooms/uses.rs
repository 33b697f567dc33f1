//! Which rooms a source file names: in `use`, in paths, and in the arguments of macros.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Macro, MetaList, UseTree, Visibility};

/// A path that goes through the root of the crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The line in the file, from 1.
    pub(super) line: usize,
    /// What follows the root: a room and a name in it, or a name that the root re-exports. `*` stands for all names.
    pub(super) path: Vec<String>,
}

/// The uses in a source file. `module` is the module that the file is.
pub(super) fn of_source(source: &str, module: &[String]) -> syn::Result<Vec<Use>> {
    let file = syn::parse_file(source)?;
    let mut reader = Reader { module: module.to_vec(), uses: Vec::new() };
    reader.visit_file(&file);
    Ok(reader.uses)
}

/// The names that the root of the crate re-exports: the name, and the path that it stands for.
pub(super) fn reexports(root: &str) -> syn::Result<Vec<(String, Vec<String>)>> {
    let mut found = Vec::new();
    for item in syn::parse_file(root)?.items {
        if let syn::Item::Use(item) = item {
            flatten(&item.tree, &mut Vec::new(), &mut |path, name, _| found.push((name.to_owned(), path.to_vec())));
        }
    }
    Ok(found)
}

struct Reader {
    /// The module that is read: the file's own, or one that is written inline in it.
    module: Vec<String>,
    uses: Vec<Use>,
}

impl Reader {
    /// Keeps a path if it goes through the root of the crate.
    fn add(&mut self, path: &[String], span: Span) {
        let mut base = self.module.clone();
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" => base.clear(),
                "super" => _ = base.pop(),
                "self" if rest.len() == path.len() => {}
                _ => break,
            }
            rest = after;
        }
        // `crate` alone stands in `pub(crate)`. A path without a leading keyword begins in this module.
        if rest.len() < path.len() && base.is_empty() && !rest.is_empty() {
            self.uses.push(Use { line: span.start().line, path: rest.to_vec() });
        }
    }

    /// Finds the paths in the arguments of macros, which the parser doesn't read.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<(Vec<String>, Span)> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    match &mut path {
                        Some((names, _)) if colons == 2 => names.push(ident.to_string()),
                        _ => self.finish(path.replace((vec![ident.to_string()], ident.span()))),
                    }
                    colons = 0;
                }
                other => {
                    self.finish(path.take());
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.finish(path);
    }

    fn finish(&mut self, path: Option<(Vec<String>, Span)>) {
        if let Some((path, span)) = path {
            self.add(&path, span);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        flatten(&item.tree, &mut Vec::new(), &mut |path, _, span| self.add(path, span));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.add(&names, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        self.visit_path(&invocation.path);
        self.tokens(invocation.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast MetaList) {
        self.tokens(list.tokens.clone());
    }

    /// Who may see an item is no use of a room.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// Hands over each path of a `use`, with its new name and its place.
fn flatten(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(&[String], &str, Span)) {
    let len = path.len();
    match tree {
        UseTree::Path(part) => {
            path.push(part.ident.to_string());
            flatten(&part.tree, path, found);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, path, found)),
        // `use a::{self}` is `use a`.
        UseTree::Name(part) if part.ident == "self" && len > 0 => found(path, &path[len - 1], part.ident.span()),
        UseTree::Name(part) => {
            path.push(part.ident.to_string());
            found(path, &path[len], part.ident.span());
        }
        UseTree::Rename(part) => {
            path.push(part.ident.to_string());
            found(path, &part.rename.to_string(), part.ident.span());
        }
        UseTree::Glob(part) => {
            path.push("*".to_owned());
            found(path, "*", part.star_token.spans[0]);
        }
    }
    path.truncate(len);
}
