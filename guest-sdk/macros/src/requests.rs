//! What the plugin asks for: from the author's text into the module's section.

use crate::options::Options;
use plugix_requests::{Item, LimitKind, Requests, TextError, write};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use std::path::{Path, PathBuf};
use syn::{Error, LitStr, Result};

/// Where requests stand unless the attribute names a file.
const MANIFEST: &str = "Cargo.toml";

/// The section, and what has the plugin compiled anew when the text changes.
pub(crate) fn section(named: Option<&LitStr>, options: &Options) -> Result<TokenStream> {
    let Some(folder) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        // Nothing but cargo knows where the plugin's manifest is.
        return Ok(TokenStream::new());
    };
    let (file, span) = match named {
        Some(named) => (named.value(), named.span()),
        None => (MANIFEST.to_owned(), Span::call_site()),
    };
    let path = folder.join(&file);
    let wrong = |problem: String| Error::new(span, problem);
    let text =
        std::fs::read_to_string(&path).map_err(|error| wrong(format!("can't read {}: {error}", path.display())))?;
    let requests = match named {
        Some(_) => Requests::from_toml(&text, Some(Path::new(&file))),
        None => Requests::from_manifest(&text, Some(Path::new(&file))),
    };
    let requests = requests.map_err(|error: TextError| wrong(error.to_string()))?;
    enough(&requests, options).map_err(wrong)?;
    let Some(path) = path.to_str() else { return Err(wrong(format!("{} is no UTF-8", path.display()))) };
    let bytes = Literal::byte_string(&write(&requests));
    let section = (!requests.is_empty()).then(|| quote!(::plugix_guest::__section!("plugix.requests", #bytes);));
    Ok(quote! {
        #section
        const _: &[u8] = ::core::include_bytes!(#path);
    })
}

/// Checks that the plugin doesn't need more than it asks for.
fn enough(requests: &Requests, options: &Options) -> std::result::Result<(), String> {
    for (kind, needs) in [(LimitKind::Threads, u64::from(options.threads)), (LimitKind::Memory, options.memory)] {
        let asked = requests.iter().find_map(|request| match &request.item {
            Item::Limit { kind: asked, amount } if *asked == kind => Some(*amount),
            _ => None,
        });
        if let Some(asked) = asked.filter(|asked| *asked < needs) {
            let [asked, needs] = [asked, needs].map(|amount| kind.amount_text(amount));
            let word = kind.word();
            return Err(format!(
                "the plugin needs {needs} (`{word}` in the attribute), and asks for {asked} of `{word}`"
            ));
        }
    }
    Ok(())
}
