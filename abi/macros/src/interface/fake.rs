//! The fake: an implementation for tests. Each method answers by a closure that the test gives it.

use super::Contract;
use super::method::Method;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) fn expand(contract: &Contract) -> TokenStream {
    let Contract { ident, vis, .. } = contract;
    let abi = &contract.options.abi;
    let interface = contract.dyn_type();
    let fake = format_ident!("{ident}Fake");
    let docs = format!("A [`{ident}`] for tests, whose methods answer by closures. A method without one panics.");
    let fields = contract.methods.iter().map(|method| {
        let (answer, function) = (answer_ident(method), function(method));
        quote!(#answer: ::core::option::Option<#abi::__private::Box<dyn #function + ::core::marker::Send + ::core::marker::Sync>>)
    });
    let setters = contract.methods.iter().map(|method| {
        let (answer, function) = (answer_ident(method), function(method));
        let docs = format!("Answers [`{ident}::{}`]: with a value, an error, or a panic.", method.ident);
        quote! {
            #[doc = #docs]
            #[must_use]
            #vis fn #answer(
                mut self,
                answer: impl #function + ::core::marker::Send + ::core::marker::Sync + 'static,
            ) -> Self {
                self.#answer = ::core::option::Option::Some(#abi::__private::Box::new(answer));
                self
            }
        }
    });
    let answers = contract.methods.iter().map(answer_ident);
    let methods = contract.methods.iter().map(|method| implementation(contract, method));
    quote! {
        #[cfg(not(target_family = "wasm"))]
        #[doc = #docs]
        #[allow(dead_code)]
        #vis struct #fake {
            recorded: #abi::interface::Calls,
            #(#fields,)*
        }

        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            #[allow(dead_code, clippy::new_without_default)]
            impl #fake {
                /// A fake without answers.
                #vis fn new() -> Self {
                    #fake {
                        recorded: #abi::interface::Calls::new::<#interface>(),
                        #(#answers: ::core::option::Option::None,)*
                    }
                }

                /// How often each method is called, from now on too.
                #vis fn calls(&self) -> #abi::interface::Calls {
                    self.recorded.clone()
                }

                #(#setters)*
            }

            impl #ident for #fake {
                #(#methods)*
            }
        };
    }
}

fn answer_ident(method: &Method) -> syn::Ident {
    format_ident!("on_{}", method.ident)
}

/// The closure's trait.
fn function(method: &Method) -> TokenStream {
    let types = method.args.iter().map(|arg| &arg.ty);
    let returned = returned(method);
    quote!(::core::ops::Fn(#(#types),*) -> #returned)
}

fn returned(method: &Method) -> TokenStream {
    let value = &method.value;
    match &method.error {
        None => quote!(#value),
        Some(error) => quote!(::core::result::Result<#value, #error>),
    }
}

fn implementation(contract: &Contract, method: &Method) -> TokenStream {
    let Method { ident, index, .. } = method;
    let (answer, returned) = (answer_ident(method), returned(method));
    let inputs = method.args.iter().map(|arg| {
        let (ident, ty) = (&arg.ident, &arg.ty);
        quote!(#ident: #ty)
    });
    let args = method.args.iter().map(|arg| &arg.ident);
    let missing = format!("the fake of `{}` has no answer for `{ident}`: give it one with `{answer}`", contract.ident);
    quote! {
        fn #ident(&self, #(#inputs),*) -> #returned {
            self.recorded.add(#index);
            match &self.#answer {
                ::core::option::Option::Some(answer) => answer(#(#args),*),
                ::core::option::Option::None => ::core::panic!(#missing),
            }
        }
    }
}
