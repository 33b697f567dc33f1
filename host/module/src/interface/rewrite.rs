//! Rewrites values between two sides whose types differ in an allowed way.
//!
//! The bytes are a plugin's, or are for one. Each value is checked on its way, as the reader will check it again. So
//! bytes that are no value of the writer's type give the error that they give without the rewriting.

mod walk;

use super::plan::{Case, Plan, Slot};
use plugix_abi::interface::descriptor::{Field, Primitive, Type, Variant};
use plugix_abi::interface::{Bounds, DecodeError, Shape};
use postcard::Error::{DeserializeBadOption, SerdeDeCustom};
use smallvec::SmallVec;
use walk::{Walk, bad};

type Result<T> = std::result::Result<T, DecodeError>;

/// Rewrites values of one type.
#[derive(Debug)]
pub struct Rewrite {
    pub(super) from: Type,
    pub(super) plan: Plan,
}

/// How one argument is passed on.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) shape: Shape<Type>,
    /// What differs in a value. The items of a stream are not here.
    pub(super) plan: Option<Plan>,
}

impl Rewrite {
    /// Rewrites a value that takes all of the bytes.
    ///
    /// # Errors
    /// When the bytes are no such value, when the result takes more memory than the bounds say, or when it is over.
    pub fn value(&self, bytes: &[u8], bounds: Bounds) -> Result<Vec<u8>> {
        self.values(1, bytes, bounds)
    }

    /// Rewrites so many values, one after the other. They take all of the bytes.
    ///
    /// # Errors
    /// As for [`Rewrite::value`].
    pub fn values(&self, count: u32, bytes: &[u8], bounds: Bounds) -> Result<Vec<u8>> {
        let mut walk = Walk::new(bytes, bounds);
        for _ in 0..count {
            walk.value(&self.from, Some(&self.plan))?;
        }
        walk.end()
    }
}

/// Rewrites all arguments of a call.
pub(super) fn arguments(arguments: &[Argument], bytes: &[u8], bounds: Bounds) -> Result<Vec<u8>> {
    let mut walk = Walk::new(bytes, bounds);
    for Argument { shape, plan } in arguments {
        match shape {
            Shape::Value(ty) => walk.value(ty, plan.as_ref())?,
            Shape::Pod { size, align, .. } => walk.elements(*size as usize, *align as usize)?,
            Shape::Stream(_) => walk.copy(size_of::<u32>())?,
            Shape::Bytes | Shape::Text => return Err(DecodeError::Truncated),
        }
    }
    walk.end()
}

impl Walk<'_> {
    fn value(&mut self, ty: &Type, plan: Option<&Plan>) -> Result<()> {
        let inner = match plan {
            Some(Plan::Inner(plan)) => Some(&**plan),
            _ => None,
        };
        match ty {
            Type::Primitive(primitive) => self.primitive(*primitive),
            Type::Option(some) => match self.flag(DeserializeBadOption)? {
                false => Ok(()),
                true => self.value(some, inner),
            },
            Type::Seq(element) => {
                let count = self.length()?;
                match **element {
                    Type::Primitive(Primitive::U8 | Primitive::I8) => self.copy(count),
                    _ => (0..count).try_for_each(|_| self.value(element, inner)),
                }
            }
            Type::Map(key, value) => {
                let count = self.length()?;
                (0..count).try_for_each(|_| {
                    self.value(key, None)?;
                    self.value(value, inner)
                })
            }
            Type::Tuple(types) => {
                self.pay_if(types.is_empty())?;
                let plans = match plan {
                    Some(Plan::Tuple(plans)) => plans.as_slice(),
                    _ => &[],
                };
                types.iter().enumerate().try_for_each(|(i, ty)| self.value(ty, plans.get(i).and_then(Option::as_ref)))
            }
            Type::Struct(fields) => {
                self.pay_if(fields.is_empty())?;
                match plan {
                    Some(Plan::Struct(slots)) => self.fields(fields, slots),
                    _ => fields.iter().try_for_each(|field| self.value(&field.ty, None)),
                }
            }
            Type::Enum(variants) => self.variant(variants, plan),
        }
    }

    /// Writes the reader's fields. Each of the writer's is gone through once, and again if it stands in another place.
    fn fields(&mut self, fields: &[Field], slots: &[Slot]) -> Result<()> {
        // Where each field begins that was gone through, and where the next one does.
        let mut starts = SmallVec::<[usize; 16]>::from_slice(&[self.at]);
        for slot in slots {
            match slot {
                Slot::Default(bytes) => self.write(bytes)?,
                Slot::Field(field, plan) if *field >= starts.len() - 1 => {
                    self.skip_to(*field, fields, &mut starts)?;
                    self.value(&fields[*field].ty, plan.as_ref())?;
                    starts.push(self.at);
                }
                Slot::Field(field, plan) => {
                    let next = std::mem::replace(&mut self.at, starts[*field]);
                    self.value(&fields[*field].ty, plan.as_ref())?;
                    self.at = next;
                }
            }
        }
        self.skip_to(fields.len(), fields, &mut starts)
    }

    /// Goes through fields up to the beginning of this one.
    fn skip_to(&mut self, field: usize, fields: &[Field], starts: &mut SmallVec<[usize; 16]>) -> Result<()> {
        for field in &fields[starts.len() - 1..field] {
            self.skip(&field.ty)?;
            starts.push(self.at);
        }
        Ok(())
    }

    fn skip(&mut self, ty: &Type) -> Result<()> {
        let skipped_before = std::mem::replace(&mut self.skips, true);
        let skipped = self.value(ty, None);
        self.skips = skipped_before;
        skipped
    }

    fn variant(&mut self, variants: &[Variant], plan: Option<&Plan>) -> Result<()> {
        let index = self.read_varint(32)? as usize;
        let variant = variants.get(index).ok_or(bad(SerdeDeCustom))?;
        let (to, plan, is_known) = match plan {
            Some(Plan::Enum(cases)) => match cases.get(index) {
                Some(Case::Known(to, plan)) => (*to, plan.as_ref(), true),
                Some(Case::Other(to)) => (*to, None, false),
                None => return Err(bad(SerdeDeCustom)),
            },
            _ => (index as u32, None, true),
        };
        self.write_varint(to)?;
        match &variant.data {
            Some(data) if is_known => self.value(data, plan),
            Some(data) => self.skip(data),
            None => Ok(()),
        }
    }

    /// Elements of memory, which begin at a multiple of their alignment with either side.
    fn elements(&mut self, size: usize, align: usize) -> Result<()> {
        let count = self.length()?;
        let start = self.at.next_multiple_of(align);
        let padding = self.all.get(self.at..start).ok_or(DecodeError::Truncated)?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(DecodeError::Misaligned);
        }
        self.at = start;
        let padding = self.written.len().next_multiple_of(align) - self.written.len();
        self.write(&[0; 16][..padding])?;
        self.copy(count.checked_mul(size).ok_or(DecodeError::Truncated)?)
    }
}
