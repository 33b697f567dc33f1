//! Numbers and texts as people read them.

use std::time::{Duration, SystemTime};

/// A size in bytes, as text.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..0x10_0000 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
    }
}

/// How long ago a time was, as text.
pub(crate) fn ago(time: SystemTime) -> String {
    let seconds = time.elapsed().unwrap_or(Duration::ZERO).as_secs();
    match seconds {
        0..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86400),
    }
}

/// A text of a plugin's without what would command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() && char != '\t' { '\u{fffd}' } else { char }).collect()
}

/// The same of several lines.
pub(crate) fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// What may have been meant, if something is near enough, and the words before a list of what there is.
pub(crate) fn nearest(asked: &str, known: &[&str], there_is: &str) -> String {
    let distance = |known: &str| strsim::damerau_levenshtein(&asked.to_lowercase(), &known.to_lowercase());
    let near = known.iter().map(|known| (distance(known), known)).min();
    match near {
        Some((distance, known)) if distance <= 1 + asked.chars().count() / 4 => {
            let there_is = there_is[..1].to_uppercase() + &there_is[1..];
            format!(": did you mean `{known}`? {there_is}")
        }
        _ => format!("; {there_is}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!([0, 1023, 1024, 1_572_864].map(size), ["0 B", "1023 B", "1.0 KiB", "1.5 MiB"]);
        let hours_ago = SystemTime::now() - Duration::from_secs(2 * 3600 + 5);
        assert_eq!((ago(SystemTime::now()), ago(hours_ago)), ("just now".to_owned(), "2 h ago".to_owned()));
    }

    #[test]
    fn only_what_is_near_is_meant() {
        let nearest = |asked, known: &[&str]| nearest(asked, known, "it has");
        assert_eq!(nearest("rendr", &["greet", "render"]), ": did you mean `render`? It has");
        assert_eq!(nearest("Page", &["Pages"]), ": did you mean `Pages`? It has");
        assert_eq!(nearest("rendr", &["greet"]), "; it has");
        assert_eq!(nearest("x", &[]), "; it has");
    }

    #[test]
    fn a_plugin_commands_no_terminal() {
        assert_eq!(printable("a\x1b[2J\tä\n"), "a\u{fffd}[2J\tä\u{fffd}");
        assert_eq!(printable_lines("a\r\n\nb\x07"), "a\u{fffd}\n\nb\u{fffd}");
    }
}
