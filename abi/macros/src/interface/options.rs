//! What stands in the attribute's parentheses.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr, Path, Result, Token, parse_quote};

pub(super) struct Options {
    pub(super) version: [u32; 3],
    pub(super) name: Option<String>,
    /// Where `plugix_abi` is.
    pub(super) abi: Path,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut version = None;
        let mut name = None;
        let mut abi = parse_quote!(::plugix_abi);
        while !input.is_empty() {
            if input.peek(Token![crate]) {
                input.parse::<Token![crate]>()?;
                input.parse::<Token![=]>()?;
                abi = input.call(Path::parse_mod_style)?;
            } else {
                let key: syn::Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                if key == "version" {
                    version = Some(parse_version(&input.parse()?)?);
                } else if key == "name" {
                    name = Some(parse_name(&input.parse()?)?);
                } else {
                    return Err(Error::new(key.span(), "expected `version`, `name` or `crate`"));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        match version {
            Some(version) => Ok(Self { version, name, abi }),
            None => Err(Error::new(Span::call_site(), "say which version this is: `#[interface(version = \"1.0\")]`")),
        }
    }
}

pub(super) fn parse_version(text: &LitStr) -> Result<[u32; 3]> {
    let mut version = [0; 3];
    let value = text.value();
    let parts: Vec<_> = value.split('.').collect();
    let wrong = || Error::new(text.span(), "a version is one to three numbers, such as `1.2` or `1.2.3`");
    if parts.len() > version.len() {
        return Err(wrong());
    }
    for (number, part) in version.iter_mut().zip(parts) {
        *number = part.parse().map_err(|_| wrong())?;
    }
    Ok(version)
}

fn parse_name(text: &LitStr) -> Result<String> {
    let name = text.value();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(Error::new(text.span(), "an interface's name is made of letters, digits, `-`, `_` and `.`"));
    }
    Ok(name)
}
