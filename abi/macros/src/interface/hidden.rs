//! The hidden macro with the trait's name. It lists the methods for `#[plugix_guest::plugin]`.

use super::Contract;
use super::method::{MAX_REGISTERS, Method};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ItemTrait;

pub(super) fn expand(contract: &Contract, item: &ItemTrait) -> TokenStream {
    let Contract { ident, vis, name, .. } = contract;
    // An exported macro stands at the crate's root. Two traits of the same name must not meet there, nor two versions of
    // one that differ in nothing else.
    let text = format!("{name} {:?} {}", contract.options.version, item.to_token_stream());
    let unique = format_ident!("__plugix_{ident}_{:016x}", fnv1a(&text));
    let methods = contract.methods.iter().map(|method| {
        let index = method.index;
        let export = format!("plugix:{name}/{}", method.ident);
        let scalar = method.is_scalar().then(|| scalar(name, method));
        quote!((#index #export #scalar))
    });
    quote! {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! #unique {
            ([$($callback:tt)*] $($context:tt)*) => {
                $($callback)* ! { $($context)* #(#methods)* }
            };
        }

        #[doc(hidden)]
        #[allow(unused_imports)]
        #vis use #unique as #ident;
    }
}

/// The export that takes registers: its name, its parameters, and all registers. The parameters fill the first
/// registers; the others are 0.
fn scalar(name: &str, method: &Method) -> TokenStream {
    let export = format!("plugix_scalar:{name}/{}", method.ident);
    let parameters: Vec<_> = (0..method.args.len()).map(|i| format_ident!("register{i}")).collect();
    let zeros = (parameters.len()..MAX_REGISTERS).map(|_| quote!(0));
    quote!({ #export (#(#parameters)*) (#(#parameters,)* #(#zeros),*) })
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
