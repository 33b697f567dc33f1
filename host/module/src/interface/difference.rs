//! Where two forms of a method differ, in words.

use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::Type;
use std::fmt;

/// The longest type that a message shows, in characters.
const TYPE_MAX: usize = 160;

/// Where two forms of a method differ, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// An argument, the result or the error. Empty for the method itself.
    pub place: String,
    /// The way to what differs within that, from the outside. Fields and variants have their names, parts of tuples
    /// their numbers.
    pub path: Vec<String>,
    /// What differs.
    pub problem: String,
    /// Whether the problem has both types already.
    shown: bool,
}

/// Who has a type: the caller of a method wants it, and the implementation is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Wanted,
    Found,
}

/// Who writes a value, and who reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) from: Side,
    pub(super) to: Side,
}

impl Sides {
    /// An argument's.
    pub(super) const ARGUMENT: Self = Self { from: Side::Wanted, to: Side::Found };
    /// A result's or an error's.
    pub(super) const RESULT: Self = Self { from: Side::Found, to: Side::Wanted };

    /// Two types that have nothing in common.
    pub(super) fn types(self, from: &Type, to: &Type) -> Difference {
        Difference { shown: true, ..Difference::new(self.both(from, to)) }
    }

    pub(super) fn keys(self, from: &Type, to: &Type) -> Difference {
        let problem = format!("the keys of a map can't change, since two might become one: {}", self.both(from, to));
        Difference { shown: true, ..Difference::new(problem) }
    }

    /// Elements that cross as memory.
    pub(super) fn elements(self, from: &Type, to: &Type) -> Difference {
        let problem =
            format!("elements cross as they lie in memory, so that they can't change: {}", self.both(from, to));
        Difference { shown: true, ..Difference::new(problem) }
    }

    /// Values that travel in different ways.
    pub(super) fn shapes(self, from: &Shape<Type>, to: &Shape<Type>) -> Difference {
        let (wanted, found) = self.ordered(from, to);
        Difference { shown: true, ..Difference::new(format!("wanted {}, found {}", shape(wanted), shape(found))) }
    }

    /// An error that one side returns alone.
    pub(super) fn returned_error(self, has: Side) -> Difference {
        Difference::new(format!("is {}", has.alone())).at("error")
    }

    /// A field that one side has alone.
    pub(super) fn field(self, name: &str, has: Side) -> Difference {
        Difference::new(format!("the field `{name}` is {}, and has no `#[schema(default)]`", has.alone()))
    }

    /// A variant that the writer has alone.
    pub(super) fn variant(self, name: &str) -> Difference {
        let reader = match self.to {
            Side::Wanted => "what is wanted",
            Side::Found => "what is found",
        };
        let problem = format!("the variant `{name}` is {}, and {reader} has no `#[schema(other)]`", self.from.alone());
        Difference::new(problem)
    }

    /// A variant that holds something with one side alone.
    pub(super) fn data(self, from_has: bool) -> Difference {
        let has = if from_has { self.from } else { self.to };
        Difference::new(format!("what the variant holds is {}", has.alone()))
    }

    fn both(self, from: &Type, to: &Type) -> String {
        let (wanted, found) = self.ordered(from, to);
        format!("wanted `{}`, found `{}`", short(wanted), short(found))
    }

    fn ordered<T>(self, from: T, to: T) -> (T, T) {
        match self.from {
            Side::Wanted => (from, to),
            Side::Found => (to, from),
        }
    }
}

impl Side {
    fn alone(self) -> &'static str {
        match self {
            Self::Wanted => "wanted and not found",
            Self::Found => "found and not wanted",
        }
    }
}

impl Difference {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { place: String::new(), path: Vec::new(), problem: problem.into(), shown: false }
    }

    /// The difference is in a part of what is compared.
    pub(super) fn inside(mut self, part: impl ToString) -> Self {
        self.path.insert(0, part.to_string());
        self
    }

    /// The difference is in these two types. The innermost two are shown.
    pub(super) fn among(mut self, sides: Sides, from: &Type, to: &Type) -> Self {
        if !self.shown {
            self.problem = format!("{}: {}", self.problem, sides.both(from, to));
            self.shown = true;
        }
        self
    }

    pub(super) fn at(self, place: impl Into<String>) -> Self {
        Self { place: place.into(), ..self }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        if !self.path.is_empty() {
            write!(f, "in `{}`, ", self.path.join("."))?;
        }
        f.write_str(&self.problem)
    }
}

/// The type in words, cut off where it is long.
fn short(ty: &Type) -> String {
    let words = ty.to_string();
    match words.char_indices().nth(TYPE_MAX) {
        Some((end, _)) => words[..end].to_owned() + "…",
        None => words,
    }
}

fn shape(shape: &Shape<Type>) -> String {
    match shape {
        Shape::Value(ty) => format!("`{}`", short(ty)),
        Shape::Bytes => "bytes".to_owned(),
        Shape::Text => "a text".to_owned(),
        Shape::Pod { element, .. } => format!("elements `{}`", short(element)),
        Shape::Stream(item) => format!("a stream of `{}`", short(item)),
    }
}
