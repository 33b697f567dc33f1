//! The newer form: fields and variants are added and stand in another order, methods have other names.

use crate::bench::Point;
use plugix_abi::{PodSlice, PodVec, Schema, Stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Line {
    /// Its colour, if it has one.
    #[schema(default)]
    pub colour: Option<u8>,
    /// Its width.
    pub width: u32,
    /// Its text.
    pub text: String,
    /// How much it weighs.
    #[schema(default = -7)]
    pub weight: i16,
    /// How it looks.
    #[schema(default = "plain")]
    pub style: String,
}

/// How a report sounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub enum Mood {
    /// In a way that a later version knows.
    #[schema(other)]
    Unknown,
    /// Because of this line.
    Angry(Line),
    /// For so many years.
    Happy {
        /// How many.
        years: u64,
        /// Because of this line.
        line: Line,
    },
    /// Not at all.
    #[default]
    Calm,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub enum Failure {
    /// It isn't there.
    Missing,
    /// It isn't there yet.
    Late {
        /// By so much.
        by: u32,
    },
    /// For a reason that a later version knows.
    #[schema(other)]
    Other,
}

/// Lines in all places where one can stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Report {
    /// In a list.
    pub lines: Vec<Line>,
    /// In an enum.
    pub mood: Mood,
    /// In a map.
    pub named: BTreeMap<String, Line>,
    /// In a tuple.
    pub pair: (u8, Line),
    /// In an option.
    pub maybe: Option<Line>,
    /// After everything.
    pub last: u8,
}

macro_rules! reports {
    ($module:ident $name:literal) => {
        /// The newer form.
        pub mod $module {
            use super::*;

            /// The newer form.
            #[plugix_abi::interface(version = "1.1", name = $name)]
            pub trait Reports {
                /// Counts words. Older sides lack it.
                #[since("1.1")]
                fn words(&self, text: &str) -> u64;
                /// The name of the older method, and another form.
                #[since("1.1")]
                fn render(&self, line: &Line, wide: bool) -> Vec<String>;
                /// Returns what it is given.
                fn echo(&self, report: Report) -> Report;
                /// Fails in this way, or returns a report.
                fn fail(&self, how: &str) -> Result<Report, Failure>;
                /// So many lines.
                fn lines(&self, count: u32) -> Stream<Line>;
                /// The texts of lines.
                fn join(&self, lines: Stream<Line>) -> Result<String, String>;
                /// Elements among what is rewritten.
                fn mixed(&self, line: Line, points: PodSlice<'_, Point>, last: u8) -> PodVec<Point>;
                /// A line as text.
                #[was("render")]
                fn render_plain(&self, line: &Line) -> String;
                /// A number in registers.
                #[was("total")]
                fn sum(&self, of: u32) -> u32;
            }
        }
    };
}

reports!(aged "Aged");
reports!(fresh "Fresh");
reports!(host_aged "HostAged");
reports!(host_fresh "HostFresh");
