//! The serde attributes that a schema follows.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Ident, LitStr, Path, Result, Token, parenthesized, parse_quote};

mod marks;

pub(super) use marks::Mark;

/// How serde changes the names of fields or variants.
#[derive(Clone, Copy)]
pub(super) enum Names {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// A struct's or an enum's attributes.
pub(super) struct Container {
    pub(super) abi: Path,
    pub(super) transparent: bool,
    pub(super) fields: Option<Names>,
    pub(super) variants: Option<Names>,
    pub(super) variant_fields: Option<Names>,
}

/// A field's or a variant's attributes.
#[derive(Default)]
pub(super) struct Item {
    rename: Option<String>,
    /// For the fields of a variant.
    pub(super) fields: Option<Names>,
    /// What it is for the other side, if that doesn't know it.
    pub(super) mark: Option<Mark>,
}

impl Container {
    pub(super) fn new(attributes: &[Attribute]) -> Result<Self> {
        let mut container = Self {
            abi: parse_quote!(::plugix_abi),
            transparent: false,
            fields: None,
            variants: None,
            variant_fields: None,
        };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("schema")) {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("crate") {
                    return Err(meta.error("expected `crate = path`"));
                }
                container.abi = meta.value()?.call(Path::parse_mod_style)?;
                Ok(())
            })?;
        }
        each_serde(attributes, |meta| {
            if meta.path.is_ident("rename_all") {
                let names = both(&meta, Names::parse)?;
                (container.fields, container.variants) = (names, names);
            } else if meta.path.is_ident("rename_all_fields") {
                container.variant_fields = both(&meta, Names::parse)?;
            } else if meta.path.is_ident("transparent") {
                container.transparent = true;
            } else {
                other(&meta)?;
            }
            Ok(())
        })?;
        Ok(container)
    }
}

impl Item {
    pub(super) fn new(attributes: &[Attribute]) -> Result<Self> {
        let mut item = Self { mark: Mark::new(attributes)?, ..Self::default() };
        each_serde(attributes, |meta| {
            if meta.path.is_ident("rename") {
                item.rename = both(&meta, |name| Ok(name.value()))?;
            } else if meta.path.is_ident("rename_all") {
                item.fields = both(&meta, Names::parse)?;
            } else {
                other(&meta)?;
            }
            Ok(())
        })?;
        Ok(item)
    }

    /// The name that serde gives the field or variant.
    pub(super) fn name(&self, ident: &Ident, names: Option<Names>) -> String {
        let plain = ident.to_string();
        let plain = plain.strip_prefix("r#").unwrap_or(&plain);
        self.rename.clone().unwrap_or_else(|| names.map_or(plain.to_owned(), |names| names.apply(plain)))
    }
}

fn each_serde(attributes: &[Attribute], mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(&mut read)?;
    }
    Ok(())
}

/// One value for both directions, or two. Of two, the one for serializing counts, because that name is on the wire.
fn both<T>(meta: &ParseNestedMeta<'_>, read: impl Fn(&LitStr) -> Result<T>) -> Result<Option<T>> {
    if meta.input.peek(Token![=]) {
        return read(&meta.value()?.parse()?).map(Some);
    }
    let mut value = None;
    meta.parse_nested_meta(|meta| {
        let text: LitStr = meta.value()?.parse()?;
        if meta.path.is_ident("serialize") {
            value = Some(read(&text)?);
        }
        Ok(())
    })?;
    Ok(value)
}

/// Attributes that change nothing here, and attributes that postcard can't encode.
fn other(meta: &ParseNestedMeta<'_>) -> Result<()> {
    const REFUSED: [&str; 11] = [
        "flatten",
        "skip",
        "skip_serializing",
        "skip_deserializing",
        "skip_serializing_if",
        "tag",
        "content",
        "untagged",
        "with",
        "serialize_with",
        "from",
    ];
    if let Some(name) = REFUSED.iter().find(|name| meta.path.is_ident(name)) {
        return Err(
            meta.error(format!("a type with `{name}` has another form than its fields: implement `Schema` by hand"))
        );
    }
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

impl Names {
    fn parse(text: &LitStr) -> Result<Self> {
        Ok(match text.value().as_str() {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return Err(syn::Error::new(text.span(), "not a form of names that serde knows")),
        })
    }

    fn apply(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Snake => snake(name),
            Self::ScreamingSnake => snake(name).to_ascii_uppercase(),
            Self::Kebab => snake(name).replace('_', "-"),
            Self::ScreamingKebab => snake(name).to_ascii_uppercase().replace('_', "-"),
            Self::Pascal => pascal(name),
            Self::Camel => {
                let name = pascal(name);
                name[..1].to_ascii_lowercase() + &name[1..]
            }
        }
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.char_indices() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

fn pascal(name: &str) -> String {
    let mut pascal = String::new();
    let mut capital = true;
    for c in name.chars() {
        if c == '_' {
            capital = true;
        } else {
            pascal.push(if capital { c.to_ascii_uppercase() } else { c });
            capital = false;
        }
    }
    pascal
}
