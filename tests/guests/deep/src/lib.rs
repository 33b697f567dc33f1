//! Recurses deep on the main thread.

plugix_guest::metadata!("Recurses");

plugix_guest::export! {
    /// Parses so many brackets in brackets, and returns how many it found.
    fn parse(depth: &[u8]) -> String {
        let depth: usize = std::str::from_utf8(depth).unwrap().parse().unwrap();
        let text = [vec![b'['; depth], vec![b']'; depth]].concat();
        let mut at = 0;
        nested(&text, &mut at);
        (at / 2).to_string()
    }
}

#[inline(never)]
fn nested(text: &[u8], at: &mut usize) -> Vec<usize> {
    let mut found = Vec::new();
    let start = *at;
    while let Some(byte) = text.get(*at) {
        *at += 1;
        match byte {
            b'[' => found.push(nested(text, at).len() + start),
            _ => return found,
        }
    }
    found
}
