//! The trait of callers: the client's methods, for adapters between versions and for code over any client.

use super::Contract;
use super::client::inputs;
use super::method::Method;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn expand(contract: &Contract) -> TokenStream {
    let Contract { client, ident, vis, .. } = contract;
    let abi = &contract.options.abi;
    let calls = format_ident!("{ident}Calls");
    let docs = format!("Calls a [`{ident}`]: what [`{client}`] does, and an adapter for plugins of another version.");
    let methods = contract.methods.iter().map(|method| {
        let (signature, docs) = (signature(contract, method), &method.doc_attributes);
        quote!(#(#docs)* #signature;)
    });
    let by_client = contract.methods.iter().map(|method| {
        let (signature, name, args) = (signature(contract, method), &method.ident, args(method));
        quote!(#[inline] #signature { #client::<__C>::#name(self, #(#args),*) })
    });
    let by_either = contract.methods.iter().map(|method| {
        let (signature, name, args) = (signature(contract, method), &method.ident, args(method));
        let args = quote!(#(#args),*);
        quote! {
            #[inline]
            #signature {
                match self {
                    Self::New(client) => __New::#name(client, #args),
                    Self::Old(client) => __Old::#name(client, #args),
                }
            }
        }
    });
    quote! {
        #[doc = #docs]
        #[allow(dead_code, missing_docs, clippy::missing_errors_doc)]
        #vis trait #calls {
            /// Why a call failed that the method itself didn't fail.
            type Error;

            #(#methods)*
        }

        const _: () = {
            impl<__C: #abi::interface::Caller> #calls for #client<__C> {
                type Error = __C::Error;

                #(#by_client)*
            }

            impl<__New: #calls, __Old: #calls<Error = __New::Error>> #calls for #abi::interface::Either<__New, __Old> {
                type Error = __New::Error;

                #(#by_either)*
            }
        };
    }
}

fn signature(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let Method { ident, value, .. } = method;
    let inputs = inputs(method);
    let error = match &method.error {
        None => quote!(Self::Error),
        Some(error) => quote!(#abi::interface::CallError<#error, Self::Error>),
    };
    quote!(fn #ident(&self, #inputs) -> ::core::result::Result<#value, #error>)
}

fn args(method: &Method) -> impl Iterator<Item = &syn::Ident> {
    method.args.iter().map(|arg| &arg.ident)
}
