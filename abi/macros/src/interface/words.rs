//! Code as text for people: signatures and documentation.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Signature};

/// The signature without the receiver: `count(dir: &str) -> Result<u64, CountError>`.
pub(super) fn signature(signature: &Signature) -> String {
    let args: Vec<_> = signature.inputs.iter().skip(1).map(|arg| code(arg.to_token_stream())).collect();
    let output = match &signature.output {
        syn::ReturnType::Default => String::new(),
        syn::ReturnType::Type(_, ty) => format!(" -> {}", code(ty.to_token_stream())),
    };
    format!("{}({}){output}", signature.ident, args.join(", "))
}

/// Types and names as one writes them.
fn code(tokens: TokenStream) -> String {
    let mut text = String::new();
    write(tokens, &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                text.push(punct.as_char());
                let ends_word = match punct.as_char() {
                    ',' | ';' | '+' | '=' => true,
                    // `: ` after a name, but not in a path.
                    ':' => !text.ends_with("::") && punct.spacing() == proc_macro2::Spacing::Alone,
                    _ => false,
                };
                if ends_word {
                    text.push(' ');
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            word => {
                // Two words in a row, such as `'a T` or `dyn T`.
                if text.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !follows_quote(text) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

/// Whether the last thing in the text is the `'` of a lifetime.
fn follows_quote(text: &str) -> bool {
    text.ends_with('\'')
}

/// The text of the documentation comments.
pub(super) fn docs(attributes: &[Attribute]) -> String {
    let lines: Vec<_> = attributes.iter().filter_map(doc_line).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                let text = text.value();
                Some(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}
