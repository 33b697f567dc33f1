//! Texts that make no sense, and are the same each time.

use std::fs;
use std::io;
use std::path::Path;

const FOLDERS: usize = 4;
const FILES: usize = 16; // in each folder
const WORDS: usize = 80_000; // in each file

/// About as frequent in the texts as in English: the first ones are the most frequent.
const WORD_LIST: &str = "the of and a to in that it is his i he but with as was for all this at by not from him so on be \
    one you there now had have or were they which some then when an upon like into ship up more no out them whale old \
    what would me other been their are will its over sea if only down any who my man such these time very great long \
    still those said must before two after though seemed white even about head yet captain through most here last \
    thing way hand being now's every under day little whale's boat ever never same world night water good men let \
    round eyes far first own lay much once deep side back life air off thought away part high sort how against feet \
    deck heart three again place leviathan cannot line while quarter-deck whether soul crew god moment sail harpoon";

/// Writes the texts into a folder and returns how many bytes they are.
pub(crate) fn write(folder: &Path) -> io::Result<usize> {
    let words: Vec<_> = WORD_LIST.split_whitespace().collect();
    let mut random = Random(5316);
    let mut bytes = 0;
    for part in 0..FOLDERS {
        let folder = folder.join(format!("part-{part}"));
        fs::create_dir(&folder)?;
        for chapter in 0..FILES {
            let text = text(&words, &mut random);
            bytes += text.len();
            fs::write(folder.join(format!("chapter-{chapter}.txt")), text)?;
        }
    }
    Ok(bytes)
}

fn text(words: &[&str], random: &mut Random) -> String {
    let mut text = String::new();
    for number in 1..=WORDS {
        // The n-th word of the list about 1/n as often as the first.
        let rank = (words.len() as f64).powf(random.next()) - 1.0;
        text.push_str(words[rank as usize]);
        text.push_str(if number % 12 == 0 { ".\n" } else { " " });
    }
    text
}

/// Numbers from 0 to 1 (`xorshift64*`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
