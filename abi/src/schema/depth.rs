//! How deep types stand in each other. Each depth has a schema of its own, so that one that has no end comes to an end
//! with a message: the compiler would find a cycle, and say so in its own words.

/// How many types with `#[derive(Schema)]` stand around a type.
pub trait Depth {
    /// Within one more.
    type Next: Depth;

    /// A schema evaluates it first. Beyond the greatest depth that fails.
    const CHECK: ();
}

/// A depth.
#[derive(Clone, Copy, Debug)]
pub struct At<const DEPTH: usize>;

macro_rules! depths {
    ($here:literal $next:literal $($rest:literal)*) => {
        impl Depth for At<$here> {
            type Next = At<$next>;
            const CHECK: () = ();
        }

        depths!($next $($rest)*);
    };
    ($last:literal) => {
        impl Depth for At<$last> {
            type Next = Self;
            const CHECK: () = panic!(
                "a type that contains itself by way of other types can't cross: its schema would have no end. Pass a list \
                 of nodes that name each other by their index"
            );
        }
    };
}

// As deep as the types of a descriptor stand in each other.
depths!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
    33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64
);
