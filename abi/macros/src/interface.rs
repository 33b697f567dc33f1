//! `#[interface]`: from a trait to a contract.

mod calls;
mod client;
mod fake;
mod hidden;
mod history;
mod imp;
mod method;
mod options;
mod types;
mod words;

use method::Method;
use options::Options;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, Ident, ItemTrait, Result, TraitItem, Visibility};

/// All that the macro knows of the trait.
struct Contract {
    options: Options,
    name: String,
    vis: Visibility,
    ident: Ident,
    client: Ident,
    docs: String,
    methods: Vec<Method>,
}

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let options = syn::parse2(options)?;
    let mut item: ItemTrait = syn::parse2(item)?;
    let contract = Contract::new(options, &item)?;
    let hidden = hidden::expand(&contract, &item);
    history::remove(&mut item);
    let client = client::expand(&contract);
    let calls = calls::expand(&contract);
    let fake = fake::expand(&contract);
    let imp = imp::expand(&contract);
    Ok(quote!(#item #client #calls #fake #imp #hidden))
}

impl Contract {
    fn new(options: Options, item: &ItemTrait) -> Result<Self> {
        let mut errors = Errors::default();
        errors.keep(check_trait(item));
        let mut methods = Vec::new();
        for item in &item.items {
            match item {
                TraitItem::Fn(function) => match Method::new(methods.len(), function) {
                    Ok(method) => {
                        errors.keep(method.history.check(options.version, &method.ident));
                        methods.push(method);
                    }
                    Err(error) => errors.push(error),
                },
                other => errors.push(Error::new_spanned(other, "an interface has methods only: move this out of it")),
            }
        }
        errors.keep(history::History::check_names(&methods));
        errors.finish()?;
        Ok(Self {
            name: options.name.clone().unwrap_or_else(|| item.ident.to_string()),
            options,
            vis: item.vis.clone(),
            ident: item.ident.clone(),
            client: format_ident!("{}Client", item.ident),
            docs: words::docs(&item.attrs),
            methods,
        })
    }

    /// The trait's `dyn` type. The macro implements everything for it.
    fn dyn_type(&self) -> TokenStream {
        let ident = &self.ident;
        quote!((dyn #ident + 'static))
    }
}

fn check_trait(item: &ItemTrait) -> Result<()> {
    if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
        let message = "an interface has no generics: write the types that cross the boundary";
        return Err(Error::new_spanned(&item.generics, message));
    }
    if !item.supertraits.is_empty() {
        let message = "an interface has no supertraits: `Send` and `Sync` are asked for where a type implements it";
        return Err(Error::new_spanned(&item.supertraits, message));
    }
    if let Some(unsafety) = &item.unsafety {
        return Err(Error::new_spanned(unsafety, "an interface is safe: remove `unsafe`"));
    }
    Ok(())
}

/// Collects errors, so that all are shown at once.
#[derive(Default)]
struct Errors(Option<Error>);

impl Errors {
    fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn keep(&mut self, result: Result<()>) {
        if let Err(error) = result {
            self.push(error);
        }
    }

    fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
