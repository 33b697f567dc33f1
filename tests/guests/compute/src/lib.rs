//! Real work for the processor. It measures what stopping costs, and how near plugins come to native code. Each function does
//! a fixed amount of work, and returns a checksum.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;

/// Bytes that look like text with repetitions.
fn text(len: usize) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "plugin",
        "host",
        "memory",
        "the",
        "a",
        "of",
        "thread",
        "stops",
        "2026-11-22",
        "user@example.org",
        "and",
        "in",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut text = Vec::with_capacity(len + 32);
    while text.len() < len {
        text.extend_from_slice(WORDS[(random(&mut state) % 12) as usize].as_bytes());
        text.push(if random(&mut state).is_multiple_of(9) { b'\n' } else { b' ' });
    }
    text.truncate(len);
    text
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(7, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
}

/// Deflates text.
#[unsafe(no_mangle)]
pub extern "C" fn compress() -> u64 {
    sum(&miniz_oxide::deflate::compress_to_vec(&text(400_000), 6))
}

/// Parses JSON into a tree, and writes the tree as JSON.
#[unsafe(no_mangle)]
pub extern "C" fn json() -> u64 {
    let text = String::from_utf8(text(60_000)).unwrap();
    let entry = |(at, word): (usize, &str)| json!({ "id": at, "word": word, "share": at as f64 / 7.0, "tags": [word.len(), word.is_empty()], "none": null });
    let mut json = Value::from_iter(text.split(' ').enumerate().map(entry)).to_string();
    for _ in 0..4 {
        json = serde_json::from_str::<Value>(&json).unwrap().to_string();
    }
    sum(json.as_bytes())
}

/// Hashes text.
#[unsafe(no_mangle)]
pub extern "C" fn sha256() -> u64 {
    let data = text(1_000_000);
    let mut hash = Sha256::new();
    for _ in 0..8 {
        hash.update(&data);
    }
    sum(&hash.finalize())
}

/// Finds addresses and dates in text.
#[unsafe(no_mangle)]
pub extern "C" fn regex() -> u64 {
    let text = String::from_utf8(text(300_000)).unwrap();
    let mail = regex::Regex::new(r"[a-z0-9.]+@[a-z]+\.(org|com)").unwrap();
    let date = regex::Regex::new(r"(\d{4})-(\d{2})-(\d{2})").unwrap();
    let mails = mail.find_iter(&text).count();
    let dates: u64 = date.captures_iter(&text).filter_map(|date| date[3].parse::<u64>().ok()).sum();
    mails as u64 + dates
}

/// Blurs an image.
#[unsafe(no_mangle)]
pub extern "C" fn blur() -> u64 {
    const SIDE: usize = 512;
    let image: Vec<[f32; 4]> = text(SIDE * SIDE * 4)
        .chunks_exact(4)
        .map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]].map(f32::from))
        .collect();
    let mut blurred = image.clone();
    for _ in 0..2 {
        let source = std::mem::take(&mut blurred);
        blurred = (0..SIDE * SIDE)
            .map(|at| {
                let (x, y) = ((at % SIDE) as isize, (at / SIDE) as isize);
                let mut sum = [0.0; 4];
                let mut count = 0.0;
                for dy in -2..=2 {
                    for dx in -2..=2 {
                        let (x, y) = (x + dx, y + dy);
                        if (0..SIDE as isize).contains(&x) && (0..SIDE as isize).contains(&y) {
                            let pixel = source[y as usize * SIDE + x as usize];
                            (0..4).for_each(|channel| sum[channel] += pixel[channel]);
                            count += 1.0;
                        }
                    }
                }
                sum.map(|channel| channel / count)
            })
            .collect();
    }
    blurred.iter().map(|pixel| pixel[0] as u64).sum()
}

/// Sorts numbers and strings.
#[unsafe(no_mangle)]
pub extern "C" fn sort() -> u64 {
    let mut state = 88_172_645_463_325_252;
    let mut numbers: Vec<u64> = (0..600_000).map(|_| random(&mut state)).collect();
    numbers.sort_unstable();
    let mut words: Vec<String> = numbers.iter().step_by(6).map(|number| (number ^ 0x5555).to_string()).collect();
    words.sort();
    numbers[1000] ^ words[1000].len() as u64
}

/// Counts words in a hash map and in a B-tree.
#[unsafe(no_mangle)]
pub extern "C" fn maps() -> u64 {
    let text = String::from_utf8(text(300_000)).unwrap();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut ordered: BTreeMap<String, u64> = BTreeMap::new();
    for (at, word) in text.split_whitespace().enumerate() {
        *counts.entry(word).or_default() += 1;
        *ordered.entry(format!("{word}{}", at % 5000)).or_default() += 1;
    }
    counts.values().sum::<u64>() + ordered.len() as u64
}

/// Multiplies matrices.
#[unsafe(no_mangle)]
pub extern "C" fn matrix() -> u64 {
    const SIDE: usize = 200;
    let of = |seed: usize| -> Vec<f64> { (0..SIDE * SIDE).map(|at| ((at * seed) % 97) as f64).collect() };
    let a = of(7);
    let b = of(13);
    let mut product = vec![0.0; SIDE * SIDE];
    for row in 0..SIDE {
        for column in 0..SIDE {
            product[row * SIDE + column] = (0..SIDE).map(|at| a[row * SIDE + at] * b[at * SIDE + column]).sum();
        }
    }
    product.iter().sum::<f64>() as u64
}

/// Nothing but function calls. Nothing in them is hidden from the compiler: what is would go through memory, and that would
/// be measured.
#[unsafe(no_mangle)]
pub extern "C" fn fibonacci() -> u64 {
    fn fibonacci(n: u64) -> u64 {
        if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
    }
    fibonacci(black_box(33))
}

/// Deflates text twice, one after the other.
#[unsafe(no_mangle)]
pub extern "C" fn on_one_thread() -> u64 {
    compress() ^ compress().rotate_left(1)
}

/// Deflates text twice at once.
#[unsafe(no_mangle)]
pub extern "C" fn on_two_threads() -> u64 {
    let other = std::thread::spawn(|| compress());
    compress() ^ other.join().unwrap().rotate_left(1)
}
