//! `#[derive(Schema)]`: postcard-schema's trait, by serde's names.

mod attributes;

use crate::crossing;
use attributes::{Container, Item, Mark, Names};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Fields, Path, Result, Type, parse_quote};

pub(crate) fn expand(item: TokenStream) -> Result<TokenStream> {
    let mut item: DeriveInput = syn::parse2(item)?;
    let container = Container::new(&item.attrs)?;
    let abi = &container.abi;
    check_fields(&item)?;
    for parameter in item.generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#abi::Schema<<__D as #abi::Depth>::Next>));
    }
    let model: Path = parse_quote!(#abi::__private::postcard_schema::schema);
    let ty = match &item.data {
        Data::Struct(data) if container.transparent => {
            let types = field_types(abi, &data.fields)?;
            quote!(DataModelType::NewtypeStruct(#(#types)*))
        }
        Data::Struct(data) => match &data.fields {
            Fields::Unit => quote!(DataModelType::UnitStruct),
            Fields::Unnamed(fields) => {
                let types = field_types(abi, &data.fields)?;
                match fields.unnamed.len() {
                    1 => quote!(DataModelType::NewtypeStruct(#(#types)*)),
                    _ => quote!(DataModelType::TupleStruct(&[#(#types),*])),
                }
            }
            Fields::Named(_) => {
                let fields = named_fields(abi, &data.fields, container.fields)?;
                quote!(DataModelType::Struct(&[#(#fields),*]))
            }
        },
        Data::Enum(data) => {
            let variants = data.variants.iter().map(|variant| {
                let item = Item::new(&variant.attrs)?;
                let name = item.name(&variant.ident, container.variants);
                let data = match (&variant.fields, &item.mark) {
                    (Fields::Unit, Some(Mark::Other(_))) => {
                        quote!(DataModelVariant::NewtypeVariant(&#abi::__private::OTHER))
                    }
                    (_, Some(Mark::Other(span))) => {
                        let message = "a variant that stands for unknown ones holds nothing";
                        return Err(Error::new(*span, message));
                    }
                    (_, Some(Mark::Zero(span) | Mark::Literal(span, _))) => {
                        let message = "a variant has no default: mark one without data as `other`";
                        return Err(Error::new(*span, message));
                    }
                    (Fields::Unit, None) => quote!(DataModelVariant::UnitVariant),
                    (Fields::Unnamed(fields), None) => {
                        let types = field_types(abi, &variant.fields)?;
                        match fields.unnamed.len() {
                            1 => quote!(DataModelVariant::NewtypeVariant(#(#types)*)),
                            _ => quote!(DataModelVariant::TupleVariant(&[#(#types),*])),
                        }
                    }
                    (Fields::Named(_), None) => {
                        let fields = named_fields(abi, &variant.fields, item.fields.or(container.variant_fields))?;
                        quote!(DataModelVariant::StructVariant(&[#(#fields),*]))
                    }
                };
                Ok(quote!(&NamedVariant { name: #name, ty: &#data }))
            });
            let variants = variants.collect::<Result<Vec<_>>>()?;
            quote!(DataModelType::Enum(&[#(#variants),*]))
        }
        Data::Union(data) => {
            return Err(Error::new(data.union_token.span, "a union has no schema: use an enum"));
        }
    };
    let finite = types(&item.data)
        .into_iter()
        .map(|ty| quote_spanned!(ty.span() => <#ty as #abi::Schema<<__D as #abi::Depth>::Next>>::FINITE));
    let (ident, name) = (&item.ident, item.ident.to_string());
    let (_, type_generics, where_clause) = item.generics.split_for_impl();
    let mut at_each_depth = item.generics.clone();
    at_each_depth.params.push(parse_quote!(__D: #abi::Depth));
    let (impl_generics, ..) = at_each_depth.split_for_impl();
    Ok(quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #model::{DataModelType, DataModelVariant, NamedType, NamedValue, NamedVariant};

            impl #impl_generics #abi::Schema<__D> for #ident #type_generics #where_clause {
                const SCHEMA: &'static NamedType = &NamedType { name: #name, ty: &#ty };
                const FINITE: () = {
                    let () = <__D as #abi::Depth>::CHECK;
                    #(let () = #finite;)*
                };
            }
        };
    })
}

/// The types of all fields.
fn types(data: &Data) -> Vec<&Type> {
    let fields: Vec<_> = match data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    fields.into_iter().map(|field| &field.ty).collect()
}

fn check_fields(item: &DeriveInput) -> Result<()> {
    // `Pod` asks for a layout that is written.
    let is_pod = item.attrs.iter().any(|attribute| attribute.path().is_ident("repr"));
    types(&item.data).into_iter().try_for_each(|ty| crossing::check_field(ty, &item.ident, is_pod))
}

fn field_types(abi: &Path, fields: &Fields) -> Result<Vec<TokenStream>> {
    let types = fields.iter().map(|field| {
        Mark::field(Item::new(&field.attrs)?.mark.as_ref(), false)?;
        Ok(Mark::around(None, abi, &field.ty))
    });
    types.collect()
}

fn named_fields(abi: &Path, fields: &Fields, names: Option<Names>) -> Result<Vec<TokenStream>> {
    let fields = fields.iter().filter_map(|field| Some((field, field.ident.as_ref()?))).map(|(field, ident)| {
        let item = Item::new(&field.attrs)?;
        Mark::field(item.mark.as_ref(), true)?;
        let (name, ty) = (item.name(ident, names), Mark::around(item.mark.as_ref(), abi, &field.ty));
        Ok(quote!(&NamedValue { name: #name, ty: #ty }))
    });
    fields.collect()
}
