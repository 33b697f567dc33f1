//! System calls with arguments of every wrong kind. A module is made that makes each call of a table, in its order; the
//! table has the error numbers that they are to return.

mod preview1;
mod wasix;

use anyhow::{Context as _, Result};
use plugix_e2e::engine;
use plugix_host::Policy;
use plugix_host::policy::Access;
use plugix_host::raw::RawPlugin;
use std::fmt::Write as _;

/// A call, its arguments, and what it returns.
pub(crate) type Row = (&'static str, &'static [i64], i32);

pub(crate) const OK: i32 = 0;
pub(crate) const AFNOSUPPORT: i32 = 5;
pub(crate) const BADF: i32 = 8;
pub(crate) const EXIST: i32 = 20;
pub(crate) const FAULT: i32 = 21;
pub(crate) const FBIG: i32 = 22;
pub(crate) const INVAL: i32 = 28;
pub(crate) const ISDIR: i32 = 31;
pub(crate) const LOOP: i32 = 32;
pub(crate) const NAMETOOLONG: i32 = 37;
pub(crate) const NOENT: i32 = 44;
pub(crate) const NOTDIR: i32 = 54;
pub(crate) const NOTEMPTY: i32 = 55;
pub(crate) const NOTSOCK: i32 = 57;
pub(crate) const NOTSUP: i32 = 58;
pub(crate) const PERM: i32 = 63;
pub(crate) const RANGE: i32 = 68;
pub(crate) const SPIPE: i32 = 70;
pub(crate) const SRCH: i32 = 71;

/// Where a result may be written: 2 KiB.
pub(crate) const OUT: i64 = 1 << 11;
/// Where the memory ends, but for three bytes.
pub(crate) const EDGE: i64 = (1 << 16) - 3;
/// An address that is far outside.
pub(crate) const FAR: i64 = 0xffff_fff0;
/// The largest number of 32 bits, and of 64 bits.
pub(crate) const MAX32: i64 = 0xffff_ffff;
pub(crate) const MAX64: i64 = -1;

/// Bytes in the memory, and where they are.
pub(crate) const FILE: i64 = 0;
pub(crate) const FOLDER: i64 = 8;
pub(crate) const LINK: i64 = 16;
pub(crate) const NUL: i64 = 24;
pub(crate) const MISSING: i64 = 32;
pub(crate) const UP: i64 = 40;
pub(crate) const ABSOLUTE: i64 = 48;
pub(crate) const SLASH: i64 = 56;
pub(crate) const LONG: i64 = 1024;
pub(crate) const LOOPING: i64 = 64;
/// A part of memory that is there, one that reaches beyond, one as long as can be, and one that is too many.
pub(crate) const PART: i64 = 128;
pub(crate) const PART_BEYOND: i64 = 136;
pub(crate) const PART_HUGE: i64 = 144;
/// What can be waited for: a clock, one that isn't there, and something else.
pub(crate) const CLOCK: i64 = 160;
pub(crate) const NO_CLOCK: i64 = 208;
pub(crate) const NO_EVENT: i64 = 256;
/// An address of a family that isn't there, a tag that isn't, and a word that isn't aligned.
pub(crate) const NO_ADDRESS: i64 = 304;
pub(crate) const NO_OPTION: i64 = 336;
pub(crate) const ODD: i64 = 357;

fn data() -> Vec<(i64, Vec<u8>)> {
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let texts = [
        (FILE, "file"),
        (FOLDER, "folder"),
        (LINK, "link"),
        (NUL, "a\\00b"),
        (MISSING, "missing"),
        (UP, "../file"),
        (ABSOLUTE, "/file"),
        (SLASH, "file/"),
        (LOOPING, "loop"),
    ];
    let mut data: Vec<_> = texts.map(|(at, text)| (at, text.replace("\\00", "\0").into_bytes())).into();
    data.push((LONG, vec![b'n'; 256]));
    data.push((PART, numbers(&[OUT as u32, 8, EDGE as u32, 8, OUT as u32, u32::MAX])));
    data.push((NO_CLOCK + 16, numbers(&[99])));
    data.push((NO_EVENT + 8, vec![9]));
    data.push((NO_ADDRESS, vec![9]));
    data.push((NO_OPTION, vec![9]));
    data
}

/// A module that makes the calls. `signatures` has the parameters of each call: `i` for 32 bits, `I` for 64.
fn module(namespace: &str, signatures: &[(&str, &str)], rows: &[Row]) -> Result<Vec<u8>> {
    let mut text = String::from("(module\n");
    for (name, params) in signatures {
        let types: Vec<_> = params.chars().map(|param| if param == 'I' { "i64" } else { "i32" }).collect();
        let params = types.join(" ");
        writeln!(text, "(import \"{namespace}\" \"{name}\" (func ${name} (param {params}) (result i32)))")?;
    }
    writeln!(text, "(memory (export \"memory\") 1)")?;
    for (at, bytes) in data() {
        let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        writeln!(text, "(data (i32.const {at}) \"{bytes}\")")?;
    }
    for (index, (name, args, _)) in rows.iter().enumerate() {
        let (_, params) = signatures.iter().find(|(known, _)| known == name).context(*name)?;
        anyhow::ensure!(params.len() == args.len(), "{name} has {} arguments", params.len());
        let args = params.chars().zip(*args).map(|(param, arg)| match param {
            'I' => format!("(i64.const {arg})"),
            _ => format!("(i32.const {})", *arg as i32),
        });
        let args: String = args.collect();
        writeln!(text, "(func (export \"row{index}\") (result i32) (call ${name} {args}))")?;
    }
    Ok(wat::parse_str(text + ")")?)
}

/// What the calls of a table return, where it is something else than the table has.
fn differences(namespace: &str, signatures: &[(&str, &str)], rows: &[Row]) -> Result<Vec<String>> {
    let house = tempfile::tempdir()?;
    std::fs::write(house.path().join("file"), "content")?;
    std::fs::create_dir_all(house.path().join("folder/inner"))?;
    std::os::unix::fs::symlink("file", house.path().join("link"))?;
    std::os::unix::fs::symlink("loop", house.path().join("loop"))?;
    let policy = Policy::new().mount(house.path(), "/", Access::ReadWrite);
    let mut raw = RawPlugin::new(&engine().load(module(namespace, signatures, rows)?)?, &policy)?;
    let mut found = Vec::new();
    for (index, (name, args, expected)) in rows.iter().enumerate() {
        let returned = raw.call::<_, i32>(&format!("row{index}"), ())?;
        if returned != *expected {
            found.push(format!("{name} {args:?}: {returned}, not {expected}"));
        }
    }
    let unused = signatures.iter().filter(|(name, _)| rows.iter().all(|(used, ..)| used != name));
    found.extend(unused.map(|(name, _)| format!("{name} is never called")));
    Ok(found)
}
