//! How values of one type become values of another that an author changed in an allowed way.
//!
//! Fields and variants are matched by their names. A field that only one side has needs a default there. A variant that
//! the reader doesn't know becomes the one that the reader has marked for that.

use super::Difference;
use super::difference::Sides;
use plugix_abi::interface::descriptor::{Field, Type, Variant};
use std::collections::HashMap;

/// What differs, beside the type of the writer. Where nothing differs, there is no plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// In what an option, a list or a map holds.
    Inner(Box<Self>),
    /// In parts of a tuple.
    Tuple(Vec<Option<Self>>),
    /// The fields of the reader, in the reader's order.
    Struct(Vec<Slot>),
    /// What becomes of each variant of the writer.
    Enum(Vec<Case>),
}

/// Where a field comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// From this field of the writer.
    Field(usize, Option<Plan>),
    /// The writer doesn't have it.
    Default(Vec<u8>),
}

/// What becomes of a variant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// It has this place with the reader.
    Known(u32, Option<Plan>),
    /// The reader doesn't know it: it becomes the variant at this place, and what it holds is left out.
    Other(u32),
}

/// Compares the type of a writer with that of a reader. `None` if they have the same bytes.
///
/// Types stand in each other at most as deep as a descriptor allows, and so deep goes this.
pub(super) fn compare(from: &Type, to: &Type, sides: Sides) -> Result<Option<Plan>, Difference> {
    let inner = |plan: Option<Plan>| plan.map(|plan| Plan::Inner(Box::new(plan)));
    match (from, to) {
        (Type::Primitive(from), Type::Primitive(to)) if from == to => Ok(None),
        (Type::Option(from), Type::Option(to)) | (Type::Seq(from), Type::Seq(to)) => {
            compare(from, to, sides).map(inner)
        }
        (Type::Map(from_key, from), Type::Map(to_key, to)) => match compare(from_key, to_key, sides)? {
            None => compare(from, to, sides).map(inner),
            Some(_) => Err(sides.keys(from_key, to_key)),
        },
        (Type::Tuple(from_types), Type::Tuple(to_types)) if from_types.len() == to_types.len() => {
            let parts = from_types.iter().zip(to_types).enumerate();
            let plans = parts.map(|(i, (from, to))| compare(from, to, sides).map_err(|found| found.inside(i)));
            let plans = plans.collect::<Result<Vec<_>, _>>()?;
            Ok(plans.iter().any(Option::is_some).then_some(Plan::Tuple(plans)))
        }
        (Type::Struct(from_fields), Type::Struct(to_fields)) => {
            fields(from_fields, to_fields, sides).map_err(|found| found.among(sides, from, to))
        }
        (Type::Enum(from_variants), Type::Enum(to_variants)) => {
            variants(from_variants, to_variants, sides).map_err(|found| found.among(sides, from, to))
        }
        _ => Err(sides.types(from, to)),
    }
}

fn fields(from: &[Field], to: &[Field], sides: Sides) -> Result<Option<Plan>, Difference> {
    let places = places(from.iter().map(|field| field.name.as_str()));
    let mut is_left = vec![true; from.len()];
    let mut slots = Vec::new();
    for field in to {
        slots.push(match (places.get(field.name.as_str()), &field.default) {
            (Some(&at), _) => {
                is_left[at] = false;
                let plan = compare(&from[at].ty, &field.ty, sides);
                Slot::Field(at, plan.map_err(|found| found.inside(&field.name))?)
            }
            (None, Some(default)) => Slot::Default(default.clone()),
            (None, None) => return Err(sides.field(&field.name, sides.to)),
        });
    }
    if let Some((field, _)) = from.iter().zip(&is_left).find(|(field, is_left)| **is_left && field.default.is_none()) {
        return Err(sides.field(&field.name, sides.from));
    }
    let same = |(at, slot): (usize, &Slot)| *slot == Slot::Field(at, None);
    let is_same = from.len() == to.len() && slots.iter().enumerate().all(same);
    Ok((!is_same).then_some(Plan::Struct(slots)))
}

fn variants(from: &[Variant], to: &[Variant], sides: Sides) -> Result<Option<Plan>, Difference> {
    let places = places(to.iter().map(|variant| variant.name.as_str()));
    let other = to.iter().position(|variant| variant.other);
    let mut cases = Vec::new();
    for variant in from {
        cases.push(match (places.get(variant.name.as_str()), other) {
            (Some(&at), _) => {
                let plan = match (&variant.data, &to[at].data) {
                    (None, None) => Ok(None),
                    (Some(from), Some(to)) => compare(from, to, sides),
                    (from, _) => Err(sides.data(from.is_some())),
                };
                Case::Known(at as u32, plan.map_err(|found| found.inside(&variant.name))?)
            }
            (None, Some(other)) => Case::Other(other as u32),
            (None, None) => return Err(sides.variant(&variant.name)),
        });
    }
    let same = |(at, case): (usize, &Case)| *case == Case::Known(at as u32, None);
    let is_same = cases.iter().enumerate().all(same);
    Ok((!is_same).then_some(Plan::Enum(cases)))
}

/// The place of each name. Of two that are the same, the first counts.
fn places<'a>(names: impl DoubleEndedIterator<Item = &'a str> + ExactSizeIterator) -> HashMap<&'a str, usize> {
    names.enumerate().rev().map(|(at, name)| (name, at)).collect()
}
