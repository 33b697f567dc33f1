//! Does one kind of work in a folder, and leaves its time there: `KIND FOLDER COUNT TOLD`.

use plugix_e2e_programs::work;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [kind, folder, count, told] = args.as_slice() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let count = count.parse().map_err(io::Error::other)?;
    let time = work::run(kind, Path::new(folder), count)?;
    fs::write(told, time.as_nanos().to_string())
}
