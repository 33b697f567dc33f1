//! The client: a struct with the trait's methods. Each method calls through a `Caller`.

use super::Contract;
use super::method::{Arg, Method};
use super::types::ArgKind;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn expand(contract: &Contract) -> TokenStream {
    let Contract { client, ident, vis, .. } = contract;
    let abi = &contract.options.abi;
    let methods = contract.methods.iter().map(|method| client_method(contract, method));
    let docs = format!("Calls a [`{ident}`] on the other side.");
    let defaults = contract.methods.iter().any(|method| method.optional).then(|| defaults(contract));
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #[derive(Clone, Copy, Debug)]
        #vis struct #client<C> {
            caller: C,
        }

        const _: () = {
            #[allow(dead_code)]
            impl<__C: #abi::interface::Caller> #client<__C> {
                #(#methods)*
            }
            #defaults
        };
    }
}

fn client_method(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let interface = contract.dyn_type();
    let vis = &contract.vis;
    let Method { ident, value, index, doc_attributes, .. } = method;
    let inputs = inputs(method);
    let args = method.args.iter().rev().fold(quote!(()), |rest, arg| {
        let arg = encoded(abi, arg);
        quote!((#arg, #rest))
    });
    let call = quote!(self.caller.call::<#interface, #index, _>(&#args));
    let (error, failed) = match &method.error {
        None => (quote!(__C::Error), quote!(::core::result::Result::Err(error))),
        Some(error) => (
            quote!(#abi::interface::CallError<#error, __C::Error>),
            quote!(::core::result::Result::Err(#abi::interface::CallError::Failed(error))),
        ),
    };
    let body = if method.optional {
        let run = run_default(contract, method);
        quote! {
            match #call {
                #failed if __C::is_not_provided(&error) => #run,
                result => result,
            }
        }
    } else {
        call
    };
    let has = method.history.is_later().then(|| has(contract, method));
    let errors = match &method.error {
        None => "When the call fails.",
        Some(_) => "With the method's own error, or when the call fails.",
    };
    quote! {
        #(#doc_attributes)*
        ///
        /// # Errors
        #[doc = #errors]
        #[inline]
        #vis fn #ident(&self, #inputs) -> ::core::result::Result<#value, #error> {
            #body
        }

        #has
    }
}

/// Says ahead whether the other side has a method that came later.
fn has(contract: &Contract, method: &Method) -> TokenStream {
    let (interface, vis, index) = (contract.dyn_type(), &contract.vis, method.index);
    let docs = format!("Whether the other side has `{}`. Sides of earlier versions lack it.", method.ident);
    let name = format_ident!("has_{}", method.ident);
    quote! {
        #[doc = #docs]
        #vis fn #name(&self) -> bool {
            self.caller.provides::<#interface>(#index)
        }
    }
}

pub(super) fn inputs(method: &Method) -> TokenStream {
    let inputs = method.args.iter().map(|Arg { ident, ty, .. }| quote!(#ident: #ty));
    quote!(#(#inputs),*)
}

/// The argument in the wrapper that encodes it.
fn encoded(abi: &syn::Path, Arg { ident, kind, .. }: &Arg) -> TokenStream {
    match kind {
        ArgKind::BytesRef => quote!(#abi::interface::Bytes(#ident)),
        ArgKind::BytesVec => quote!(#abi::interface::Bytes(&#ident)),
        ArgKind::Str | ArgKind::Slice(_) | ArgKind::Ref(_) => quote!(#abi::interface::Value(#ident)),
        ArgKind::Pod(_) => quote!(#ident),
        ArgKind::Stream(_) => quote!(#abi::interface::StreamArg::new(#ident)),
        ArgKind::Scalar => quote!(#abi::interface::ScalarArg(#ident)),
        ArgKind::Value => quote!(#abi::interface::Value(&#ident)),
    }
}

fn run_default(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let defaults = defaults_ident(contract);
    let name = &contract.ident;
    let ident = &method.ident;
    let args = method.args.iter().map(|arg| &arg.ident);
    let run = quote!(#name::#ident(&#defaults(self), #(#args),*));
    match &method.error {
        None => quote!(::core::result::Result::Ok(#run)),
        Some(_) => quote!(#run.map_err(#abi::interface::CallError::Returned)),
    }
}

fn defaults_ident(contract: &Contract) -> syn::Ident {
    format_ident!("{}Defaults", contract.ident)
}

/// What `self` is in a default body that runs on the client's side. There the other methods are calls.
fn defaults(contract: &Contract) -> TokenStream {
    let abi = &contract.options.abi;
    let defaults = defaults_ident(contract);
    let name = &contract.ident;
    let client = &contract.client;
    let methods = contract.methods.iter().filter(|method| !method.optional).map(|method| {
        let Method { ident, value, error, .. } = method;
        let inputs = inputs(method);
        let args = method.args.iter().map(|arg| &arg.ident);
        let call = quote!(self.0.#ident(#(#args),*));
        let message = format!("`{ident}`, which a default body of `{name}` needs, failed: {{}}");
        match error {
            None => quote! {
                fn #ident(&self, #inputs) -> #value {
                    #call.unwrap_or_else(|failure| ::core::panic!(#message, failure))
                }
            },
            Some(error) => quote! {
                fn #ident(&self, #inputs) -> ::core::result::Result<#value, #error> {
                    #call.map_err(|error| match error {
                        #abi::interface::CallError::Returned(error) => error,
                        #abi::interface::CallError::Failed(failure) => ::core::panic!(#message, failure),
                    })
                }
            },
        }
    });
    quote! {
        struct #defaults<'a, __C>(&'a #client<__C>);

        impl<__C: #abi::interface::Caller> #name for #defaults<'_, __C> {
            #(#methods)*
        }
    }
}
