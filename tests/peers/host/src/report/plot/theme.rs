//! Colours: ours stands out, the others are of one grey.

use plotters::style::RGBColor;

pub(super) struct Theme {
    pub(super) name: &'static str,
    pub(super) text: RGBColor,
    pub(super) faint: RGBColor,
    pub(super) line: RGBColor,
    pub(super) ours: RGBColor,
    pub(super) others: RGBColor,
}

pub(super) const THEMES: [Theme; 2] = [
    Theme {
        name: "light",
        text: RGBColor(31, 35, 40),
        faint: RGBColor(89, 99, 110),
        line: RGBColor(216, 222, 228),
        ours: RGBColor(9, 105, 218),
        others: RGBColor(175, 184, 193),
    },
    Theme {
        name: "dark",
        text: RGBColor(240, 246, 252),
        faint: RGBColor(145, 152, 161),
        line: RGBColor(48, 54, 61),
        ours: RGBColor(68, 147, 248),
        others: RGBColor(101, 108, 118),
    },
];
