//! How deep types with `#[derive(Schema)]` stand in each other. Each depth has a schema of its own, so that one without an
//! end comes to an end with a message of ours: else the compiler would find a cycle, and say so in its own words.

/// How many types with `#[derive(Schema)]` stand around a type.
pub trait Depth {
    /// Within one more.
    type Next: Depth;

    /// Whether no type may stand there.
    const IS_TOO_DEEP: bool = false;

    /// Evaluated before a schema.
    const CHECK: () = assert!(
        !Self::IS_TOO_DEEP,
        "a type that contains itself by way of other types can't cross: its schema would have no end. Pass a list of nodes \
         that name each other by their index. (Nor can structs and enums that stand in each other more than 16 deep.)"
    );
}

/// A depth.
#[derive(Clone, Copy, Debug)]
pub struct At<const DEPTH: usize>;

macro_rules! depths {
    ($here:literal $next:literal $($rest:literal)*) => {
        impl Depth for At<$here> {
            type Next = At<$next>;
        }

        depths!($next $($rest)*);
    };
    ($last:literal) => {
        impl Depth for At<$last> {
            type Next = Self;
            const IS_TOO_DEEP: bool = true;
        }
    };
}

// The compiler's own limit is 128 evaluations within each other. A type has one for itself and one for each container
// around the next type, and each counts twice.
depths!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
