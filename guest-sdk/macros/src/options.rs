//! What stands in the attribute's parentheses.

use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, LitInt, LitStr, Result, Token};

#[derive(Default)]
pub(crate) struct Options {
    /// One line for people.
    pub(crate) description: Option<Expr>,
    /// How many threads the plugin starts.
    pub(crate) threads: u32,
    /// How many bytes of memory it takes.
    pub(crate) memory: u64,
    /// The file that says what the plugin asks for.
    pub(crate) requests: Option<LitStr>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            if key == "description" {
                options.description = Some(input.parse()?);
            } else if key == "threads" {
                options.threads = input.parse::<LitInt>()?.base10_parse()?;
            } else if key == "memory" {
                options.memory = parse_bytes(&input.parse()?)?;
            } else if key == "requests" {
                options.requests = Some(input.parse()?);
            } else {
                return Err(Error::new(key.span(), "expected `description`, `threads`, `memory` or `requests`"));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn parse_bytes(text: &LitStr) -> Result<u64> {
    let value = text.value();
    let bytes = value.split_once(' ').and_then(|(number, unit)| {
        let unit: u64 = match unit {
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        number.parse::<u64>().ok()?.checked_mul(unit)
    });
    bytes.ok_or_else(|| {
        Error::new(text.span(), "write an amount of memory as `\"64 MiB\"`: a number and KiB, MiB or GiB")
    })
}
