//! What the book says that a command prints, compared with what the command prints.

/// Any text within a line. A line of nothing else stands for any lines, or none.
const ANY: &str = "…";

/// Whether lines are as they are expected.
pub(super) fn matches(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&ANY, rest)) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others))
        }
    }
}

/// Whether a line is as it is expected.
fn line_matches(expected: &str, line: &str) -> bool {
    let mut parts = expected.split(ANY);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is as good as any: what is left can only be longer.
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    unreachable!("the last part returns")
}

/// What the book should say: what was printed, with those expected lines that fit it. So what stands for any text stays.
pub(super) fn updated<'a>(expected: &[&'a str], mut printed: &[&'a str]) -> Vec<&'a str> {
    let mut lines = Vec::new();
    for (index, line) in expected.iter().enumerate() {
        if *line == ANY {
            // It stands for what comes before the next line that is still there.
            let next = expected[index + 1..].first();
            let left_out = match next {
                Some(next) => printed.iter().position(|printed| line_matches(next, printed)),
                None => Some(printed.len()),
            };
            if let Some(left_out) = left_out {
                lines.push(ANY);
                printed = &printed[left_out..];
            }
        } else if let Some(place) = printed.iter().position(|printed| line_matches(line, printed)) {
            lines.extend(&printed[..place]);
            lines.push(line);
            printed = &printed[place + 1..];
        }
    }
    lines.extend(printed);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_any_text() {
        assert!(line_matches("in … s", "in 1.2 s") && line_matches("…", "") && line_matches("a…", "a"));
        assert!(line_matches("a…b…c", "a-b-b-c") && line_matches("…b", "abb"));
        assert!(!line_matches("in … s", "in 1.2 ms.") && !line_matches("a", "ab") && !line_matches("a…a", "a"));
    }

    #[test]
    fn any_lines_are_any_lines() {
        let printed = ["one", "two", "three"];
        assert!(matches(&["…", "three"], &printed) && matches(&["one", "…", "two", "three"], &printed));
        assert!(matches(&["…"], &[]) && matches(&["t…"], &printed[1..2]));
        assert!(!matches(&["…", "two"], &printed) && !matches(&[], &printed) && !matches(&["one"], &[]));
    }

    #[test]
    fn an_update_keeps_what_still_fits() {
        let new = updated(&["it took … s", "gone"], &["it took 3 s", "new"]);
        assert_eq!(new, ["it took … s", "new"]);
        let new = updated(&["a", "…", "c…", "d", "…"], &["new", "a", "b", "cc", "e", "f"]);
        assert_eq!(new, ["new", "a", "…", "c…", "…"]);
        assert_eq!(updated(&["…", "gone"], &["new"]), ["new"]);
    }
}
