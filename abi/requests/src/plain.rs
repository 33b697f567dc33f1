//! Texts that people are shown.

/// Whether a character shows as itself: it neither commands a terminal nor changes how others are shown.
pub(crate) fn is_plain(char: char) -> bool {
    // Marks of direction can make a line read as another one, and some characters have no width.
    let hides = matches!(
        char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    !char.is_control() && !hides
}

/// A text of a plugin's, with a mark in place of what would not show as itself. At most `most` characters.
pub fn printable(text: &str, most: usize) -> String {
    let mut shown: String =
        text.chars().take(most).map(|char| if is_plain(char) { char } else { char::REPLACEMENT_CHARACTER }).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_would_not_show_is_marked() {
        assert_eq!(printable("a\x1b[2J\u{202e}ä\u{200b}", 80), "a\u{fffd}[2J\u{fffd}ä\u{fffd}");
        assert_eq!(printable("abc", 2), "ab…");
        assert_eq!(printable("abc", 3), "abc");
    }
}
