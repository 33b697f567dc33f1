//! The blocks of code of a page.

/// A block between fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// What stands after the opening fence: `rust`, `console`, …
    pub(super) kind: &'a str,
    /// The line of the opening fence; the first line of a page is 1.
    pub(super) line: usize,
    pub(super) lines: Vec<&'a str>,
}

/// All blocks of a text, in their order. A block without an end goes to the end of the text.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let lines = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```").collect();
            blocks.push(Block { kind: kind.trim(), line: number, lines });
        }
    }
    blocks
}

/// The text without its blocks: the same lines, and those of blocks are empty.
pub(super) fn prose(text: &str) -> String {
    let mut within = false;
    let keep = |line: &str| {
        let is_fence = line.starts_with("```");
        within ^= is_fence;
        if within || is_fence { String::new() } else { line.to_owned() }
    };
    text.lines().map(keep).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_told_from_the_rest() {
        let text = "one\n```rust\nlet x;\n\n```\ntwo\n```console\n$ ls\n```\n";
        let rust = Block { kind: "rust", line: 2, lines: vec!["let x;", ""] };
        let console = Block { kind: "console", line: 7, lines: vec!["$ ls"] };
        assert_eq!(blocks(text), [rust, console]);
        assert_eq!(prose(text), "one\n\n\n\n\ntwo\n\n\n");
    }
}
