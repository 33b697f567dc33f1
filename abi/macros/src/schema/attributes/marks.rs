//! `#[schema(…)]` on fields and variants: what they are for a side that doesn't know them.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Lit, LitFloat, Path, Result, Token, Type};

/// What a field or a variant is for a side that doesn't know it.
pub(in crate::schema) enum Mark {
    /// A field has a default: the zero of its type.
    Zero(Span),
    /// A field has a default that is written.
    Literal(Span, Literal),
    /// A variant stands for unknown ones.
    Other(Span),
}

/// A default, and what it is.
pub(in crate::schema) struct Literal {
    text: String,
    kind: TokenStream,
    /// As it was written. The compiler says where it doesn't fit the field.
    written: TokenStream,
    /// A text's field has another type than the literal.
    is_text: bool,
}

impl Mark {
    pub(super) fn new(attributes: &[Attribute]) -> Result<Option<Self>> {
        let mut mark = None;
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("schema")) {
            attribute.parse_nested_meta(|meta| {
                let span = meta.path.segments[0].ident.span();
                mark = Some(if meta.path.is_ident("other") {
                    Self::Other(span)
                } else if !meta.path.is_ident("default") {
                    return Err(meta.error("expected `default`, `default = …` or `other`"));
                } else if meta.input.peek(Token![=]) {
                    Self::Literal(span, Literal::parse(meta.value()?)?)
                } else {
                    Self::Zero(span)
                });
                Ok(())
            })?;
        }
        Ok(mark)
    }

    /// Refuses the mark of a variant on a field.
    pub(in crate::schema) fn field(mark: Option<&Self>, is_named: bool) -> Result<()> {
        match mark {
            Some(Self::Other(span)) => {
                Err(Error::new(*span, "`other` stands on a variant without data: it stands for unknown variants"))
            }
            Some(Self::Zero(span) | Self::Literal(span, _)) if !is_named => {
                Err(Error::new(*span, "fields are matched by their names: give this one a name, or remove `default`"))
            }
            _ => Ok(()),
        }
    }

    /// The field's type with its mark around it.
    pub(in crate::schema) fn around(mark: Option<&Self>, abi: &Path, ty: &Type) -> TokenStream {
        let schema = |ty: TokenStream| quote!(#abi::__private::schema_at::<<__D as #abi::Depth>::Next, #ty>());
        let plain = schema(quote!(#ty));
        match mark {
            Some(Self::Zero(_)) => schema(quote!(#abi::__private::Defaulted<#ty>)),
            Some(Self::Literal(_, Literal { text, kind, written, is_text })) => {
                let check = (!is_text).then(|| quote!(let _: fn() -> #ty = || #written;));
                quote!({
                    #check
                    &NamedType {
                        name: #abi::__private::DEFAULTED,
                        ty: &DataModelType::TupleStruct(&[
                            #plain,
                            &NamedType { name: #text, ty: &DataModelType::#kind },
                        ]),
                    }
                })
            }
            _ => plain,
        }
    }
}

impl Literal {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let sign = input.parse::<Option<Token![-]>>()?;
        let minus = if sign.is_some() { "-" } else { "" };
        let literal: Lit = input.parse()?;
        let (text, kind) = match &literal {
            Lit::Int(number) => (format!("{minus}{}", number.base10_digits()), quote!(I128)),
            // A constant can't read a float from its text.
            Lit::Float(number) => (bits(minus, number)?, quote!(F64)),
            Lit::Bool(value) if minus.is_empty() => (value.value.to_string(), quote!(Bool)),
            Lit::Str(text) if minus.is_empty() => (text.value(), quote!(String)),
            Lit::Char(char) if minus.is_empty() => (char.value().to_string(), quote!(Char)),
            other => return Err(Error::new(other.span(), "a default is a number, a text, a character or a `bool`")),
        };
        Ok(Self { text, kind, written: quote!(#sign #literal), is_text: matches!(literal, Lit::Str(_)) })
    }
}

fn bits(minus: &str, number: &LitFloat) -> Result<String> {
    let value: f64 = format!("{minus}{}", number.base10_digits())
        .parse()
        .map_err(|_| Error::new(number.span(), "not a number that an `f64` has"))?;
    Ok(value.to_bits().to_string())
}
